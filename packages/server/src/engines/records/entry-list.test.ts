import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { packEntries, uniqueEntries, unpackEntries } from './entry-list.ts'
import type { IndexEntry } from './records.ts'

const entry: fc.Arbitrary<IndexEntry> = fc.record({
  index: fc.string({ unit: 'grapheme', maxLength: 300 }),
  key: fc.uint8Array({ maxLength: 300 }),
  unique: fc.boolean(),
})

test('what is packed is unpacked, and the unique entries are found among the others', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
      const list = packEntries(entries)
      const all = [...unpackEntries(list).values()]
      const textOf = ({ index, key }: IndexEntry) => `${index}\0${Buffer.from(key).toString('hex')}`
      assert.deepEqual(new Set(all.map(textOf)), new Set(entries.map(textOf)))
      assert.deepEqual(uniqueEntries(list).map(textOf), all.filter(({ unique }) => unique).map(textOf))
    }),
  )
})

test('a list that is a part of other bytes is read as such', () => {
  const list = packEntries([
    { index: 'a', key: Buffer.alloc(70_000, 1) },
    { index: 'b', key: Buffer.of(1, 2), unique: true },
  ])
  const within = Buffer.concat([Buffer.of(9, 9, 9), list, Buffer.of(1, 1, 1)]).subarray(3, 3 + list.length)
  assert.deepEqual(
    uniqueEntries(within).map(({ index }) => index),
    ['b'],
  )
})
