import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Key } from '@cloudstead/admin-api'
import { madeBy } from './made-by.ts'

const key = (id: string, by?: string): Key => ({ kind: 'api', id, createdAt: 0, ...(by === undefined ? {} : { by }) })
const KEYS = [key('d', 'c'), key('c', 'b'), key('b', 'a'), key('a', 'operator'), key('e', 'operator'), key('old')]
const ids = (keys: readonly Key[]) => keys.map(({ id }) => id).sort()

test('a key made those that it created, and those that they created, in whatever order they are listed', () => {
  assert.deepEqual(ids(madeBy(KEYS, 'a')), ['b', 'c', 'd'])
  assert.deepEqual(ids(madeBy([...KEYS].reverse(), 'a')), ['b', 'c', 'd'])
  assert.deepEqual(ids(madeBy(KEYS, 'c')), ['d'])
  assert.deepEqual(ids(madeBy(KEYS, 'e')), [])
  assert.deepEqual(ids(madeBy(KEYS, 'none')), [])
})

test('a key that is kept stays with those that it created', () => {
  assert.deepEqual(ids(madeBy(KEYS, 'a', 'c')), ['b'])
  assert.deepEqual(ids(madeBy(KEYS, 'a', 'b')), [])
})
