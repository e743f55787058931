import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContractContext, OpenedRecords } from './records.fixture.ts'
import { done, entry, put, remove } from './records.fixture.ts'
import type { DumpedRecord, DumpRequest, Records } from './records.ts'

const ALL = { limit: 1_000, maxBytes: 1 << 24 } as const
const ids = (records: readonly DumpedRecord[]) => records.map(({ id }) => id).join(' ')

/** Walks to the end. */
async function walk(records: Records, request: DumpRequest): Promise<readonly DumpedRecord[]> {
  const found: DumpedRecord[] = []
  for (let from = request.from; ; ) {
    const page = await records.dump({ ...request, from })
    assert.ok(page.records.length <= request.limit)
    found.push(...page.records)
    if (page.next === undefined) return found
    assert.ok(page.records.length > 0)
    from = page.next
  }
}

export function dumpContract(context: ContractContext, open: () => Promise<OpenedRecords>): void {
  describe('dump', () => {
    test('a record comes with all that is needed to write it again', async () => {
      const { records } = context
      const [space, copy] = [context.space(), context.space()]
      const entries = [
        entry('i', 'b'),
        entry('i', 'a\0'),
        entry('u', '订单', true),
        entry('长'.repeat(300), 'x'.repeat(8_000)),
      ]
      await done(
        records.commit([put(space, 'a\0', 'va\0lue \x01', [...entries, entry('i', 'b')]), put(space, 'b', '')]),
      )
      const page = await records.dump({ space, ...ALL })
      assert.equal(page.next, undefined)
      assert.deepEqual(
        page.records.map(({ id, value }) => [id, value]),
        [
          ['a\0', 'va\0lue \x01'],
          ['b', ''],
        ],
      )
      const plain = (all: DumpedRecord['entries']) =>
        all.map(({ index, key, unique }) => [index, Buffer.from(key).toString('hex'), unique === true])
      assert.deepEqual(plain(page.records[0]?.entries ?? []), plain(entries))
      assert.deepEqual(page.records[1]?.entries, [])
      assert.equal(page.records[0]?.version, (await records.get([{ space, id: 'a\0' }]))[0]?.version)
      await done(records.commit(page.records.map((record) => put(copy, record.id, record.value, record.entries))))
      const again = await records.dump({ space: copy, ...ALL })
      assert.deepEqual(
        again.records.map(({ id, value, entries }) => ({ id, value, entries })),
        page.records.map(({ id, value, entries }) => ({ id, value, entries })),
      )
      assert.equal((await records.commit([put(copy, 'c', '', [entry('u', '订单', true)])])).done, false)
    })

    test('pages are in the order of ids, within their bounds, and of one space', async () => {
      const { records } = context
      const space = context.space()
      const all = ['', '\0', 'a', 'a\0', 'b', 'é', '\uffff', '😀']
      await done(records.commit([...all.map((id) => put(space, id, id)), put(`${space}\0`, 'a', '')]))
      await done(records.commit([put(space, 'az', ''), remove(space, 'az')]))
      const sorted = all.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join(' ')
      for (const limit of [1, 3, 8, 9]) assert.equal(ids(await walk(records, { ...ALL, space, limit })), sorted)
      assert.equal(ids(await walk(records, { ...ALL, space, from: 'a', to: 'b', limit: 1 })), 'a a\0')
      assert.equal(ids(await walk(records, { ...ALL, space, from: 'a\0\0', limit: 2 })), 'b é \uffff 😀')
      assert.equal(ids(await walk(records, { ...ALL, space, to: 'a', limit: 9 })), ' \0')
      assert.deepEqual(await records.dump({ ...ALL, space, from: 'a', to: 'a' }), { records: [] })
      assert.deepEqual(await records.dump({ ...ALL, space, from: 'é'.repeat(2_000), to: 'ê' }), { records: [] })
      for (const none of [`${space}-none`, `${space}\ud83d`]) {
        assert.deepEqual(await records.dump({ ...ALL, space: none }), { records: [] })
      }
    })

    test('a page ends once its values and entries have their bytes', async () => {
      const { records } = context
      const space = context.space()
      const entries = Array.from({ length: 20 }, (_, at) => entry('i', `${at}`.padEnd(1_000)))
      await done(
        records.commit([
          put(space, 'a', 'x'.repeat(9_000)),
          put(space, 'b', '', entries),
          put(space, 'c', ''),
          put(space, 'd', ''),
        ]),
      )
      const page = await records.dump({ space, limit: 9, maxBytes: 10_000 })
      assert.deepEqual([ids(page.records), page.next], ['a b', 'c'])
      assert.equal((await records.dump({ space, limit: 9, maxBytes: 1 })).next, 'b')
      assert.equal(ids(await walk(records, { space, limit: 9, maxBytes: 1 })), 'a b c d')
      for (const limit of [0, 1.5]) await assert.rejects(records.dump({ space, limit, maxBytes: 1 }), RangeError)
      for (const maxBytes of [0, Infinity])
        await assert.rejects(records.dump({ space, limit: 1, maxBytes }), RangeError)
    })

    test('the spaces that hold records are listed', async () => {
      const opened = await open()
      try {
        const { records } = opened
        assert.deepEqual(await records.spaces(), [])
        const spaces = ['', 'a', 'a\0', 'b', 'é', '\uffff', '😀']
        await done(
          records.commit([
            ...spaces.flatMap((space) => ['1', '2'].map((id) => put(space, id, ''))),
            put('gone', 'a', ''),
          ]),
        )
        await done(records.commit([remove('gone', 'a')]))
        assert.deepEqual(await records.spaces(), spaces)
      } finally {
        await opened.dispose()
      }
    })
  })
}
