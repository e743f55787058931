import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContractContext } from './records.fixture.ts'
import { done, entry, getOne, put, readChanges, remove } from './records.fixture.ts'
import type { Records } from './records.ts'

/** The ids under which a key is found in an index. */
async function holders(records: Records, space: string, index: string): Promise<string[]> {
  return (await records.find({ space, index, limit: 100 })).records.map(({ id }) => id)
}

export function commitContract(context: ContractContext): void {
  describe('commit', () => {
    test('a record comes back as it was put, at its place among the keys', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', 'one'), put(space, 'b', 'two')]))
      const found = await records.get([
        { space, id: 'b' },
        { space, id: 'missing' },
        { space, id: 'a' },
        { space, id: 'b' },
      ])
      assert.deepEqual(
        found.map((record) => record?.value),
        ['two', undefined, 'one', 'two'],
      )
      assert.equal(found[2]?.space, space)
      assert.equal(found[2]?.id, 'a')
      assert.deepEqual(await records.get([]), [])
    })

    test('get answers the first keys only, once their values have maxBytes', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit(['abc', '中中', 'd'].map((value, at) => put(space, `${at}`, value))))
      const keys = ['0', 'none', '1', '2', 'none'].map((id) => ({ space, id }))
      const all = await records.get(keys)
      for (const [maxBytes, answered] of [
        [1, 1],
        [3, 1],
        [4, 3],
        [9, 3],
        [10, 4],
        [11, 5],
      ] as const) {
        assert.deepEqual(await records.get(keys, maxBytes), all.slice(0, answered), `${maxBytes}`)
      }
      assert.deepEqual(await records.get([], 1), [])
    })

    test('spaces are apart', async () => {
      const { records } = context
      const [one, other] = [context.space(), context.space()]
      await done(records.commit([put(one, 'a', 'one', [entry('i', 'k', true)])]))
      await done(records.commit([put(other, 'a', 'other', [entry('i', 'k', true)])]))
      assert.equal((await getOne(records, { space: one, id: 'a' }))?.value, 'one')
      await done(records.commit([remove(one, 'a')]))
      assert.equal((await getOne(records, { space: other, id: 'a' }))?.value, 'other')
      assert.deepEqual(await holders(records, other, 'i'), ['a'])
    })

    test('versions grow with every write, also across a delete', async () => {
      const { records } = context
      const space = context.space()
      const seen: number[] = []
      for (const write of [put(space, 'a', '1'), put(space, 'a', '2'), remove(space, 'a'), put(space, 'a', '3')]) {
        await done(records.commit([write]))
        const record = await getOne(records, { space, id: 'a' })
        if (record) seen.push(record.version)
      }
      assert.equal(seen.length, 3)
      assert.ok((seen[0] ?? 0) > 0)
      assert.ok(seen.every((version, at) => at === 0 || version > (seen[at - 1] ?? 0)))
    })

    test('a commit that expects another version writes nothing and names every key at fault', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', '1'), put(space, 'b', '1'), put(space, 'c', '1')]))
      const [a, b] = await records.get([
        { space, id: 'a' },
        { space, id: 'b' },
      ])
      assert.ok(a && b)
      await done(records.commit([put(space, 'b', '2')]))
      const result = await records.commit(
        [put(space, 'a', 'x'), put(space, 'd', 'x'), remove(space, 'c')],
        [
          { space, id: 'a', version: a.version },
          { space, id: 'b', version: b.version },
          { space, id: 'c', version: null },
          { space, id: 'gone', version: 1 },
        ],
      )
      assert.deepEqual(result, {
        done: false,
        reason: 'conflict',
        keys: ['b', 'c', 'gone'].map((id) => ({ space, id })),
      })
      assert.equal(await records.count(space), 3)
      assert.equal((await getOne(records, { space, id: 'a' }))?.version, a.version)
    })

    test('insert if absent: of many at once, one succeeds', async () => {
      const { records } = context
      const space = context.space()
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          records.commit([put(space, 'a', String(at))], [{ space, id: 'a', version: null }]),
        ),
      )
      assert.equal(results.filter((result) => result.done).length, 1)
      const winner = results.findIndex((result) => result.done)
      assert.equal((await getOne(records, { space, id: 'a' }))?.value, String(winner))
    })

    test('a commit without writes only checks', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', '1')]))
      const a = await getOne(records, { space, id: 'a' })
      await done(records.commit([], [{ space, id: 'b', version: null }]))
      assert.equal((await records.commit([], [{ space, id: 'a', version: null }])).done, false)
      assert.deepEqual(await getOne(records, { space, id: 'a' }), a)
      assert.equal(await records.count(space), 1)
    })

    test('several writes of one key in one commit: the last one holds', async () => {
      const { records } = context
      const space = context.space()
      const writes = [put(space, 'a', '1', [entry('i', 'x')]), remove(space, 'a'), put(space, 'a', '2')]
      await done(records.commit(writes))
      assert.equal((await getOne(records, { space, id: 'a' }))?.value, '2')
      assert.deepEqual(await holders(records, space, 'i'), [])
      await done(records.commit([put(space, 'a', '3'), remove(space, 'a')]))
      assert.equal(await getOne(records, { space, id: 'a' }), undefined)
    })

    test('deleting what is not there is no error and no change', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', '1')]))
      const { next } = await records.changes({ spaces: [space], limit: 10 })
      await done(records.commit([remove(space, 'missing'), put(space, 'b', '1')]))
      const { changes } = await readChanges(records, [space], next, 1)
      assert.deepEqual(
        changes.map(({ op, id }) => `${op} ${id}`),
        ['put b'],
      )
      assert.equal(await records.count(space), 2)
    })

    test('what was committed is read, by the one who committed it and by those told later', async () => {
      const { records } = context
      const space = context.space()
      for (let at = 0; at < 50; at++) {
        await done(records.commit([put(space, 'a', String(at), [entry('i', String(at))])]))
        assert.equal((await getOne(records, { space, id: 'a' }))?.value, String(at))
        assert.equal((await records.find({ space, index: 'i', limit: 2 })).records[0]?.value, String(at))
      }
    })

    test('a hundred increments at once, with retries, end at a hundred', async () => {
      const { records } = context
      const space = context.space()
      const key = { space, id: 'counter' }
      await done(records.commit([put(space, 'counter', '0')]))
      let conflicts = 0
      const increment = async (): Promise<void> => {
        for (;;) {
          const seen = await getOne(records, key)
          assert.ok(seen)
          const write = put(space, 'counter', String(Number(seen.value) + 1))
          const result = await records.commit([write], [{ ...key, version: seen.version }])
          if (result.done) return
          conflicts += 1
        }
      }
      await Promise.all(Array.from({ length: 100 }, increment))
      assert.equal((await getOne(records, key))?.value, '100')
      assert.ok(conflicts > 0)
    })

    test('transfers at once never show a sum that is not the whole', async () => {
      const { records } = context
      const space = context.space()
      const keys = ['a', 'b', 'c'].map((id) => ({ space, id }))
      await done(records.commit(keys.map(({ id }) => put(space, id, '100'))))
      const sum = async () => {
        const found = await records.get(keys)
        return found.reduce((total, record) => total + Number(record?.value), 0)
      }
      const transfer = async (from: number, to: number): Promise<void> => {
        for (;;) {
          const pair = [keys[from], keys[to]].filter((key) => key !== undefined)
          const [source, target] = await records.get(pair)
          assert.ok(source && target)
          const writes = [
            put(space, source.id, String(Number(source.value) - 1)),
            put(space, target.id, String(Number(target.value) + 1)),
          ]
          const result = await records.commit(writes, [source, target])
          assert.equal(await sum(), 300)
          if (result.done) return
        }
      }
      await Promise.all(Array.from({ length: 30 }, (_, at) => transfer(at % 3, (at + 1) % 3)))
      assert.equal(await sum(), 300)
    })

    test('one failing commit does not fail the others of the same moment', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'taken', '1', [entry('u', 'k', true)])]))
      const results = await Promise.all([
        records.commit([put(space, 'a', '1')]),
        records.commit([put(space, 'b', '1')], [{ space, id: 'taken', version: null }]),
        records.commit([put(space, 'c', '1'), put(space, 'd', '1', [entry('u', 'k', true)])]),
        records.commit([put(space, 'e', '1')]),
      ])
      assert.deepEqual(
        results.map((result) => (result.done ? 'done' : result.reason)),
        ['done', 'conflict', 'duplicate', 'done'],
      )
      const { records: left } = await records.find({ space, limit: 10 })
      assert.deepEqual(
        left.map(({ id }) => id),
        ['a', 'e', 'taken'],
      )
    })
  })

  describe('unique entries', () => {
    test('a key that another record holds is refused, with the key of the refused write', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', '1', [entry('u', 'k', true)])]))
      const result = await records.commit([put(space, 'x', '1'), put(space, 'b', '2', [entry('u', 'k', true)])])
      assert.deepEqual(result, { done: false, reason: 'duplicate', key: { space, id: 'b' }, index: 'u' })
      assert.equal(await records.count(space), 1)
      assert.deepEqual(await holders(records, space, 'u'), ['a'])
    })

    test('a record may keep its own key, and another index may hold the same one', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', '1', [entry('u', 'k', true)])]))
      await done(records.commit([put(space, 'a', '2', [entry('u', 'k', true), entry('u', 'l', true)])]))
      await done(records.commit([put(space, 'b', '1', [entry('v', 'k', true)])]))
      assert.deepEqual(await holders(records, space, 'u'), ['a', 'a'])
    })

    test('a key that was given up is free, also within one commit', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', '1', [entry('u', 'k', true)])]))
      await done(records.commit([put(space, 'a', '2'), put(space, 'b', '1', [entry('u', 'k', true)])]))
      await done(records.commit([remove(space, 'b'), put(space, 'c', '1', [entry('u', 'k', true)])]))
      assert.deepEqual(await holders(records, space, 'u'), ['c'])
    })

    test('a refused commit gives up nothing', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', '1', [entry('u', 'k', true)])]))
      await done(records.commit([put(space, 'b', '1', [entry('u', 'l', true)])]))
      const result = await records.commit([remove(space, 'a'), put(space, 'c', '1', [entry('u', 'l', true)])])
      assert.equal(result.done, false)
      assert.deepEqual(await holders(records, space, 'u'), ['a', 'b'])
      assert.equal((await getOne(records, { space, id: 'a' }))?.value, '1')
    })

    test('of two in one commit, and of many commits at once, one gets the key', async () => {
      const { records } = context
      const space = context.space()
      const both = [put(space, 'a', '1', [entry('u', 'k', true)]), put(space, 'b', '1', [entry('u', 'k', true)])]
      assert.deepEqual(await records.commit(both), {
        done: false,
        reason: 'duplicate',
        key: { space, id: 'b' },
        index: 'u',
      })
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, at) => records.commit([put(space, `r${at}`, '1', [entry('u', 'k', true)])])),
      )
      assert.equal(results.filter((result) => result.done).length, 1)
      assert.equal((await holders(records, space, 'u')).length, 1)
    })
  })
}
