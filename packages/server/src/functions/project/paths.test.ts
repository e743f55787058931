import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directoriesUpTo, isWithin } from './paths.ts'

test('a directory is within itself and those above it, not within those that only begin alike', () => {
  assert.deepEqual(
    ['/a', '/a/b', '/ab', '/'].map((path) => isWithin(path, '/a')),
    [true, true, false, false],
  )
  assert.equal(isWithin('/a', '/'), true)
})

test('the directories up to one, also up to the topmost', () => {
  assert.deepEqual(directoriesUpTo('/a', '/a/b/c'), ['/a/b/c', '/a/b', '/a'])
  assert.deepEqual(directoriesUpTo('/', '/a'), ['/a', '/'])
  assert.deepEqual(directoriesUpTo('/a', '/b'), [])
})
