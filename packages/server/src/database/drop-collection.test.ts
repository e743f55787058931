import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Caller, NOBODY } from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { documentSpace } from './collections.ts'
import { ADMIN, codeOf, index, openDatabase, user } from './database.fixture.ts'
import type { Database } from './database.ts'
import type { DropOptions } from './drop-collection.ts'
import { STEP_DOCUMENTS } from './memory-limits.ts'

const MANY = STEP_DOCUMENTS * 2 + 50

async function fill(database: Database, collection: string, count = MANY): Promise<void> {
  await database.insert(
    ADMIN,
    collection,
    Array.from({ length: count }, (_, at) => ({ _id: `d${at}`, _openid: 'alice', n: at })),
  )
}

async function drop(database: Database, collection: string, options?: DropOptions): Promise<readonly number[]> {
  const done: number[] = []
  for await (const step of database.administer(ADMIN).drop(collection, options)) done.push(step.done)
  return done
}

const names = async (database: Database) => (await database.administer(ADMIN).collections()).map(({ name }) => name)
const left = (records: Records, collection: string) => records.count(documentSpace(collection))

describe('dropping a collection', () => {
  it('deletes its documents in steps and reports progress, then the collection with its indexes', async (t) => {
    const { database, records } = await openDatabase(t, {})
    await database.createCollection(ADMIN, 'notes')
    await fill(database, 'notes')
    assert.deepEqual(await drop(database, 'notes'), [0, 200, 400, 450, 450])
    assert.equal(await left(records, 'notes'), 0)
    const owned = await records.find({ space: documentSpace('notes'), index: 'owner', limit: 10 })
    assert.deepEqual(owned.records, [])
    assert.deepEqual(await names(database), [])
    assert.equal(await codeOf(database.insert(ADMIN, 'notes', [{}])), 'DATABASE_COLLECTION_NOT_EXIST')
    assert.equal(await codeOf(drop(database, 'notes')), 'DATABASE_COLLECTION_NOT_EXIST')
    await database.createCollection(ADMIN, 'notes')
    assert.equal(await database.count(ADMIN, { collection: 'notes' }), 0)
  })

  it('empties a declared collection', async (t) => {
    const { database, records } = await openDatabase(t, { orders: { acl: 'PRIVATE', indexes: [index([['n', 1]])] } })
    await fill(database, 'orders')
    await database.settled()
    await drop(database, 'orders')
    assert.equal(await left(records, 'orders'), 0)
    assert.deepEqual(await names(database), ['orders'])
    await fill(database, 'orders', 3)
    assert.equal((await database.find(ADMIN, { collection: 'orders', query: { n: { $gte: 1 } } })).length, 2)
  })

  it('calls forget, which may remove it from the settings', async (t) => {
    const { database, declare } = await openDatabase(t, { notes: 'READONLY' })
    await fill(database, 'notes', 3)
    let asked = 0
    const forget = async () => {
      asked += 1
      declare({})
    }
    await drop(database, 'notes', { forget })
    assert.ok(asked > 0)
    assert.deepEqual(await names(database), [])
    await database.createCollection(ADMIN, 'notes')
    assert.equal(await database.count(ADMIN, { collection: 'notes' }), 0)
  })

  it('can be cancelled between two steps: the collection has fewer documents then', async (t) => {
    const { database } = await openDatabase(t, {})
    await database.createCollection(ADMIN, 'notes')
    await fill(database, 'notes')
    const cancel = new AbortController()
    const work = async () => {
      for await (const { done } of database.administer(ADMIN).drop('notes', { signal: cancel.signal })) {
        if (done > 0) cancel.abort()
      }
    }
    await assert.rejects(work(), { name: 'AbortError' })
    assert.equal(await database.count(ADMIN, { collection: 'notes' }), MANY - STEP_DOCUMENTS)
    assert.equal((await drop(database, 'notes')).at(-1), MANY - STEP_DOCUMENTS)
  })

  it('continues after a crash at any point, and no old document comes back', async (t) => {
    const { database, records, another } = await openDatabase(t, {})
    const commit = records.commit.bind(records)
    // Crashes before the nth commit of a drop: two that delete documents, the mark, the deletion of the state.
    for (let crash = 0; crash < 4; crash += 1) {
      await database.createCollection(ADMIN, 'notes')
      await fill(database, 'notes', STEP_DOCUMENTS + 1)
      let commits = 0
      records.commit = async (writes, expectations) => {
        if (commits === crash) throw new Error('the machine is off')
        commits += 1
        return commit(writes, expectations)
      }
      await assert.rejects(drop(database, 'notes'), /the machine is off/)
      records.commit = commit
      const restarted = another()
      const isThere = crash < 3
      assert.deepEqual(await names(restarted), isThere ? ['notes'] : [])
      assert.equal(
        await codeOf(restarted.count(ADMIN, { collection: 'notes' })),
        isThere ? 'accepted' : 'DATABASE_COLLECTION_NOT_EXIST',
      )
      // Drops it again, or creates it again at once.
      if (isThere) await drop(restarted, 'notes')
      assert.deepEqual(await names(restarted), [])
      await restarted.createCollection(ADMIN, 'notes')
      assert.equal(await restarted.count(ADMIN, { collection: 'notes' }), 0, `a crash before commit ${crash}`)
      await drop(restarted, 'notes')
    }
  })

  it('leaves no document of a writer that has cached the collection', async (t) => {
    const { database, records, another } = await openDatabase(t, {})
    await database.createCollection(ADMIN, 'notes')
    const other = another()
    await other.insert(ADMIN, 'notes', [{ _id: 'first' }])
    const commit = records.commit.bind(records)
    let late: Promise<unknown> | undefined
    records.commit = async (writes, expectations) => {
      const marks = writes.some(({ space, op }) => space === 'collections' && op === 'put')
      // Between the last walk and the mark: this insert still succeeds.
      if (marks && late === undefined) {
        late = Promise.resolve()
        await other.insert(ADMIN, 'notes', [{ _id: 'in time' }])
      }
      const result = await commit(writes, expectations)
      // After the mark, by a process that still has the collection in its cache.
      if (marks) late = codeOf(other.insert(ADMIN, 'notes', [{ _id: 'too late' }]))
      return result
    }
    await drop(database, 'notes')
    assert.equal(await late, 'DATABASE_COLLECTION_NOT_EXIST')
    assert.equal(await left(records, 'notes'), 0)
  })

  it('is for administrators, and needs an existing collection', async (t) => {
    const { database } = await openDatabase(t, { notes: 'READONLY' })
    const strangers: readonly Caller[] = [user('alice'), NOBODY]
    for (const caller of strangers) {
      assert.throws(() => database.administer(caller), { code: 'DATABASE_PERMISSION_DENIED' })
    }
    assert.equal(await codeOf(drop(database, 'missing')), 'DATABASE_COLLECTION_NOT_EXIST')
    assert.equal(await codeOf(drop(database, '../x')), 'INVALID_PARAM')
  })
})
