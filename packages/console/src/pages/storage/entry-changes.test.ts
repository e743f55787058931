import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StorageEntry } from '@cloudstead/admin-api'
import fc from 'fast-check'
import { entryPathIn, withEntry, withoutPaths } from './entry-changes.ts'
import { byBytes, comparing, type EntryOrder, SORT_COLUMNS } from './entry-order.ts'

const BY_NAME: EntryOrder = { column: 'name', descending: false }
const file = (path: string): StorageEntry => ({ kind: 'file', path, name: path })
const paths = (rows: readonly StorageEntry[]) => rows.map(({ path }) => path)
const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\uffff', '\u{1F600}', '图', '\u{10000}'), maxLength: 6 })
const order = fc.record({ column: fc.constantFrom(...SORT_COLUMNS), descending: fc.boolean() })
const entry = fc.record({
  kind: fc.constantFrom('file', 'file', 'folder'),
  path: text,
  name: fc.constant(''),
  size: fc.constantFrom(0, 1, 2),
  contentType: fc.constantFrom('image/png', 'text/plain; charset=utf-8'),
  updatedAt: fc.constantFrom(1, 2),
})

test('entries are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(byBytes(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
  )
})

test('an entry is inserted once, where the server would list it', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(entry, { minLength: 1, maxLength: 12, selector: ({ path }) => path }),
      order,
      (all, by) => {
        const add = (rows: readonly StorageEntry[], hasMore: boolean) =>
          all.reduce<readonly StorageEntry[]>((sum, one) => withEntry(sum, one, hasMore, by), rows)
        const sorted = [...all].sort(comparing(by))
        assert.deepEqual(add([], false), sorted)
        assert.deepEqual(add(add([], false), false), sorted)
      },
    ),
  )
})

test('folders come first in every order, and files that are equal are ordered by name', () => {
  const rows: readonly StorageEntry[] = [
    { kind: 'file', path: 'b', name: 'b', size: 1, contentType: 'text/plain', updatedAt: 2 },
    { kind: 'folder', path: 'c/', name: 'c' },
    { kind: 'file', path: 'a', name: 'a', size: 1, contentType: 'image/png', updatedAt: 3 },
    { kind: 'folder', path: 'd/', name: 'd' },
  ]
  const sorted = (column: EntryOrder['column'], descending = false) =>
    paths([...rows].sort(comparing({ column, descending }))).join(' ')
  assert.equal(sorted('name'), 'c/ d/ a b')
  assert.equal(sorted('name', true), 'd/ c/ b a')
  assert.equal(sorted('size'), 'c/ d/ a b')
  assert.equal(sorted('size', true), 'c/ d/ b a')
  assert.equal(sorted('type'), 'c/ d/ a b')
  assert.equal(sorted('changed'), 'c/ d/ b a')
})

test('an entry that changed moves to its new place', () => {
  const bySize: EntryOrder = { column: 'size', descending: false }
  const rows = [1, 2, 3].map((size) => ({ ...file(`f${size}`), size }))
  assert.deepEqual(paths(withEntry(rows, { ...file('f1'), size: 9 }, false, bySize)), ['f2', 'f3', 'f1'])
  assert.deepEqual(paths(withEntry(rows, { ...file('f1'), size: 9 }, true, bySize)), ['f2', 'f3'])
})

test('an entry after the last loaded one is not inserted', () => {
  const rows = ['a', 'c'].map(file)
  assert.deepEqual(paths(withEntry(rows, file('b'), true, BY_NAME)), ['a', 'b', 'c'])
  assert.deepEqual(paths(withEntry(rows, file('d'), true, BY_NAME)), ['a', 'c'])
  assert.deepEqual(paths(withEntry(rows, file('d'), false, BY_NAME)), ['a', 'c', 'd'])
})

test('removing a folder removes its content', () => {
  const rows = ['a', 'a/', 'a/b', 'ab', 'c'].map(file)
  assert.deepEqual(paths(withoutPaths(rows, ['a/', 'c'])), ['a', 'ab'])
})

test('a path is listed as itself, as the folder that contains it, or not at all', () => {
  for (const [folder, search, deep, path, shown] of [
    ['', '', false, 'a.txt', 'a.txt'],
    ['', '', false, 'a/b.txt', 'a/'],
    ['a/', '', false, 'a/b.txt', 'a/b.txt'],
    ['a/', '', false, 'a/b/', 'a/b/'],
    ['a/', '', false, 'a/b/c/d', 'a/b/'],
    ['a/', '', false, 'a/', undefined],
    ['a/', '', false, 'b.txt', undefined],
    ['a/', '', true, 'a/b/c', 'a/b/c'],
    ['a/', '', true, 'a/b/', undefined],
    ['a/', 'q', false, 'a/b.txt', undefined],
    ['a/', 'B', false, 'a/b.txt', 'a/b.txt'],
    ['a/', 'xt', false, 'a/b/c.txt', 'a/b/c.txt'],
    ['a/', 'b', false, 'a/b/c.txt', undefined],
    ['a/', 'b', false, 'a/c/b/', 'a/c/b/'],
  ] as const) {
    const place = { folder, search, deep, order: BY_NAME }
    assert.equal(entryPathIn(place, path), shown, `${path} in ${folder} ${search}`)
  }
})
