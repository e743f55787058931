import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  foldersTo,
  isFolder,
  nameOf,
  nameProblem,
  numbered,
  onThisServer,
  parentOf,
  stemOf,
  visibleName,
} from './paths.ts'

test('a path is split into folder and name', () => {
  for (const [path, parent, name] of [
    ['a', '', 'a'],
    ['a/', '', 'a'],
    ['a/b.txt', 'a/', 'b.txt'],
    ['a/b/', 'a/', 'b'],
    ['', '', ''],
  ] as const) {
    assert.deepEqual([parentOf(path), nameOf(path)], [parent, name], path)
  }
  assert.deepEqual([isFolder(''), isFolder('a/'), isFolder('a')], [true, true, false])
  assert.deepEqual(foldersTo('a/b/c/'), ['a/', 'a/b/', 'a/b/c/'])
  assert.deepEqual(foldersTo(''), [])
})

test('a number is inserted before the extension', () => {
  assert.equal(numbered('a/b.tar.gz', 2), 'a/b.tar (2).gz')
  assert.equal(numbered('.hidden', 3), '.hidden (3)')
  assert.equal(numbered('a/b', 2), 'a/b (2)')
  assert.equal(stemOf('图.png'), '图')
})

test('a name has no slash and does not consist of dots only', () => {
  for (const [name, problem] of [
    ['', 'empty'],
    ['  ', 'empty'],
    ['a/b', 'slash'],
    ['.', 'dots'],
    ['..', 'dots'],
    ['...', undefined],
    ['<b>', undefined],
  ] as const) {
    assert.equal(nameProblem(name), problem, name)
  }
})

test('invisible characters of a name are shown as escapes', () => {
  assert.equal(visibleName('a\u202egpj.exe'), 'a[U+202E]gpj.exe')
  assert.equal(visibleName('a\u200bb'), 'a[U+200B]b')
  assert.equal(visibleName('图 片 <img>.png'), '图 片 <img>.png')
})

test('a URL of this server is reduced to its path', () => {
  assert.equal(onThisServer('https://files.example.com/o/x/a.png?sign=1&t=2'), '/o/x/a.png?sign=1&t=2')
  assert.equal(onThisServer('/o/x/a.png'), '/o/x/a.png')
})
