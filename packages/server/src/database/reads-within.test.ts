import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import { ADMIN, codeOf, openDatabase } from './database.fixture.ts'
import { RequestBudget } from './request-budget.ts'

const MIB = 1024 * 1024
const DOCUMENTS = 24

async function openLarge(t: TestContext) {
  const { database } = await openDatabase(t, { c: 'ADMINONLY' })
  const text = 'x'.repeat(MIB)
  for (let n = 0; n < DOCUMENTS; n += 1) await database.insert(ADMIN, 'c', [{ _id: n, n: -n, text }])
  await database.insert(ADMIN, 'c', [{ _id: 'small' }])
  return database
}

/** A room where everybody has to wait, with a note of what was asked for. */
function noting(refuse = false) {
  const held: number[] = []
  const has = () => !refuse
  const hold = async (bytes: number) => {
    held.push(bytes)
    await new Promise((done) => setImmediate(done))
    if (refuse) throw new CloudsteadError('SERVER_BUSY')
  }
  return { held, budget: new RequestBudget({ room: { has, hold } }) }
}

const ids = (documents: readonly DocumentObject[]) => documents.map(({ _id }) => _id)

describe('reads within the budget of a request', () => {
  it('hold room for each step and the results before it, and lose nothing by waiting', async (t) => {
    const database = await openLarge(t)
    const every = Array.from({ length: DOCUMENTS }, (_, n) => n)
    for (const [request, expected] of [
      [{ query: { n: { $lte: 0 } } }, every],
      [{ order: [{ path: 'n', direction: 1 }], query: { n: { $lte: 0 } } }, every.toReversed()],
      [{ query: { _id: { $in: every } } }, every],
    ] as const) {
      const { held, budget } = noting()
      assert.deepEqual(ids(await database.find(ADMIN, { collection: 'c', ...request }, budget)), expected)
      const steps = new Set(held.map((bytes) => Math.floor(bytes / MIB)))
      assert.deepEqual([...steps], [8, 16, 24])
    }
    const { held, budget } = noting()
    assert.equal((await database.find(ADMIN, { collection: 'c', query: { _id: 3 } }, budget)).length, 1)
    assert.equal(Math.floor((held[0] ?? 0) / MIB), 1)
  })

  it('do not keep what is counted or changed', async (t) => {
    const database = await openLarge(t)
    const query = { n: { $lte: 0 } }
    for (const run of [
      (budget: RequestBudget) => database.count(ADMIN, { collection: 'c', query }, budget),
      (budget: RequestBudget) => database.remove(ADMIN, { collection: 'c', query, multi: true }, budget),
    ]) {
      const { held, budget } = noting()
      assert.equal(await run(budget), DOCUMENTS)
      assert.ok(held.length >= 3 && Math.max(...held) < 9 * MIB, `${held}`)
    }
  })

  it('do not read what is expected to be large before there is room', async (t) => {
    const { database, records, another } = await openDatabase(t, { c: 'ADMINONLY' })
    await database.insert(ADMIN, 'c', [{ _id: 'large', text: 'x'.repeat(2 * MIB) }, { _id: 'small' }])
    let reads = 0
    const get: typeof records.get = (keys, maxBytes) => {
      if (keys[0]?.id.includes('large') || keys[0]?.id.includes('small')) reads += 1
      return records.get(keys, maxBytes)
    }
    const { find } = another({ records: { ...records, get } })
    const codeOfFind = (_id: string) => codeOf(find(ADMIN, { collection: 'c', query: { _id } }, noting(true).budget))
    assert.deepEqual([await codeOfFind('large'), reads], ['SERVER_BUSY', 1])
    assert.deepEqual([await codeOfFind('large'), reads], ['SERVER_BUSY', 1])
    await find(ADMIN, { collection: 'c', query: { _id: 'small' } })
    assert.deepEqual([await codeOfFind('small'), reads], ['accepted', 3], 'the last step was small')
  })

  it('ask for no room for small results, and end when there is none', async (t) => {
    const database = await openLarge(t)
    const small = noting(true)
    for (const query of [{ _id: 'small' }, { _id: { $in: ['small'] } }]) {
      assert.deepEqual(ids(await database.find(ADMIN, { collection: 'c', query }, small.budget)), ['small'])
    }
    assert.deepEqual(small.held, [])
    assert.equal(await codeOf(database.find(ADMIN, { collection: 'c' }, noting(true).budget)), 'SERVER_BUSY')
    assert.equal(
      await codeOf(database.find(ADMIN, { collection: 'c', query: { _id: 1 } }, noting(true).budget)),
      'SERVER_BUSY',
    )
  })
})
