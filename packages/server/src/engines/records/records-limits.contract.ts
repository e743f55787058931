import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContractContext } from './records.fixture.ts'
import { done, getOne, put } from './records.fixture.ts'
import {
  type IndexEntry,
  MAX_ID_BYTES,
  MAX_INDEX_NAME_BYTES,
  MAX_KEY_BYTES,
  MAX_SPACE_BYTES,
  type PutWrite,
  type RecordHead,
} from './records.ts'

/** Texts of so many bytes that an engine may have to write as more. */
const swollen = (bytes: number) => ['\0', '\x01', '\\', "'", '\uffff', '😀'].map((text) => fill(text, bytes))

/** A text of exactly so many bytes. */
function fill(text: string, bytes: number): string {
  const times = Math.floor(bytes / Buffer.byteLength(text))
  return text.repeat(times).padEnd(times * text.length + bytes - times * Buffer.byteLength(text), 'x')
}

const key = (bytes: number, last: number): IndexEntry['key'] => {
  const all = Buffer.alloc(bytes, 0xff)
  all[bytes - 1] = last
  return all
}

const ids = (records: readonly RecordHead[]) => records.map(({ id }) => id).join(' ')

export function limitsContract(context: ContractContext): void {
  describe('the longest names and keys', () => {
    test('the longest ids are apart, found and in order', async () => {
      const { records } = context
      const space = context.space()
      const long = [...swollen(MAX_ID_BYTES), ...['b', 'a', 'c'].map((last) => fill('中', MAX_ID_BYTES - 1) + last)]
      for (const id of long) assert.equal(Buffer.byteLength(id), MAX_ID_BYTES)
      await done(records.commit(long.map((id, at) => put(space, id, `${at}`, [{ index: 'i', key: key(1, 1) }]))))
      for (const [at, id] of long.entries()) assert.equal((await getOne(records, { space, id }))?.value, `${at}`)
      const sorted = long.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      for (const index of [undefined, 'i']) {
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await records.find({ space, ...(index && { index }), limit: 2, after })
          seen.push(...page.records.map(({ id }) => id))
          after = page.next
        } while (after !== undefined)
        assert.deepEqual(seen, sorted)
      }
    })

    test('the longest spaces and names of indexes are apart', async () => {
      const { records } = context
      const own = context.space()
      const spaces = ['a', 'b'].map((last) => own + fill('中', MAX_SPACE_BYTES - own.length - 1) + last)
      const names = [...swollen(MAX_INDEX_NAME_BYTES), `${fill('中', MAX_INDEX_NAME_BYTES - 1)}a`]
      for (const space of spaces) {
        assert.equal(Buffer.byteLength(space), MAX_SPACE_BYTES)
        const entries = (last: number) => names.map((index) => ({ index, key: key(2, last) }))
        await done(records.commit([put(space, 'a', space, entries(1)), put(space, 'b', space, entries(2))]))
      }
      for (const space of spaces) {
        assert.equal(await records.count(space), 2)
        for (const index of names) {
          const found = await records.find({ space, index, limit: 9 })
          assert.deepEqual(
            found.records.map(({ id, value }) => id + value),
            [`a${space}`, `b${space}`],
          )
        }
      }
      const { next } = await records.changes({ spaces, limit: 1 })
      assert.equal((await records.changes({ spaces, after: next, limit: 1 })).truncated, false)
    })

    test('the longest keys are in order to their last byte, in ranges and pages, also unique ones', async () => {
      const { records } = context
      const space = context.space()
      const at = (id: string, last: number, bytes = MAX_KEY_BYTES): PutWrite =>
        put(space, id, id, [
          { index: 'i', key: key(bytes, last) },
          { index: 'u', key: key(bytes, last), unique: true },
        ])
      await done(records.commit([at('d', 3), at('b', 1), at('c', 2), at('a', 9, MAX_KEY_BYTES - 1), at('e', 4)]))
      const whole = async (request: object) => {
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await records.find({ space, index: 'i', limit: 2, ...request, after })
          seen.push(ids(page.records))
          after = page.next
        } while (after !== undefined)
        return seen.join(' ')
      }
      assert.equal(await whole({}), 'a b c d e')
      assert.equal(await whole({ reverse: true }), 'e d c b a')
      const ranges = [
        { from: { key: key(MAX_KEY_BYTES, 2), inclusive: true }, to: { key: key(MAX_KEY_BYTES, 4), inclusive: false } },
      ]
      assert.equal(await whole({ ranges }), 'c d')
      assert.equal(await whole({ ranges, reverse: true, index: 'u' }), 'd c')
      assert.equal((await records.commit([at('f', 3)])).done, false)
      await done(records.commit([at('f', 5)]))
    })

    test('several entries of a record that differ at their end only', async () => {
      const { records } = context
      const space = context.space()
      const entries = [1, 2, 3].map((last) => ({ index: 'i', key: key(MAX_KEY_BYTES, last) }))
      await done(records.commit([put(space, 'a', '1', entries)]))
      assert.equal(ids((await records.find({ space, index: 'i', limit: 9 })).records), 'a a a')
      await done(records.commit([put(space, 'a', '2', entries.slice(1))]))
      assert.equal(ids((await records.find({ space, index: 'i', limit: 9 })).records), 'a a')
    })

    test('bounds of a range may be longer than any key', async () => {
      const { records } = context
      const space = context.space()
      const low = key(MAX_KEY_BYTES, 1)
      await done(
        records.commit([
          put(space, 'a', '', [{ index: 'i', key: low }]),
          put(space, 'b', '', [{ index: 'i', key: key(9, 9) }]),
        ]),
      )
      const bound = { key: Buffer.concat([low, Buffer.alloc(100_000)]), inclusive: true }
      assert.equal(ids((await records.find({ space, index: 'i', ranges: [{ from: bound }], limit: 9 })).records), '')
      assert.equal(ids((await records.find({ space, index: 'i', ranges: [{ to: bound }], limit: 9 })).records), 'b a')
    })

    test('what is longer is refused as a whole, and nothing is found under it', async () => {
      const { records } = context
      const space = context.space()
      const tooLong = {
        id: fill('中', MAX_ID_BYTES + 1),
        space: fill('é', MAX_SPACE_BYTES + 1),
        index: fill('x', MAX_INDEX_NAME_BYTES + 1),
      }
      const writes = [
        put(space, tooLong.id, ''),
        put(tooLong.space, 'a', ''),
        put(space, 'a', '', [{ index: tooLong.index, key: key(1, 1) }]),
        put(space, 'a', '', [{ index: 'i', key: key(MAX_KEY_BYTES + 1, 1) }]),
      ]
      for (const write of writes) {
        await assert.rejects(records.commit([put(space, 'good', ''), write]), RangeError)
        assert.equal(await records.count(space), 0)
      }
      const expectations = [
        { space, id: tooLong.id, version: null },
        { space: tooLong.space, id: 'a', version: null },
      ]
      for (const one of expectations) await assert.rejects(records.commit([], [one]), RangeError)
      await assert.rejects(records.commit([{ op: 'delete', space, id: tooLong.id }]), RangeError)
      await assert.rejects(records.changes({ spaces: [tooLong.space], limit: 1 }), RangeError)
      assert.deepEqual(await records.get(expectations), [undefined, undefined])
      assert.equal(await records.count(tooLong.space), 0)
      assert.deepEqual(await records.find({ space: tooLong.space, limit: 1 }), { records: [] })
      assert.deepEqual(await records.find({ space, index: tooLong.index, limit: 1 }), { records: [] })
    })

    test('text that is no Unicode names no space and no index', async () => {
      const { records } = context
      const space = context.space()
      const [odd, other] = [`${space}\ud83d`, `${space}\ufffd`]
      const entries = (index: string) => [{ index, key: key(1, 1) }]
      await done(records.commit([put(other, 'a', '1', entries('\ufffd'))]))
      await assert.rejects(records.commit([put(space, 'a', '1', entries('\ud83d'))]), TypeError)
      await assert.rejects(records.changes({ spaces: [odd], limit: 1 }), TypeError)
      assert.equal(await records.count(odd), 0)
      assert.deepEqual(await records.find({ space: odd, limit: 1 }), { records: [] })
      assert.deepEqual(await records.find({ space: other, index: '\ud83d', limit: 1 }), { records: [] })
    })
  })
}
