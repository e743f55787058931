import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ContractContext, OpenedRecords } from './records.fixture.ts'
import { done, entry, getOne, put, readChanges, remove } from './records.fixture.ts'

const ODD_IDS = [
  '',
  ' ',
  '\0',
  'a',
  'a\0',
  'a\0b',
  'a ',
  '\ufeffa',
  '订单/一',
  'é',
  'e\u0301',
  '😀',
  '\uffff',
  "'; --",
  '%',
]

export function valuesContract(context: ContractContext, open: () => Promise<OpenedRecords>): void {
  describe('keys and values', () => {
    test('odd ids are ids, and the walk by id is in the order of their bytes', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit(ODD_IDS.map((id, at) => put(space, id, String(at), [entry('i', id)]))))
      assert.equal(await records.count(space), ODD_IDS.length)
      for (const [at, id] of ODD_IDS.entries()) {
        assert.equal((await getOne(records, { space, id }))?.value, String(at), JSON.stringify(id))
      }
      const sorted = ODD_IDS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      for (const request of [{ space }, { space, index: 'i' }]) {
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await records.find({ ...request, limit: 1, ...(after === undefined ? {} : { after }) })
          seen.push(...page.records.map(({ id }) => id))
          after = page.next
        } while (after !== undefined)
        assert.deepEqual(seen, sorted)
      }
      await done(records.commit(ODD_IDS.map((id) => remove(space, id))))
      assert.equal(await records.count(space), 0)
    })

    test('odd spaces and index names are apart', async () => {
      const { records } = context
      const space = context.space()
      const spaces = ODD_IDS.map((odd) => space + odd)
      await done(records.commit(spaces.map((odd, at) => put(odd, 'a', String(at), [entry(odd, 'k', true)]))))
      for (const [at, odd] of spaces.entries()) {
        assert.equal((await records.find({ space: odd, index: odd, limit: 9 })).records[0]?.value, String(at))
        assert.equal(await records.count(odd), 1)
      }
    })

    test('text that is no Unicode names no record and is no value', async () => {
      const { records } = context
      const space = context.space()
      await assert.rejects(records.commit([put(space, '\ud83d', '1')]), TypeError)
      await assert.rejects(records.commit([put(`${space}\ud83d`, 'a', '1')]), TypeError)
      await assert.rejects(records.commit([put(space, 'a', 'half \ud83d')]), TypeError)
      await assert.rejects(records.commit([], [{ space, id: '\ud83d', version: null }]), TypeError)
      await done(records.commit([put(space, '\ufffd', '1')]))
      assert.equal(await getOne(records, { space, id: '\ud83d' }), undefined)
    })

    test('values come back to the letter', async () => {
      const { records } = context
      const space = context.space()
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (value) => {
          await done(records.commit([put(space, 'a', value)]))
          assert.equal((await getOne(records, { space, id: 'a' }))?.value, value)
        }),
        { numRuns: 50 },
      )
    })

    test('a value of a megabyte, and many of them at once', async () => {
      const { records } = context
      const space = context.space()
      const value = (at: number) => String.fromCharCode(0x4e00 + at).repeat(350_000)
      await Promise.all(Array.from({ length: 6 }, (_, at) => done(records.commit([put(space, `r${at}`, value(at))]))))
      const { records: found } = await records.find({ space, limit: 10 })
      assert.equal(found.length, 6)
      for (const [at, record] of found.entries()) assert.ok(record.value === value(at))
    })

    test('a record with a thousand entries', async () => {
      const { records } = context
      const space = context.space()
      const entries = Array.from({ length: 1_000 }, (_, at) => entry('i', String(at).padStart(4, '0')))
      await done(records.commit([put(space, 'a', '1', entries)]))
      assert.equal((await records.find({ space, index: 'i', limit: 2_000 })).records.length, 1_000)
      await done(records.commit([put(space, 'a', '1', entries.slice(990))]))
      assert.equal((await records.find({ space, index: 'i', limit: 2_000 })).records.length, 10)
    })
  })

  describe('closing', () => {
    test('what was accepted is finished, what comes later is refused, and closing twice is closing once', async () => {
      const opened = await open()
      try {
        const accepted = Array.from({ length: 50 }, (_, at) => opened.records.commit([put('s', `r${at}`, '1')]))
        await Promise.all([opened.records.close(), opened.records.close()])
        const results = await Promise.all(accepted)
        assert.ok(results.every((result) => result.done))
        await assert.rejects(opened.records.commit([put('s', 'late', '1')]))
        await assert.rejects(opened.records.get([{ space: 's', id: 'r0' }]))
      } finally {
        await opened.dispose()
      }
    })

    test('everything outlives a close: records, entries, versions and the feed', async (t) => {
      const opened = await open()
      try {
        if (!opened.reopen) return t.diagnostic('this store does not outlive its engine')
        const { records } = opened
        const { next } = await records.changes({ spaces: ['s'], limit: 10 })
        await done(records.commit([put('s', 'a', 'one', [entry('u', 'k', true)]), put('s', 'b', 'two')]))
        const last = await getOne(records, { space: 's', id: 'b' })
        await done(records.commit([remove('s', 'b')]))
        const kept = await getOne(records, { space: 's', id: 'a' })
        const again = await opened.reopen()
        assert.deepEqual(await getOne(again, { space: 's', id: 'a' }), kept)
        assert.equal((await again.find({ space: 's', index: 'u', limit: 5 })).records.length, 1)
        assert.equal((await again.commit([put('s', 'c', '1', [entry('u', 'k', true)])])).done, false)
        await done(again.commit([put('s', 'b', 'three')]))
        const { changes } = await readChanges(again, ['s'], next, 4)
        assert.deepEqual(changes.map(({ op, id }) => `${op} ${id}`).sort(), ['delete b', 'put a', 'put b', 'put b'])
        const versions = changes.filter(({ id }) => id === 'b').map(({ version }) => version)
        assert.deepEqual(
          versions,
          [...new Set(versions)].sort((a, b) => a - b),
        )
        assert.equal(versions[0], last?.version)
        assert.equal(versions[2], (await getOne(again, { space: 's', id: 'b' }))?.version)
      } finally {
        await opened.dispose()
      }
    })
  })
}
