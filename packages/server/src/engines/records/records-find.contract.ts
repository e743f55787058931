import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BadCursorError } from './cursor.ts'
import type { ContractContext } from './records.fixture.ts'
import { done, entry, put, remove } from './records.fixture.ts'
import type { FindRequest, KeyRange, RecordHead, Records, StoredRecord } from './records.ts'

function range(from: string | undefined, to: string | undefined, bounds = '[)'): KeyRange {
  const bound = (text: string, inclusive: boolean) => ({ key: new TextEncoder().encode(text), inclusive })
  return {
    ...(from === undefined ? {} : { from: bound(from, bounds.startsWith('[')) }),
    ...(to === undefined ? {} : { to: bound(to, bounds.endsWith(']')) }),
  }
}

/** Walks to the end; between two pages it calls `meanwhile`. */
async function walk(records: Records, request: FindRequest, meanwhile = async (): Promise<void> => {}) {
  const found: StoredRecord[] = []
  let { records: page, next } = await records.find(request)
  for (;;) {
    assert.ok(page.length <= request.limit)
    const bytes = bytesOf(page)
    const { maxBytes = Infinity } = request
    assert.ok(page.length <= 1 || bytesOf(page.slice(0, -1)) < maxBytes, 'a page ends once it has its bytes')
    found.push(...page)
    if (next === undefined) return found
    assert.ok(page.length === request.limit || bytes >= maxBytes, 'a page before the end is full')
    assert.ok(page.length >= 1)
    await meanwhile()
    ;({ records: page, next } = await records.find({ ...request, after: next }))
  }
}

function bytesOf(records: readonly StoredRecord[]): number {
  return records.reduce((sum, { value }) => sum + Buffer.byteLength(value), 0)
}

const ids = (records: readonly RecordHead[]) => records.map(({ id }) => id).join(' ')

export function findContract(context: ContractContext): void {
  describe('find', () => {
    test('walks by id when no index is named', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit(['d', 'a', 'c', 'b'].map((id) => put(space, id, id))))
      assert.equal(ids((await records.find({ space, limit: 10 })).records), 'a b c d')
      assert.equal(ids((await records.find({ space, limit: 3, reverse: true })).records), 'd c b')
      assert.equal((await records.find({ space, limit: 4 })).next, undefined)
      for (const limit of [1, 2, 3, 4]) {
        assert.equal(ids(await walk(records, { space, limit })), 'a b c d')
        assert.equal(ids(await walk(records, { space, limit, reverse: true })), 'd c b a')
      }
      assert.deepEqual(await records.find({ space: `${space}-empty`, limit: 1 }), { records: [] })
    })

    test('walks an index by key, then by id', async () => {
      const { records } = context
      const space = context.space()
      const keys = { a: '2', b: '1', c: '2', d: '3', e: '1' }
      await done(records.commit(Object.entries(keys).map(([id, key]) => put(space, id, id, [entry('i', key)]))))
      assert.equal(ids(await walk(records, { space, index: 'i', limit: 2 })), 'b e a c d')
      assert.equal(ids(await walk(records, { space, index: 'i', limit: 2, reverse: true })), 'd c a e b')
      assert.equal(ids(await walk(records, { space, index: 'other', limit: 2 })), '')
    })

    test('keeps to its ranges, whose bounds are in or out as they say', async () => {
      const { records } = context
      const space = context.space()
      await done(
        records.commit(['', 'a', 'ab', 'b', 'c', 'd'].map((key) => put(space, `=${key}`, '', [entry('i', key)]))),
      )
      const cases: [KeyRange, string][] = [
        [range('a', 'c'), '=a =ab =b'],
        [range('a', 'c', '(]'), '=ab =b =c'],
        [range('a', 'c', '()'), '=ab =b'],
        [range('a', 'c', '[]'), '=a =ab =b =c'],
        [range(undefined, 'b'), '= =a =ab'],
        [range('b', undefined, '()'), '=c =d'],
        [range('', ''), ''],
        [range('', '', '[]'), '='],
        [range('c', 'a', '[]'), ''],
        [{}, '= =a =ab =b =c =d'],
      ]
      for (const [only, expected] of cases) {
        for (const limit of [1, 2, 10]) {
          assert.equal(ids(await walk(records, { space, index: 'i', ranges: [only], limit })), expected)
          const reverse = await walk(records, { space, index: 'i', ranges: [only], limit, reverse: true })
          assert.equal(ids(reverse.toReversed()), expected)
        }
      }
      assert.deepEqual(await records.find({ space, index: 'i', ranges: [], limit: 5 }), { records: [] })
    })

    test('a record is found once per entry, and entries of its former value are gone', async () => {
      const { records } = context
      const space = context.space()
      await done(
        records.commit([put(space, 'a', '1', [entry('i', 'x'), entry('i', 'y'), entry('i', 'x'), entry('j', 'x')])]),
      )
      await done(records.commit([put(space, 'b', '1', [entry('i', 'y')])]))
      assert.equal(ids(await walk(records, { space, index: 'i', limit: 1 })), 'a a b')
      await done(records.commit([put(space, 'a', '2', [entry('i', 'z')])]))
      const found = await walk(records, { space, index: 'i', limit: 1 })
      assert.equal(ids(found), 'b a')
      assert.equal(found[1]?.value, '2')
      assert.equal(ids(await walk(records, { space, index: 'j', limit: 1 })), '')
      await done(records.commit([remove(space, 'a')]))
      assert.equal(ids(await walk(records, { space, index: 'i', limit: 1 })), 'b')
    })

    test('finds what a plain filter and sort find, in any pages', async () => {
      const { records } = context
      const space = context.space()
      const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0'), maxLength: 2 })
      const stored = await Promise.all(
        fc.sample(fc.array(text, { maxLength: 4 }), { numRuns: 60, seed: 7 }).map(async (keys, at) => {
          const id = `r${at}`
          await done(
            records.commit([
              put(
                space,
                id,
                id,
                keys.map((key) => entry('i', key)),
              ),
            ]),
          )
          return [...new Set(keys)].map((key) => ({ id, key }))
        }),
      )
      const all = stored.flat().toSorted((x, y) => compare(x.key, y.key) || compare(x.id, y.id))
      const bounds = fc.constantFrom('[)', '(]', '()', '[]')
      const ranges = fc.array(
        fc.tuple(fc.option(text, { nil: undefined }), fc.option(text, { nil: undefined }), bounds),
        {
          minLength: 1,
          maxLength: 3,
        },
      )
      await fc.assert(
        fc.asyncProperty(ranges, fc.boolean(), fc.integer({ min: 1, max: 9 }), async (wanted, reverse, limit) => {
          const expected = wanted.flatMap(([from, to, kind]) => {
            const within = all.filter(({ key }) => {
              const low = from === undefined ? 1 : compare(key, from)
              const high = to === undefined ? -1 : compare(key, to)
              return (low > 0 || (low === 0 && kind[0] === '[')) && (high < 0 || (high === 0 && kind[1] === ']'))
            })
            return (reverse ? within.toReversed() : within).map(({ id }) => id)
          })
          const request = { space, index: 'i', ranges: wanted.map((one) => range(...one)), reverse, limit }
          assert.equal(ids(await walk(records, request)), expected.join(' '))
        }),
        { numRuns: 150 },
      )
    })

    test('a page ends once its values have maxBytes, and the next one goes on there', async () => {
      const { records } = context
      const space = context.space()
      // In UTF-8: 3, 9, 0, 3, 5 and 1 bytes.
      const values = ['abc', '中中中', '', '中', 'hello', '!']
      await done(records.commit(values.map((value, at) => put(space, `${at}`, value, [entry('i', `${at % 2}`)]))))
      const pages = async (request: object): Promise<string> => {
        const seen: string[] = []
        let next: string | undefined
        do {
          const page = await records.find({ space, limit: 9, ...request, ...(next !== undefined && { after: next }) })
          seen.push(ids(page.records))
          next = page.next
        } while (next !== undefined)
        return seen.join(', ')
      }
      assert.equal(await pages({ maxBytes: 1 }), '0, 1, 2 3, 4, 5')
      assert.equal(await pages({ maxBytes: 4 }), '0 1, 2 3 4, 5')
      assert.equal(await pages({ maxBytes: 12 }), '0 1, 2 3 4 5')
      assert.equal(await pages({ maxBytes: 13 }), '0 1 2 3, 4 5')
      assert.equal(await pages({ maxBytes: 12, reverse: true }), '5 4 3 2 1, 0')
      assert.equal(await pages({ maxBytes: 12, limit: 1 }), '0, 1, 2, 3, 4, 5')
      assert.equal(await pages({ maxBytes: 4, limit: 2 }), '0 1, 2 3, 4, 5')
      assert.equal(await pages({ maxBytes: 21 }), '0 1 2 3 4 5')
      assert.equal(await pages({ maxBytes: 1000 }), '0 1 2 3 4 5')
      assert.equal(await pages({ index: 'i', maxBytes: 8 }), '0 2 4, 1, 3 5')
      assert.equal(await pages({ index: 'i', maxBytes: 8, reverse: true }), '5 3 1, 4 2 0')
      const ranges = [range('1', '1', '[]'), range('7', undefined), range('0', '0', '[]')]
      assert.equal(await pages({ index: 'i', ranges, maxBytes: 10 }), '1 3, 5 0 2 4')
      assert.equal(await pages({ index: 'i', ranges, maxBytes: 13 }), '1 3 5, 0 2 4')
    })

    test('finds the same in pages of any size', async () => {
      const { records } = context
      const space = context.space()
      const value = fc.string({ unit: fc.constantFrom('a', '中', '\0'), maxLength: 12 })
      const values = fc.sample(value, { numRuns: 40, seed: 3 })
      await done(
        records.commit(values.map((text, at) => put(space, `r${at}`, text, [entry('i', text), entry('i', text + at)]))),
      )
      const within = fc.constantFrom(undefined, [range('a', 'b'), range(undefined, 'a'), range('b', undefined)])
      const bounds = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200 }))
      await fc.assert(
        fc.asyncProperty(bounds, fc.boolean(), fc.boolean(), within, async ([limit, maxBytes], reverse, byId, only) => {
          const request = { space, reverse, ...(byId ? {} : { index: 'i' }), ...(only && { ranges: only }) }
          const all = await records.find({ ...request, limit: 1000 })
          assert.equal(all.next, undefined)
          assert.deepEqual(await walk(records, { ...request, limit, maxBytes }), all.records)
        }),
        { numRuns: 100 },
      )
    })

    test('without values it finds the same records, their ids and versions only', async () => {
      const { records } = context
      const space = context.space()
      const values = ['', 'a', 'x'.repeat(3_000_000), '中', 'b']
      await done(
        records.commit(
          values.map((value, at) => put(space, `${at}`, value, [entry('i', `${at % 2}`), entry('i', '2')])),
        ),
      )
      await done(records.commit([put(space, '1', 'new', [entry('i', '0')])]))
      for (const reverse of [false, true]) {
        for (const index of [undefined, 'i']) {
          const request = {
            space,
            reverse,
            limit: 3,
            ...(index && { index, ranges: [range('0', '2'), range('2', '2', '[]')] }),
          }
          let after: string | undefined
          do {
            const whole = await records.find({ ...request, after })
            const heads = await records.find({ ...request, after, values: false })
            assert.deepEqual(heads, { ...whole, records: whole.records.map(({ value: _, ...head }) => head) })
            after = heads.next
          } while (after !== undefined)
        }
      }
      const bounded = await records.find({ space, limit: 9, maxBytes: 1, values: false })
      assert.equal(ids(bounded.records), '0 1 2 3 4')
      await assert.rejects(records.find({ space, limit: 9, maxBytes: 0, values: false }), RangeError)
      assert.equal((await records.find({ space, limit: 9, values: true })).records[1]?.value, 'new')
    })

    test('pages lose and repeat nothing of what stays, while records come and go around them', async () => {
      const { records } = context
      for (const reverse of [false, true]) {
        for (const index of [undefined, 'i']) {
          const space = context.space()
          const write = (id: string) => put(space, id, id, [entry('i', id.slice(0, 2))])
          const kept = Array.from({ length: 30 }, (_, at) => `${10 + at}-kept`)
          await done(records.commit(kept.map(write)))
          await done(records.commit(kept.map((id) => write(`${id.slice(0, 2)}-gone`))))
          let step = 0
          const meanwhile = async (): Promise<void> => {
            step += 1
            await done(
              records.commit([
                remove(space, `${10 + step}-gone`),
                remove(space, `${40 - step}-gone`),
                write(`${10 + step}-new`),
                write(`${40 - step}-new`),
              ]),
            )
          }
          const ranges = [range(undefined, '25'), range('25', undefined)]
          const request = { space, limit: 3, reverse, ranges: reverse ? ranges.toReversed() : ranges }
          const found = await walk(records, index === undefined ? request : { ...request, index }, meanwhile)
          assert.ok(step > 10)
          const seen = found.map(({ id }) => id)
          assert.equal(new Set(seen).size, seen.length)
          assert.deepEqual(
            seen.filter((id) => id.endsWith('kept')),
            reverse ? kept.toReversed() : kept,
          )
        }
      }
    })

    test('goes on where the record of the cursor was deleted', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit(['a', 'b', 'c'].map((id) => put(space, id, id, [entry('i', 'same')]))))
      for (const request of [{ space }, { space, index: 'i' }]) {
        const { next = '' } = await records.find({ ...request, limit: 2 })
        await done(records.commit([remove(space, 'b')]))
        assert.equal(ids((await records.find({ ...request, limit: 2, after: next })).records), 'c')
        await done(records.commit([put(space, 'b', 'b', [entry('i', 'same')])]))
      }
    })

    test('a cursor leads nowhere outside the ranges it is used with', async () => {
      const { records } = context
      const space = context.space()
      const keys = { a: 'a', ab: 'ab', b: 'b', c: 'c', c2: 'c', cd: 'cd', d: 'd' }
      await done(records.commit(Object.entries(keys).map(([id, key]) => put(space, id, id, [entry('i', key)]))))
      const after = async (walked: number, reverse: boolean, only: KeyRange) => {
        const { next = '' } = await records.find({ space, index: 'i', limit: walked, reverse })
        const found = await records.find({ space, index: 'i', ranges: [only], limit: 9, after: next, reverse })
        return ids(found.records)
      }
      assert.equal(await after(1, false, range('b', 'c', '[]')), 'b c c2')
      assert.equal(await after(1, true, range('b', 'c', '[]')), 'c2 c b')
      assert.equal(await after(4, false, range('c', undefined, '[)')), 'c2 cd d')
      assert.equal(await after(4, false, range('c', undefined, '()')), 'cd d')
      assert.equal(await after(3, true, range(undefined, 'c', '[]')), 'c b ab a')
      assert.equal(await after(3, true, range(undefined, 'c', '[)')), 'b ab a')
      assert.equal(await after(6, false, range('a', 'b', '[]')), '')
    })

    test('what is no cursor is refused as that', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit(['a', 'b', 'c'].map((id) => put(space, id, id, [entry('i', id)]))))
      const byId = (await records.find({ space, limit: 1 })).next ?? ''
      const ranges = [range('x', 'y'), range('a', 'c')]
      const byEntry = (await records.find({ space, index: 'i', ranges, limit: 1 })).next ?? ''
      assert.ok(/^[\w-]+$/.test(byId) && /^[\w-]+$/.test(byEntry))
      const garbage = [
        '',
        'x',
        '=',
        `${byId}=`,
        ` ${byId}`,
        'AgAAAAD',
        'Af8',
        'AgAAAAAAAAD_',
        '中',
        byEntry.slice(0, 8),
      ]
      for (const after of [...garbage, byEntry]) {
        await assert.rejects(records.find({ space, limit: 1, after }), BadCursorError, after)
      }
      for (const after of [...garbage, byId]) {
        await assert.rejects(records.find({ space, index: 'i', ranges, limit: 1, after }), BadCursorError, after)
      }
      await assert.rejects(records.find({ space, index: 'i', limit: 1, after: byEntry }), BadCursorError)
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), fc.boolean(), async (after, indexed) => {
          const request = indexed ? { space, index: 'i', limit: 1, after } : { space, limit: 1, after }
          try {
            await records.find(request)
          } catch (error) {
            assert.ok(error instanceof BadCursorError)
          }
        }),
      )
    })

    test('a limit is a whole number from 1', async () => {
      const { records } = context
      for (const limit of [0, -1, 1.5, Number.NaN, Infinity]) {
        await assert.rejects(records.find({ space: 's', limit }), RangeError)
      }
    })

    test('a number of bytes is a whole number from 1', async () => {
      const { records } = context
      for (const maxBytes of [0, -1, 1.5, Number.NaN, Infinity]) {
        await assert.rejects(records.find({ space: 's', limit: 1, maxBytes }), RangeError)
        await assert.rejects(records.get([{ space: 's', id: 'a' }], maxBytes), RangeError)
      }
    })
  })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
