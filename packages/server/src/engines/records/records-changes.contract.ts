import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { BadCursorError } from './cursor.ts'
import type { ContractContext, OpenedRecords } from './records.fixture.ts'
import { done, getOne, put, readChanges, remove, waitForChanges } from './records.fixture.ts'
import { type FeedCursor, MAX_FEED_SPACES, type RecordChange, type Records } from './records.ts'

const follow = async (records: Records, ...spaces: string[]): Promise<FeedCursor> =>
  (await records.changes({ spaces, limit: 1 })).next

const told = (changes: readonly RecordChange[]) => changes.map(({ op, id }) => `${op} ${id}`).sort()

/** Whether the changes of each record come in the order of their versions. */
function assertOrdered(changes: readonly RecordChange[]): void {
  const last = new Map<string, number>()
  for (const { space, id, version } of changes) {
    const key = JSON.stringify([space, id])
    assert.ok(version > (last.get(key) ?? 0), `${key} ${version}`)
    last.set(key, version)
  }
}

export function changesContract(context: ContractContext, open: () => Promise<OpenedRecords>): void {
  describe('change feed', () => {
    test('tells every change of its spaces once, with the version that was made', async () => {
      const { records } = context
      const [space, other] = [context.space(), context.space()]
      const from = await follow(records, space)
      await done(records.commit([put(space, 'a', '1'), put(space, 'b', '1'), put(other, 'c', '1')]))
      const a = await getOne(records, { space, id: 'a' })
      await done(records.commit([remove(space, 'a')]))
      const { changes, next } = await readChanges(records, [space], from, 3)
      assert.deepEqual(told(changes), ['delete a', 'put a', 'put b'])
      assertOrdered(changes)
      for (const change of changes) {
        assert.deepEqual(Object.keys(change).sort(), ['id', 'op', 'space', 'version'])
        assert.equal(change.space, space)
      }
      const versionOf = (name: string) => changes.find(({ op, id }) => `${op} ${id}` === name)?.version
      assert.equal(versionOf('put a'), a?.version)
      assert.equal(versionOf('put b'), (await getOne(records, { space, id: 'b' }))?.version)
      assert.ok((versionOf('delete a') ?? 0) > (a?.version ?? 0))
      const { changes: none, truncated } = await records.changes({ spaces: [space], after: next, limit: 10 })
      assert.deepEqual({ none, truncated }, { none: [], truncated: false })
    })

    test('begins where it is first asked', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'before', '1')]))
      const first = await records.changes({ spaces: [space], limit: 10 })
      assert.deepEqual({ ...first, next: '' }, { changes: [], next: '', truncated: false })
      await done(records.commit([put(space, 'after', '1')]))
      assert.deepEqual(told((await readChanges(records, [space], first.next, 1)).changes), ['put after'])
      const again = await follow(records, space)
      assert.deepEqual((await records.changes({ spaces: [space], after: again, limit: 10 })).changes, [])
    })

    test('is read in pages', async () => {
      const { records } = context
      const space = context.space()
      const from = await follow(records, space)
      const ids = Array.from({ length: 25 }, (_, at) => `r${at}`)
      await done(records.commit(ids.map((id) => put(space, id, '1'))))
      for (const limit of [1, 10, 25, 26]) {
        const { changes } = await readChanges(records, [space], from, 25, limit)
        assert.deepEqual(told(changes), ids.map((id) => `put ${id}`).sort())
      }
    })

    test('follows several spaces, or some of those of its cursor', async () => {
      const { records } = context
      const [one, other, third] = [context.space(), `${context.space()}\0`, context.space()]
      const from = await follow(records, one, other, third, one)
      await done(records.commit([put(one, 'a', '1'), put(other, 'b', '1'), put(third, 'c', '1')]))
      assert.deepEqual(told((await readChanges(records, [one, other, one], from, 2)).changes), ['put a', 'put b'])
      assert.deepEqual(told((await readChanges(records, [third], from, 1)).changes), ['put c'])
    })

    test('is there for several who follow, each with a cursor', async () => {
      const { records } = context
      const space = context.space()
      const first = await follow(records, space)
      await done(records.commit([put(space, 'a', '1')]))
      const second = await follow(records, space)
      await done(records.commit([put(space, 'b', '1')]))
      assert.deepEqual(told((await readChanges(records, [space], first, 2)).changes), ['put a', 'put b'])
      assert.deepEqual(told((await readChanges(records, [space], second, 1)).changes), ['put b'])
    })

    test('misses nothing while many write, and tells nothing of what was refused', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'taken', '1')]))
      const from = await follow(records, space)
      const reading = readChanges(records, [space], from, 60, 7)
      await Promise.all(
        Array.from({ length: 90 }, (_, at) =>
          at % 3 === 0
            ? records.commit([put(space, 'refused', '1')], [{ space, id: 'taken', version: null }])
            : records.commit([put(space, `r${at % 10}`, '1')]),
        ),
      )
      const { changes, next } = await reading
      assert.equal(changes.length, 60)
      assertOrdered(changes)
      assert.ok(changes.every(({ id }) => id.startsWith('r') && id !== 'refused'))
      assert.deepEqual((await records.changes({ spaces: [space], after: next, limit: 10 })).changes, [])
      for (const id of new Set(changes.map((change) => change.id))) {
        const newest = changes.findLast((change) => change.id === id)
        assert.equal(newest?.version, (await getOne(records, { space, id }))?.version)
      }
    })

    test('is truncated for a space that was not followed at the cursor, and goes on from there', async () => {
      const { records } = context
      const [space, late] = [context.space(), context.space()]
      const from = await follow(records, space)
      await done(records.commit([put(space, 'a', '1'), put(late, 'b', '1')]))
      const answer = await records.changes({ spaces: [space, late], after: from, limit: 10 })
      assert.deepEqual({ ...answer, next: '' }, { changes: [], next: '', truncated: true })
      await done(records.commit([put(late, 'c', '1')]))
      assert.deepEqual(told((await readChanges(records, [space, late], answer.next, 1)).changes), ['put c'])
    })

    test('is truncated for a cursor of another store, however alike the two are', async () => {
      const [one, other] = [await open(), await open()]
      try {
        for (const { records } of [one, other]) {
          await follow(records, 's')
          await done(records.commit([put('s', 'a', '1')]))
        }
        const foreign = await follow(other.records, 's')
        const answer = await one.records.changes({ spaces: ['s'], after: foreign, limit: 10 })
        assert.deepEqual({ ...answer, next: '' }, { changes: [], next: '', truncated: true })
        await done(one.records.commit([put('s', 'b', '1')]))
        assert.deepEqual(told((await readChanges(one.records, ['s'], answer.next, 1)).changes), ['put b'])
        await waitForChanges(one.records, ['s'], foreign)
      } finally {
        await Promise.all([one.dispose(), other.dispose()])
      }
    })

    test('refuses what is no cursor of a feed', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', '1'), put(space, 'b', '1')]))
      const cursor = await follow(records, space)
      assert.match(cursor, /^[\w-]+$/)
      const { next: ofWalk = '' } = await records.find({ space, limit: 1 })
      for (const after of ['', 'x', '=', `${cursor}=`, ` ${cursor}`, '中', cursor.slice(0, 8), ofWalk]) {
        await assert.rejects(records.changes({ spaces: [space], after, limit: 1 }), BadCursorError, after)
        await assert.rejects(records.waitForChanges({ spaces: [space], after }), BadCursorError, after)
      }
      await assert.rejects(records.find({ space, limit: 1, after: cursor }), BadCursorError)
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (after) => {
          try {
            await records.changes({ spaces: [space], after, limit: 1 })
          } catch (error) {
            assert.ok(error instanceof BadCursorError)
          }
        }),
      )
    })

    test('refuses limits and spaces that cannot be', async () => {
      const { records } = context
      const cursor = await follow(records, 's')
      for (const limit of [0, -1, 1.5, Number.NaN, Infinity]) {
        await assert.rejects(records.changes({ spaces: ['s'], limit }), RangeError)
      }
      const many = Array.from({ length: MAX_FEED_SPACES + 1 }, (_, at) => `s${at}`)
      for (const spaces of [[], many]) {
        await assert.rejects(records.changes({ spaces, limit: 1 }), RangeError)
        await assert.rejects(records.waitForChanges({ spaces, after: cursor }), RangeError)
      }
      const from = await follow(records, ...many.slice(1))
      assert.deepEqual((await records.changes({ spaces: many.slice(1), after: from, limit: 1 })).changes, [])
    })
  })

  describe('waiting for changes', () => {
    test('ends at once when there are some, and else when some come', async () => {
      const { records } = context
      const space = context.space()
      const after = await follow(records, space)
      let ended = false
      const both = [context.space(), space]
      const waiting = waitForChanges(records, both, await follow(records, ...both)).then(() => {
        ended = true
      })
      const alone = waitForChanges(records, [space], after)
      await done(records.commit([put(space, 'a', '1')]))
      await Promise.all([waiting, alone])
      assert.ok(ended)
      await readChanges(records, [space], after, 1)
      await waitForChanges(records, [space], after)
    })

    test('ends when a record is deleted', async () => {
      const { records } = context
      const space = context.space()
      await done(records.commit([put(space, 'a', '1')]))
      const after = await follow(records, space)
      const waiting = waitForChanges(records, [space], after)
      await done(records.commit([remove(space, 'a')]))
      await waiting
      assert.deepEqual(told((await readChanges(records, [space], after, 1)).changes), ['delete a'])
    })

    test('rejects with the reason of its signal', async () => {
      const { records } = context
      const space = context.space()
      const after = await follow(records, space)
      const abort = new AbortController()
      const waiting = records.waitForChanges({ spaces: [space], after, signal: abort.signal })
      setImmediate(() => abort.abort(new Error('the client has left')))
      await assert.rejects(waiting, /the client has left/)
      await assert.rejects(records.waitForChanges({ spaces: [space], after, signal: abort.signal }), /has left/)
    })

    test('rejects when the engine is closed meanwhile, and afterwards', async () => {
      const { records, dispose } = await open()
      try {
        const after = await follow(records, 's')
        const waiting = assert.rejects(records.waitForChanges({ spaces: ['s'], after }))
        await records.close()
        await waiting
        await assert.rejects(records.waitForChanges({ spaces: ['s'], after }))
        await assert.rejects(records.changes({ spaces: ['s'], after, limit: 1 }))
        await assert.rejects(records.changes({ spaces: ['s'], limit: 1 }))
      } finally {
        await dispose()
      }
    })
  })

  describe('a feed of several processes', () => {
    /** Runs the body with two engines on one store; says so where a store has only one. */
    async function withTwo(t: TestContext, body: (here: Records, there: Records) => Promise<void>): Promise<void> {
      const { records, another, dispose } = await open()
      const there = await another?.()
      try {
        if (there) await body(records, there)
        else t.diagnostic('this store has one engine')
      } finally {
        await there?.close()
        await dispose()
      }
    }

    test('tells what another one wrote, wakes for it, and is followed by both', (t) =>
      withTwo(t, async (here, there) => {
        const after = await follow(here, 's')
        const waiting = waitForChanges(here, ['s'], after)
        await done(there.commit([put('s', 'a', '1'), put('not followed', 'b', '1')]))
        await waiting
        assert.deepEqual(told((await readChanges(here, ['s'], after, 1)).changes), ['put a'])
        assert.deepEqual(told((await readChanges(there, ['s'], after, 1)).changes), ['put a'])
        const later = await follow(there, 's', 'not followed')
        await done(here.commit([put('not followed', 'c', '1')]))
        assert.deepEqual(told((await readChanges(there, ['not followed'], later, 1)).changes), ['put c'])
      }))

    test('misses nothing while all of them write', (t) =>
      withTwo(t, async (here, there) => {
        const after = await follow(here, 's')
        const reading = [here, there].map((engine) => readChanges(engine, ['s'], after, 200, 9))
        await Promise.all(
          [here, there].map(async (engine) => {
            for (let step = 0; step < 100; step++) await done(engine.commit([put('s', `r${step % 5}`, '1')]))
          }),
        )
        for (const { changes } of await Promise.all(reading)) {
          assert.equal(changes.length, 200)
          assertOrdered(changes)
        }
      }))
  })
}
