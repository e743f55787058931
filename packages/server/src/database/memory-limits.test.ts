import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { DocumentObject } from '@cloudstead/protocol'
import type { RecordKey, Records } from '../engines/records/records.ts'
import { ADMIN, codeOf, index, openDatabase } from './database.fixture.ts'
import type { Database } from './database.ts'
import { MAX_RESPONSE_BYTES, STEP_BYTES } from './memory-limits.ts'

const MIB = 1024 * 1024
const TEXT = 'x'.repeat(MIB)
/** More than one response may have. */
const DOCUMENTS = 40

/** Records with a note of the bytes of the largest step and of the number of commits. */
function watched(records: Records): { records: Records; steps: { largest: number; commits: number } } {
  const steps = { largest: 0, commits: 0 }
  const note = (step: readonly ((RecordKey & { readonly value?: string }) | undefined)[]) => {
    const bytes = step.reduce((sum, one) => sum + (one?.value?.length ?? 0), 0)
    steps.largest = Math.max(steps.largest, bytes)
  }
  return {
    steps,
    records: {
      ...records,
      async get(...request) {
        const found = await records.get(...request)
        note(found)
        return found
      },
      async find(request) {
        const found = await records.find(request)
        note(found.records)
        return found
      },
      commit(...request) {
        note(request[0])
        steps.commits += 1
        return records.commit(...request)
      },
    },
  }
}

async function openWatched(t: TestContext) {
  const { database, records, another, declare } = await openDatabase(t, { c: 'ADMINONLY' })
  const documents = Array.from({ length: DOCUMENTS }, (_, n): DocumentObject => ({ _id: n, n, m: -n }))
  await database.insert(ADMIN, 'c', documents)
  const watch = watched(records)
  return { database: another({ records: watch.records }), steps: watch.steps, declare }
}

/** Inserts large documents, and does not count the steps of that. */
async function openLarge(t: TestContext) {
  const opened = await openWatched(t)
  await opened.database.update(ADMIN, update({ text: TEXT }))
  Object.assign(opened.steps, { largest: 0, commits: 0 })
  return opened
}

const update = ($set: DocumentObject, query: DocumentObject = {}) => ({
  collection: 'c',
  query,
  data: { $set },
  multi: true,
  upsert: false,
})

/** A step ends after the document that fills it, and documents have some bytes besides their text. */
const MAX_STEP = STEP_BYTES + MIB + 1000

const ids = async (database: Database, request: object): Promise<readonly unknown[]> =>
  (await database.find(ADMIN, { collection: 'c', ...request })).map(({ _id }) => _id)

const BY_M = [{ path: 'm', direction: 1 }] as const
const ALL_IDS = { _id: { $in: Array.from({ length: DOCUMENTS }, (_, n) => n) } }

describe('large documents', () => {
  it('are read in steps with a limit in bytes', async (t) => {
    const { database, steps } = await openLarge(t)
    const every = Array.from({ length: DOCUMENTS }, (_, n) => n)
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { n: { $gte: 3 } } }), DOCUMENTS - 3)
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { ...ALL_IDS, m: { $lt: 0 } } }), DOCUMENTS - 1)
    assert.deepEqual(await ids(database, { projection: { n: 1 } }), every)
    assert.deepEqual(await ids(database, { projection: { n: 1 }, query: ALL_IDS }), every)
    assert.deepEqual(await ids(database, { projection: { n: 1 }, order: BY_M }), every.toReversed())
    assert.deepEqual(await ids(database, { projection: { text: 0 }, order: BY_M }), every.toReversed())
    assert.ok(steps.largest > MIB && steps.largest < MAX_STEP, `${steps.largest}`)
  })

  it('are written in batches with a limit in bytes, for what is read and what is written', async (t) => {
    const { database, steps } = await openWatched(t)
    const changes = async (call: Promise<unknown>) => {
      Object.assign(steps, { largest: 0, commits: 0 })
      const result = await call
      assert.ok(steps.largest < MAX_STEP, `${steps.largest}`)
      return { result, commits: steps.commits }
    }
    const all = { matched: DOCUMENTS, updated: DOCUMENTS }
    const grown = await changes(database.update(ADMIN, update({ text: TEXT })).then(withoutDocument))
    assert.deepEqual(grown, { result: all, commits: DOCUMENTS / 8 })
    const changed = await changes(database.update(ADMIN, update({ seen: true })).then(withoutDocument))
    assert.deepEqual(changed, { result: all, commits: DOCUMENTS / 8 })
    const again = await changes(database.update(ADMIN, update({ seen: true })).then(withoutDocument))
    assert.deepEqual(again, { result: { ...all, updated: 0 }, commits: 0 })
    const some = { collection: 'c', query: { n: { $gte: 20 } }, multi: true }
    assert.deepEqual(await changes(database.remove(ADMIN, some)), { result: 20, commits: 3 })
    const rest = { collection: 'c', query: { _id: { $in: [...ALL_IDS._id.$in, 'none'] } }, multi: true }
    assert.deepEqual(await changes(database.remove(ADMIN, rest)), { result: 20, commits: 3 })
    assert.equal(await database.count(ADMIN, { collection: 'c' }), 0)
  })

  it('are added to a new index in steps', async (t) => {
    const { database, steps, declare } = await openLarge(t)
    declare({ c: { acl: 'ADMINONLY', indexes: [index([['m', 1]])] } })
    await database.count(ADMIN, { collection: 'c' })
    await database.settled()
    assert.ok(steps.largest > MIB && steps.largest < MAX_STEP, `${steps.largest}`)
    assert.deepEqual(await ids(database, { order: BY_M, limit: 2 }), [DOCUMENTS - 1, DOCUMENTS - 2])
  })

  it('are refused when a response would have too many, and only then', async (t) => {
    const { database } = await openLarge(t)
    const fitting = MAX_RESPONSE_BYTES / MIB - 1
    for (const request of [{}, { query: ALL_IDS }, { order: BY_M }, { order: [{ path: '_id', direction: -1 }] }]) {
      assert.equal(await codeOf(ids(database, request)), 'EXCEED_MAX_RESPONSE_SIZE', JSON.stringify(request))
      assert.equal(await codeOf(ids(database, { ...request, limit: fitting + 1 })), 'EXCEED_MAX_RESPONSE_SIZE')
      assert.equal((await ids(database, { ...request, limit: fitting })).length, fitting)
      assert.equal(await codeOf(ids(database, { ...request, projection: { text: 1 } })), 'EXCEED_MAX_RESPONSE_SIZE')
    }
    assert.deepEqual(await ids(database, { offset: 38 }), [38, 39])
  })
})

function withoutDocument({ matched, updated }: { readonly matched: number; readonly updated: number }) {
  return { matched, updated }
}
