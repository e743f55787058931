import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Caller, CloudsteadError, type DocumentObject, NOBODY } from '@cloudstead/protocol'
import { ADMIN, codeOf, openDatabase, user } from './database.fixture.ts'
import { MAX_SORT_WINDOW } from './sort.ts'

const alice = user('alice')
const bob = user('bob')

const ALL = { READONLY: 'READONLY', PRIVATE: 'PRIVATE', ADMINWRITE: 'ADMINWRITE', ADMINONLY: 'ADMINONLY' } as const

describe('permissions', () => {
  const denied = 'DATABASE_PERMISSION_DENIED'
  const expected: Record<keyof typeof ALL, Record<'read' | 'create' | 'update' | 'delete', readonly unknown[]>> = {
    // For nobody, a stranger, the creator and an administrator: the number of documents, or the error code.
    READONLY: { read: [1, 1, 1, 1], create: [denied, 1, 1, 1], update: [denied, 0, 1, 1], delete: [denied, 0, 1, 1] },
    PRIVATE: {
      read: [denied, 0, 1, 1],
      create: [denied, 1, 1, 1],
      update: [denied, 0, 1, 1],
      delete: [denied, 0, 1, 1],
    },
    ADMINWRITE: {
      read: [1, 1, 1, 1],
      create: [denied, denied, denied, 1],
      update: [denied, denied, denied, 1],
      delete: [denied, denied, denied, 1],
    },
    ADMINONLY: {
      read: [denied, denied, denied, 1],
      create: [denied, denied, denied, 1],
      update: [denied, denied, denied, 1],
      delete: [denied, denied, denied, 1],
    },
  }
  const callers: readonly Caller[] = [NOBODY, bob, alice, ADMIN]
  for (const acl of Object.keys(ALL) as (keyof typeof ALL)[]) {
    it(`of ${acl}`, async (t) => {
      const { database } = await openDatabase(t, ALL)
      const outcome = async (work: Promise<number>) => {
        try {
          return await work
        } catch (error) {
          return error instanceof CloudsteadError ? error.code : error
        }
      }
      const renew = async () => {
        await database.remove(ADMIN, { collection: acl, multi: true })
        await database.insert(ADMIN, acl, [{ _id: 'x', _openid: 'alice', n: 0 }])
      }
      const results: Record<string, unknown[]> = { read: [], create: [], update: [], delete: [] }
      for (const caller of callers) {
        for (const query of [{ _id: 'x' }, { n: 0 }, {}]) {
          const request = { collection: acl, query }
          await renew()
          const read = await outcome(database.find(caller, request).then(({ length }) => length))
          assert.equal(await outcome(database.count(caller, request)), read, 'count sees what find sees')
          const data = { $inc: { n: 1 } }
          const update = await outcome(
            database.update(caller, { ...request, data, multi: true, upsert: false }).then(({ updated }) => updated),
          )
          await renew()
          const replaced = await outcome(
            database
              .replace(caller, { ...request, data: { m: 1 }, multi: false, upsert: false })
              .then(({ updated }) => updated),
          )
          assert.equal(replaced, update, 'replace may what update may')
          await renew()
          const remove = await outcome(database.remove(caller, { ...request, multi: true }))
          if ('_id' in query) {
            results.read?.push(read)
            results.update?.push(update)
            results.delete?.push(remove)
          } else
            assert.deepEqual(
              [read, update, remove],
              [results.read, results.update, results.delete].map((l) => l?.at(-1)),
            )
        }
        results.create?.push(await outcome(database.insert(caller, acl, [{}]).then(({ length }) => length)))
      }
      assert.deepEqual(results, expected[acl])
    })
  }

  it('accept every id of a user as that user', async (t) => {
    const { database } = await openDatabase(t, { notes: 'PRIVATE' })
    const person = user('uid', { openid: 'oid', customUserId: 'custom' })
    await database.insert(
      ADMIN,
      'notes',
      ['oid', 'custom', 'uid', 'other'].map((_openid) => ({ _id: _openid, _openid })),
    )
    assert.equal(await database.count(person, { collection: 'notes' }), 3)
    const [id] = await database.insert(person, 'notes', [{}])
    const [made] = await database.find(ADMIN, { collection: 'notes', query: { _id: id ?? null } })
    assert.equal(made?._openid, 'oid')
    assert.equal(await database.count(person, { collection: 'notes', query: { _openid: '{openid}' } }), 4)
  })

  it('cannot be bypassed by a query', async (t) => {
    const { database } = await openDatabase(t, { notes: 'PRIVATE' })
    await database.insert(alice, 'notes', [{ _id: 'a' }])
    const queries: DocumentObject[] = [
      { _openid: 'alice' },
      { $or: [{ _openid: 'alice' }, { _id: 'a' }] },
      { _openid: { $in: ['alice', 'bob'] } },
      { $nor: [{ _openid: 'bob' }] },
      { $expr: { $eq: ['$_openid', 'alice'] } },
      { _id: { $in: ['a'] } },
      { _openid: /./ },
    ]
    for (const query of queries) {
      assert.equal(await database.count(bob, { collection: 'notes', query }), 0, JSON.stringify(query))
      assert.equal(await database.remove(bob, { collection: 'notes', query, multi: true }), 0)
    }
    assert.equal(await database.count(alice, { collection: 'notes' }), 1)
  })
})

describe('the owner mark', () => {
  it('is set by the server for users and not for administrators', async (t) => {
    const { database } = await openDatabase(t, { c: 'READONLY' })
    await database.insert(alice, 'c', [{ _id: 'u' }])
    await database.insert(ADMIN, 'c', [{ _id: 'a' }, { _id: 'b', _openid: 'bob' }])
    const found = await database.find(NOBODY, { collection: 'c' })
    assert.deepEqual(found, [{ _id: 'a' }, { _id: 'b', _openid: 'bob' }, { _id: 'u', _openid: 'alice' }])
  })

  it('cannot be set or changed by a user', async (t) => {
    const { database } = await openDatabase(t, { c: 'PRIVATE' })
    await database.insert(alice, 'c', [{ _id: 'd' }])
    const request = { collection: 'c', query: { _id: 'd' }, multi: false, upsert: false }
    const works: Promise<unknown>[] = [
      database.insert(alice, 'c', [{ _openid: 'bob' }]),
      database.replace(alice, { ...request, data: { _openid: 'bob' } }),
      database.replace(alice, { ...request, data: { _openid: 'alice' } }),
      database.update(alice, { ...request, data: { $set: { _openid: 'bob' } } }),
      database.update(alice, { ...request, data: { $rename: { a: '_openid' } } }),
      database.update(alice, { ...request, data: { $unset: { _openid: '' } } }),
    ]
    for (const work of works) assert.equal(await codeOf(work), 'DATABASE_PERMISSION_DENIED')
    const [kept] = await database.find(ADMIN, { collection: 'c' })
    assert.deepEqual(kept, { _id: 'd', _openid: 'alice' })
    await database.update(ADMIN, { ...request, data: { $set: { _openid: 'bob' } } })
    assert.equal(await database.count(bob, { collection: 'c' }), 1)
  })
})

describe('collections', () => {
  it('exist when they are declared or created', async (t) => {
    const { database, another } = await openDatabase(t, { declared: 'READONLY' })
    const missing = database.find(ADMIN, { collection: 'orders' })
    await assert.rejects(missing, (error: CloudsteadError) => {
      assert.equal(error.code, 'DATABASE_COLLECTION_NOT_EXIST')
      assert.match(error.message, /'orders' does not exist$/)
      return true
    })
    assert.equal(await codeOf(database.checkCollection('orders')), 'DATABASE_COLLECTION_NOT_EXIST')
    const dev = another({ hints: 'dev' })
    await assert.rejects(
      dev.insert(alice, 'orders', [{}]),
      /create it in the Console, on the page Database, .*"orders": \{ "acl": "PRIVATE" \}/,
    )
    assert.equal(await codeOf(database.createCollection(alice, 'orders')), 'DATABASE_PERMISSION_DENIED')
    assert.equal(await codeOf(database.createCollection(NOBODY, 'orders')), 'DATABASE_PERMISSION_DENIED')
    await database.createCollection(ADMIN, 'orders')
    assert.equal(await codeOf(database.createCollection(ADMIN, 'orders')), 'DATABASE_COLLECTION_ALREADY_EXIST')
    assert.equal(await codeOf(database.createCollection(ADMIN, 'declared')), 'DATABASE_COLLECTION_ALREADY_EXIST')
    await database.checkCollection('orders')
    await database.insert(alice, 'orders', [{ _id: 'mine' }])
    assert.deepEqual(
      (await database.usage()).map(({ name, documents }) => [name, documents]),
      [
        ['declared', 0],
        ['orders', 1],
      ],
    )
    assert.equal(await database.count(bob, { collection: 'orders' }), 0, 'a created collection is PRIVATE')
    assert.equal(await another().count(ADMIN, { collection: 'orders' }), 1, 'another process sees it')
  })

  it('have names of letters, digits, - and _', async (t) => {
    const { database } = await openDatabase(t, {})
    for (const name of ['', 'a b', '../x', 'a.b', '数据', 'x'.repeat(200), '__proto__ ']) {
      assert.equal(await codeOf(database.createCollection(ADMIN, name)), 'INVALID_PARAM', name)
      assert.equal(await codeOf(database.find(ADMIN, { collection: name })), 'INVALID_PARAM', name)
    }
    for (const name of ['__proto__', 'constructor', 'A-1_b']) {
      await database.createCollection(ADMIN, name)
      assert.equal(await database.count(ADMIN, { collection: name }), 0)
    }
  })
})

describe('documents', () => {
  it('get increasing ids or keep their own, and no id exists twice', async (t) => {
    const { database } = await openDatabase(t, { c: 'ADMINONLY' })
    const ids = await database.insert(ADMIN, 'c', [{ n: 1 }, { n: 2 }, { n: 3 }])
    assert.deepEqual(ids, ids.toSorted())
    for (const id of ids) assert.match(String(id), /^[0-9a-f]{32}$/)
    const inOrder = await database.find(ADMIN, { collection: 'c' })
    assert.deepEqual(
      inOrder.map(({ n }) => n),
      [1, 2, 3],
    )
    assert.deepEqual(await database.insert(ADMIN, 'c', [{ _id: 1 }, { _id: '1' }]), [1, '1'])
    assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ _id: 'new' }, { _id: 1 }])), 'DATABASE_DUPLICATE_WRITE')
    assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ _id: 'x' }, { _id: 'x' }])), 'DATABASE_DUPLICATE_WRITE')
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { _id: 'new' } }), 0, 'all or none')
    for (const _id of ['', 'x'.repeat(2000), null, true, { a: 1 }, Number.NaN, 'a\0b', '\ud800']) {
      assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ _id }])), 'INVALID_PARAM', String(_id))
    }
    const byNumber = await database.find(ADMIN, { collection: 'c', query: { _id: 1 } })
    assert.deepEqual(byNumber, [{ _id: 1 }])
  })

  it('are refused when their field names cannot be queried', async (t) => {
    const { database } = await openDatabase(t, { c: 'ADMINONLY' })
    const bad: DocumentObject[] = [
      { $a: 1 },
      { 'a.b': 1 },
      { '': 1 },
      { a: { $b: 1 } },
      { a: [{ 'b.c': 1 }] },
      JSON.parse('{"__proto__":{"x":1}}'),
    ]
    const request = { collection: 'c', query: { _id: 'x' }, multi: false, upsert: true }
    for (const data of bad) {
      assert.equal(await codeOf(database.insert(ADMIN, 'c', [data])), 'INVALID_PARAM', JSON.stringify(data))
      assert.equal(await codeOf(database.replace(ADMIN, { ...request, data })), 'INVALID_PARAM', JSON.stringify(data))
    }
    assert.equal(await codeOf(database.insert(ADMIN, 'c', [{ a: 'x'.repeat(17 * 1024 * 1024) }])), 'INVALID_PARAM')
    await database.insert(ADMIN, 'c', [{ _id: 'x', constructor: 1, toString: { x: 2 } } as unknown as DocumentObject])
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { 'toString.x': 2, constructor: 1 } }), 1)
  })

  it('cannot nest deeper by update than by insert', async (t) => {
    const { database } = await openDatabase(t, { c: 'ADMINONLY' })
    await database.insert(ADMIN, 'c', [{ _id: 'x' }])
    let deep: DocumentObject = { end: 1 }
    for (let level = 0; level < 60; level += 1) deep = { d: deep }
    const path = Array(60).fill('d').join('.')
    const data = { $set: { [path]: deep } }
    const request = { collection: 'c', query: {}, data, multi: true, upsert: false }
    assert.equal(await codeOf(database.update(ADMIN, request)), 'INVALID_PARAM')
  })
})

describe('update and replace', () => {
  it('change the documents that match and count those whose content changed', async (t) => {
    const { database } = await openDatabase(t, { c: 'ADMINONLY' })
    await database.insert(ADMIN, 'c', [
      { _id: 'a', n: 1 },
      { _id: 'b', n: 1 },
      { _id: 'c', n: 2 },
    ])
    const request = { collection: 'c', query: { n: 1 }, multi: true, upsert: false }
    assert.deepEqual(await database.update(ADMIN, { ...request, data: {} }), { matched: 0, updated: 0 })
    const same = await database.update(ADMIN, { ...request, data: { $set: { n: 1 } } })
    assert.deepEqual([same.matched, same.updated], [2, 0])
    const both = await database.update(ADMIN, { ...request, query: {}, data: { $set: { m: 1 } } })
    assert.deepEqual([both.matched, both.updated], [3, 3], 'an empty query is every document')
    const one = await database.update(ADMIN, { ...request, multi: false, data: { $inc: { n: 5 } } })
    assert.deepEqual([one.matched, one.updated], [1, 1])
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { n: 6 } }), 1)
    const none = await database.update(ADMIN, { ...request, query: { _id: 'zzz' }, data: { $set: { n: 1 } } })
    assert.deepEqual(none, { matched: 0, updated: 0 })
  })

  it('change more documents than one batch, each once, also when they move in the index that finds them', async (t) => {
    const { database } = await openDatabase(t, {
      c: { acl: 'ADMINONLY', indexes: [{ name: 'n', fields: [['n', 1]], unique: false }] },
    })
    await database.insert(
      ADMIN,
      'c',
      Array.from({ length: 700 }, (_, n) => ({ n })),
    )
    await database.settled()
    const request = {
      collection: 'c',
      query: { n: { $gte: 0 } },
      data: { $inc: { n: 1000 } },
      multi: true,
      upsert: false,
    }
    assert.equal((await database.update(ADMIN, request)).updated, 700)
    assert.equal(await database.count(ADMIN, { collection: 'c', query: { n: { $gte: 1000, $lt: 1700 } } }), 700)
    assert.equal(await database.remove(ADMIN, { collection: 'c', query: {}, multi: true }), 700)
  })

  it('keep _id and _openid as the first fields of a document', async (t) => {
    const { database } = await openDatabase(t, { c: 'PRIVATE' })
    await database.insert(alice, 'c', [{ n: 1, _id: 'd' }])
    const fields = async () => {
      const [document = {}] = await database.find(ADMIN, { collection: 'c', query: { _id: 'd' } })
      return Object.keys(document).join(' ')
    }
    assert.equal(await fields(), '_id _openid n')
    const request = { collection: 'c', query: { n: 1 }, multi: false, upsert: true }
    for (const data of [
      { n: 1, m: 2 },
      { n: 1, z: 3, _id: 'd' },
    ]) {
      await database.replace(alice, { ...request, data })
      assert.equal(await fields(), `_id _openid n ${'m' in data ? 'm' : 'z'}`)
    }
    await database.update(alice, { ...request, data: { $set: { k: 4 } } })
    assert.equal(await fields(), '_id _openid n z k')
    await database.replace(ADMIN, { ...request, data: { n: 5, _openid: 'bob', _id: 'd' } })
    assert.equal(await fields(), '_id _openid n')
  })

  it('upsert', async (t) => {
    const { database } = await openDatabase(t, { c: 'PRIVATE' })
    const request = { collection: 'c', query: { _id: 'd' }, multi: false, upsert: true }
    const made = await database.replace(alice, { ...request, data: { n: 1 } })
    assert.deepEqual([made.updated, made.upsertedId], [0, 'd'])
    const replaced = await database.replace(alice, { ...request, data: { m: 2 } })
    assert.deepEqual([replaced.updated, replaced.upsertedId], [1, undefined])
    const foreign = await database.replace(bob, { ...request, data: { stolen: true } })
    assert.deepEqual(foreign, { matched: 0, updated: 0 })
    const adminWrote = await database.replace(ADMIN, { ...request, data: { n: 3, _id: 'd' } })
    assert.equal(adminWrote.updated, 1)
    assert.deepEqual(await database.find(ADMIN, { collection: 'c' }), [{ _openid: 'alice', n: 3, _id: 'd' }])
    assert.equal(await codeOf(database.replace(ADMIN, { ...request, data: { _id: 'other' } })), 'INVALID_PARAM')
    const query = { $and: [{ kind: 'k' }, { 'deep.x': { $eq: 1 } }, { n: { $gt: 5 } }] }
    const byUpdate = await database.update(alice, { ...request, query, data: { $inc: { count: 1 } } })
    const id = byUpdate.upsertedId ?? null
    const [found] = await database.find(alice, { collection: 'c', query: { _id: id } })
    assert.deepEqual(found, { _id: id, _openid: 'alice', kind: 'k', deep: { x: 1 }, count: 1 })
  })

  it('need the permission to create for an upsert', async (t) => {
    const { database } = await openDatabase(t, { c: 'ADMINWRITE' })
    const request = { collection: 'c', query: { _id: 'd' }, data: { n: 1 }, multi: false, upsert: true }
    assert.equal(await codeOf(database.replace(alice, request)), 'DATABASE_PERMISSION_DENIED')
    assert.equal(await database.count(ADMIN, { collection: 'c' }), 0)
  })
})

describe('many writers', () => {
  it('lose no increment', async (t) => {
    const { database, another } = await openDatabase(t, { c: 'ADMINONLY' })
    await database.insert(ADMIN, 'c', [{ _id: 'n', n: 0 }])
    const other = another()
    const request = { collection: 'c', query: { _id: 'n' }, data: { $inc: { n: 1 } }, multi: false, upsert: false }
    const results = await Promise.all(
      Array.from({ length: 32 }, (_, at) => (at % 2 === 0 ? database : other).update(ADMIN, request)),
    )
    assert.ok(results.every(({ updated }) => updated === 1))
    assert.deepEqual(await database.find(ADMIN, { collection: 'c' }), [{ _id: 'n', n: 32 }])
  })

  it('insert a document once', async (t) => {
    const { database, another } = await openDatabase(t, { c: 'ADMINONLY' })
    const databases = [database, another()]
    const request = { collection: 'c', query: { _id: 'n' }, data: { $inc: { n: 1 } }, multi: false, upsert: true }
    await Promise.all(Array.from({ length: 10 }, (_, at) => databases[at % 2]?.update(ADMIN, request)))
    assert.deepEqual(await database.find(ADMIN, { collection: 'c' }), [{ _id: 'n', n: 10 }])
    const inserts = Array.from({ length: 5 }, () => codeOf(database.insert(ADMIN, 'c', [{ _id: 'once' }])))
    assert.deepEqual((await Promise.all(inserts)).filter((result) => result === 'accepted').length, 1)
  })
})

describe('find', () => {
  it('limits, skips and sorts', async (t) => {
    const { database } = await openDatabase(t, { c: 'ADMINONLY' })
    await database.insert(
      ADMIN,
      'c',
      Array.from({ length: 1000 }, (_, at) => ({ _id: at, n: -at })),
    )
    await database.insert(
      ADMIN,
      'c',
      Array.from({ length: 200 }, (_, at) => ({ _id: 1000 + at, n: -1000 - at })),
    )
    const find = async (request: object) =>
      (await database.find(ADMIN, { collection: 'c', ...request })).map(({ _id }) => _id)
    assert.equal((await find({})).length, 100)
    assert.equal((await find({ limit: 5000 })).length, 1000)
    assert.deepEqual(await find({ offset: 3, limit: 2 }), [3, 4])
    assert.deepEqual(await find({ order: [{ path: 'n', direction: 1 }], offset: 1, limit: 2 }), [1198, 1197])
    assert.deepEqual(await find({ order: [{ path: '_id', direction: -1 }], limit: 2 }), [1199, 1198])
    assert.deepEqual(await find({ query: { _id: { $in: [5, 3, 'x'] } }, order: [{ path: 'n', direction: 1 }] }), [5, 3])
    for (const request of [{ offset: -1 }, { limit: -1 }, { limit: 1.5 }, { order: [{ path: '$x', direction: 1 }] }]) {
      assert.equal(await codeOf(find(request)), 'INVALID_PARAM', JSON.stringify(request))
    }
    const far = find({ offset: MAX_SORT_WINDOW, order: [{ path: 'n', direction: 1 }] })
    assert.equal(await codeOf(far), 'DATABASE_REQUEST_FAILED')
  })

  it('reads one record once for a document by its id', async (t) => {
    const { database, records, another } = await openDatabase(t, { c: 'PRIVATE' })
    await database.insert(alice, 'c', [{ _id: 'x', n: 1 }])
    let reads = 0
    const counting = another({
      records: {
        get: (keys) => {
          reads += 1
          assert.equal(keys.length, 1)
          return records.get(keys)
        },
        find: () => assert.fail('no walk is needed'),
        count: () => assert.fail('no count is needed'),
        spaces: () => assert.fail('no list is needed'),
        dump: () => assert.fail('no copy is needed'),
        commit: () => assert.fail('nothing is written'),
        changes: () => assert.fail('no feed is needed'),
        waitForChanges: () => assert.fail('no feed is needed'),
        close: () => assert.fail('it is not ours to close'),
      },
    })
    const request = { collection: 'c', query: { _id: 'x' }, projection: {} }
    assert.deepEqual(await counting.find(alice, request), [{ _id: 'x', _openid: 'alice', n: 1 }])
    assert.deepEqual(await counting.find(bob, request), [])
    assert.equal(reads, 2)
  })

  it('sorts by distance', async (t) => {
    const { database } = await openDatabase(t, { c: 'ADMINONLY' })
    const at = (lng: number) => ({ type: 'Point', coordinates: [lng, 0] })
    await database.insert(
      ADMIN,
      'c',
      [3, 1, 2, 9].map((lng) => ({ _id: lng, at: at(lng) })),
    )
    await database.insert(ADMIN, 'c', [{ _id: 'none' }])
    const near = (more: object) => ({ at: { $nearSphere: { $geometry: at(0), ...more } } })
    const ids = async (query: DocumentObject, more: object = {}) =>
      (await database.find(ADMIN, { collection: 'c', query, ...more })).map(({ _id }) => _id)
    assert.deepEqual(await ids(near({})), [1, 2, 3, 9])
    assert.deepEqual(await ids(near({ $minDistance: 150_000, $maxDistance: 500_000 })), [2, 3])
    assert.deepEqual(await ids({ $and: [near({}), { _id: { $lt: 9 } }] }, { limit: 2 }), [1, 2])
    assert.deepEqual(await ids(near({}), { order: [{ path: '_id', direction: -1 }] }), [9, 3, 2, 1])
  })
})
