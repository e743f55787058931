import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StorageEntry } from '@cloudstead/admin-api'
import fc from 'fast-check'
import { byBytes, entryPathIn, withEntry, withoutPaths } from './entry-changes.ts'

const file = (path: string): StorageEntry => ({ kind: 'file', path, name: path })
const paths = (rows: readonly StorageEntry[]) => rows.map(({ path }) => path)
const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\uffff', '\u{1F600}', '图', '\u{10000}'), maxLength: 6 })

test('entries are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(byBytes(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
  )
})

test('an entry is inserted once, where the server would list it', () => {
  fc.assert(
    fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 12 }), (all) => {
      const rows = all.reduce<readonly StorageEntry[]>((sum, path) => withEntry(sum, file(path), false), [])
      const again = all.reduce<readonly StorageEntry[]>((sum, path) => withEntry(sum, file(path), true), rows)
      assert.deepEqual(
        paths(rows),
        [...all].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      )
      assert.deepEqual(paths(again), paths(rows))
    }),
  )
})

test('an entry after the last loaded one is not inserted', () => {
  const rows = ['a', 'c'].map(file)
  assert.deepEqual(paths(withEntry(rows, file('b'), true)), ['a', 'b', 'c'])
  assert.deepEqual(paths(withEntry(rows, file('d'), true)), ['a', 'c'])
  assert.deepEqual(paths(withEntry(rows, file('d'), false)), ['a', 'c', 'd'])
})

test('removing a folder removes its content', () => {
  const rows = ['a', 'a/', 'a/b', 'ab', 'c'].map(file)
  assert.deepEqual(paths(withoutPaths(rows, ['a/', 'c'])), ['a', 'ab'])
})

test('a path is listed as itself, as the folder that contains it, or not at all', () => {
  for (const [folder, startsWith, deep, path, shown] of [
    ['', '', false, 'a.txt', 'a.txt'],
    ['', '', false, 'a/b.txt', 'a/'],
    ['a/', '', false, 'a/b.txt', 'a/b.txt'],
    ['a/', '', false, 'a/b/', 'a/b/'],
    ['a/', '', false, 'a/b/c/d', 'a/b/'],
    ['a/', '', false, 'a/', undefined],
    ['a/', '', false, 'b.txt', undefined],
    ['a/', 'x', false, 'a/b.txt', undefined],
    ['a/', 'b', false, 'a/b.txt', 'a/b.txt'],
    ['a/', 'b/', false, 'a/b/c', 'a/b/c'],
    ['a/', '', true, 'a/b/c', 'a/b/c'],
    ['a/', '', true, 'a/b/', undefined],
  ] as const) {
    assert.equal(entryPathIn({ folder, startsWith, deep }, path), shown, `${path} in ${folder}${startsWith}`)
  }
})
