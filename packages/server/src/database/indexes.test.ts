import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { documentSpace } from './collections.ts'
import { ADMIN, codeOf, index, openDatabase } from './database.fixture.ts'
import { definitionOf } from './indexes.ts'

const unique = index([['code', 1]], true)
const byTime = index([['time', 1]])

async function statusOf({ records }: Awaited<ReturnType<typeof openDatabase>>, settings: typeof unique) {
  const [record] = await records.get([{ space: 'collections', id: 'c' }])
  return JSON.parse(record?.value ?? '{}').indexes?.[definitionOf(settings).id]
}

describe('indexes', () => {
  it('that are unique refuse a second document with the same value, also one without the field', async (t) => {
    const { database } = await openDatabase(t, { c: { acl: 'ADMINONLY', indexes: [unique] } })
    await database.insert(ADMIN, 'c', [{ _id: 1, code: 'a' }, { _id: 2, code: 'b' }, { _id: 3 }])
    assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ code: 'a' }])), 'DATABASE_DUPLICATE_WRITE')
    assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ x: 1 }])), 'DATABASE_DUPLICATE_WRITE')
    assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ code: null }])), 'DATABASE_DUPLICATE_WRITE')
    const update = { collection: 'c', query: { _id: 2 }, data: { $set: { code: 'a' } }, multi: false, upsert: false }
    assert.equal(await codeOf(database.update(ADMIN, update)), 'DATABASE_DUPLICATE_WRITE')
    assert.equal(await codeOf(database.update(ADMIN, { ...update, data: { $set: { code: 'b', n: 1 } } })), 'accepted')
    await database.remove(ADMIN, { collection: 'c', query: { _id: 1 }, multi: false })
    assert.equal(await codeOf(database.update(ADMIN, update)), 'accepted')
  })

  it('declared later are built from the stored documents while writers continue', async (t) => {
    const opened = await openDatabase(t, { c: 'ADMINONLY' })
    const { database, declare } = opened
    await database.insert(
      ADMIN,
      'c',
      Array.from({ length: 900 }, (_, time) => ({ _id: time, time })),
    )
    declare({ c: { acl: 'ADMINONLY', indexes: [byTime] } })
    const writes = Array.from({ length: 60 }, (_, at) =>
      database.insert(ADMIN, 'c', [{ _id: 2000 + at, time: 2000 + at }]).then(() =>
        database.update(ADMIN, {
          collection: 'c',
          query: { _id: at * 10 },
          data: { $inc: { time: 5000 } },
          multi: false,
          upsert: false,
        }),
      ),
    )
    const untouched = { time: { $gte: 600, $lt: 900 } }
    assert.equal(await database.count(ADMIN, { collection: 'c', query: untouched }), 300, 'found while it is built')
    await Promise.all(writes)
    await database.settled()
    assert.equal((await statusOf(opened, byTime))?.status, 'ready')
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { time: { $gte: 5000 } } }), 60)
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { time: { $gte: 2000, $lt: 3000 } } }), 60)
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { time: { $gte: 0, $lt: 900 } } }), 840)
  })

  it('are new indexes when their definition changes, and are removed when they are no longer declared', async (t) => {
    const opened = await openDatabase(t, { c: { acl: 'ADMINONLY', indexes: [byTime] } })
    const { database, declare } = opened
    await database.insert(ADMIN, 'c', [{ _id: 1, time: 1 }])
    await database.settled()
    declare({ c: { acl: 'ADMINONLY', indexes: [index([['time', -1]])] } })
    await database.insert(ADMIN, 'c', [{ _id: 2, time: 2 }])
    await database.settled()
    assert.equal(await statusOf(opened, byTime), undefined)
    const found = await database.find(ADMIN, { collection: 'c', order: [{ path: 'time', direction: -1 }] })
    assert.deepEqual(
      found.map(({ _id }) => _id),
      [2, 1],
    )
    declare({ c: { acl: 'ADMINONLY', indexes: [byTime] } })
    await database.count(ADMIN, { collection: 'c', query: { time: 1 } })
    await database.settled()
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { time: { $gt: 0 } } }), 2)
  })

  it('that cannot be unique are logged, and neither used nor enforced', async (t) => {
    const errors: object[] = []
    const log = { info: () => undefined, error: (details: object) => void errors.push(details) }
    const opened = await openDatabase(t, { c: 'ADMINONLY' }, { log })
    const { database, declare } = opened
    await database.insert(ADMIN, 'c', [{ code: 'a' }, { code: 'a' }, { code: 'b' }])
    declare({ c: { acl: 'ADMINONLY', indexes: [unique] } })
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { code: 'a' } }), 2)
    await database.settled()
    assert.equal((await statusOf(opened, unique))?.status, 'failed')
    assert.equal(errors.length, 1)
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { code: 'a' } }), 2)
    assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ code: 'b' }])), 'accepted')
  })

  it('whose build was interrupted are built after the next start', async (t) => {
    const opened = await openDatabase(t, { c: 'ADMINONLY' })
    const { database, declare, another } = opened
    await database.insert(
      ADMIN,
      'c',
      Array.from({ length: 500 }, (_, time) => ({ time })),
    )
    declare({ c: { acl: 'ADMINONLY', indexes: [byTime] } })
    await database.count(ADMIN, { collection: 'c', query: { time: 1 } })
    await database.close()
    assert.equal((await statusOf(opened, byTime))?.status, 'building')
    const next = another()
    assert.equal(await next.count(ADMIN, { collection: 'c', query: { time: { $lt: 250 } } }), 250)
    await next.settled()
    assert.equal((await statusOf(opened, byTime))?.status, 'ready')
    assert.equal(await next.count(ADMIN, { collection: 'c', query: { time: { $lt: 250 } } }), 250)
  })

  it('whose build was interrupted at its last documents are not ready yet', async (t) => {
    const opened = await openDatabase(t, { c: 'ADMINONLY' })
    const { database, declare, records } = opened
    await database.insert(ADMIN, 'c', [{ time: 1 }, { time: 2 }])
    declare({ c: { acl: 'ADMINONLY', indexes: [byTime] } })
    const commit = records.commit.bind(records)
    let closed: Promise<void> | undefined
    records.commit = async (writes, expectations) => {
      const isBuild = writes.some(({ space }) => space === documentSpace('c'))
      if (!isBuild || closed !== undefined) return commit(writes, expectations)
      closed = database.close()
      return { done: false, reason: 'conflict', keys: [] }
    }
    await database.count(ADMIN, { collection: 'c', query: { time: 1 } })
    await database.settled()
    await closed
    assert.equal((await statusOf(opened, byTime))?.status, 'building')
  })

  it('become multikey when a document has an array', async (t) => {
    const opened = await openDatabase(t, { c: { acl: 'ADMINONLY', indexes: [byTime] } })
    const { database } = opened
    await database.insert(ADMIN, 'c', [{ _id: 1, time: 3 }])
    await database.settled()
    assert.equal((await statusOf(opened, byTime))?.multikey, false)
    await database.insert(ADMIN, 'c', [{ _id: 2, time: [0, 10] }])
    assert.equal((await statusOf(opened, byTime))?.multikey, true)
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { time: { $gt: 2, $lt: 5 } } }), 2)
  })

  it('refuse values that cannot be keys', async (t) => {
    const { database } = await openDatabase(t, { c: { acl: 'ADMINONLY', indexes: [byTime] } })
    const many = Array.from({ length: 2000 }, (_, at) => at)
    assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ time: many }])), 'DATABASE_REQUEST_FAILED')
    assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ time: 'x'.repeat(10_000) }])), 'DATABASE_REQUEST_FAILED')
    assert.equal(await database.count(ADMIN, { collection: 'c' }), 0)
  })
})
