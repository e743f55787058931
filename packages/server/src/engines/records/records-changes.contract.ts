import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContractContext, OpenedRecords } from './records.contract.ts'
import { done, getOne, put, remove } from './records-commit.contract.ts'

export function changesContract(context: ContractContext, open: () => Promise<OpenedRecords>): void {
  describe('change feed', () => {
    test('tells every change once, in order, with the version it made', async () => {
      const { records } = context
      const space = context.space()
      const start = await done(records.commit([]))
      await done(records.commit([put(space, 'a', '1'), put(space, 'b', '1')]))
      const last = await done(records.commit([remove(space, 'a')]))
      const { changes, next, truncated } = await records.changesSince(start, 10)
      assert.deepEqual(
        changes.map(({ op, id }) => `${op} ${id}`),
        ['put a', 'put b', 'delete a'],
      )
      assert.ok(changes.every((change) => change.space === space))
      assert.equal(changes[1]?.version, (await getOne(records, { space, id: 'b' }))?.version)
      assert.equal(changes[2]?.seq, last)
      assert.deepEqual({ next, truncated }, { next: last, truncated: false })
      assert.deepEqual(await records.changesSince(next, 10), { changes: [], next, truncated: false })
    })

    test('is read in pages', async () => {
      const { records } = context
      const space = context.space()
      const start = await done(records.commit([]))
      await done(records.commit(Array.from({ length: 25 }, (_, at) => put(space, `r${at}`, '1'))))
      const seen: string[] = []
      let from = start
      for (;;) {
        const page = await records.changesSince(from, 10)
        assert.ok(page.changes.length <= 10)
        seen.push(...page.changes.map(({ id }) => id))
        if (page.changes.length === 0) break
        from = page.next
      }
      assert.deepEqual(
        seen,
        Array.from({ length: 25 }, (_, at) => `r${at}`),
      )
    })

    test('misses nothing while many write, and tells nothing of what was refused', async () => {
      const { records } = context
      const space = context.space()
      let from = await done(records.commit([put(space, 'taken', '1')]))
      const seen: string[] = []
      let writing = true
      const follow = async (): Promise<void> => {
        for (let last = false; ; last = !writing) {
          const page = await records.changesSince(from, 7)
          seen.push(...page.changes.map(({ id }) => id))
          from = page.next
          if (last && page.changes.length === 0) return
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      const following = follow()
      await Promise.all(
        Array.from({ length: 60 }, (_, at) =>
          at % 3 === 0
            ? records.commit([put(space, 'refused', '1')], [{ space, id: 'taken', version: null }])
            : records.commit([put(space, `r${at}`, '1')]),
        ),
      )
      writing = false
      await following
      assert.equal(seen.length, 40)
      assert.equal(new Set(seen).size, 40)
      assert.ok(!seen.includes('refused'))
    })

    test('begins with the first change of a new store, and knows nothing of a seq from the future', async () => {
      const { records, dispose } = await open()
      try {
        assert.deepEqual(await records.changesSince(0, 10), { changes: [], next: 0, truncated: false })
        const seq = await done(records.commit([put('s', 'a', '1')]))
        assert.equal((await records.changesSince(0, 10)).changes.length, 1)
        assert.deepEqual(await records.changesSince(seq + 1, 10), { changes: [], next: seq, truncated: true })
        for (const bad of [-1, 0.5, Number.NaN]) await assert.rejects(records.changesSince(bad, 10), RangeError)
        await assert.rejects(records.changesSince(0, 0), RangeError)
      } finally {
        await dispose()
      }
    })
  })
}
