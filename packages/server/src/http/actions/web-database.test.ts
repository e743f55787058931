import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import cloudbase from '@cloudbase/js-sdk'
import { type Caller, CloudsteadError, type DocumentObject, NOBODY } from '@cloudstead/protocol'
import { ADMIN, type Declared, openDatabase, user } from '../../database/database.fixture.ts'
import { adminDatabaseActions } from './admin-database.ts'
import { blockHostNames, CONTEXT, startTestServer } from './database-routes.fixture.ts'
import { webDatabaseActions } from './web-database.ts'

blockHostNames()

const NOW = 1_700_000_000_000

// biome-ignore lint/suspicious/noExplicitAny: the SDK's own types are incomplete
type Loose = any

/** The real SDK, logged in as a new anonymous user, on a test server with our actions. */
async function openApp(t: TestContext, declared: Declared = { orders: 'PRIVATE', open: 'READONLY' }) {
  const { database } = await openDatabase(t, declared)
  const server = await startTestServer(t, webDatabaseActions(database), adminDatabaseActions(database))
  const login = async () => {
    const app: Loose = cloudbase.init({ env: `demo-${Math.random()}` })
    app.registerEndPoint(`//${server.host}/web`, 'http')
    await app.auth({ persistence: 'none' }).signInAnonymously()
    return app.database()
  }
  return { db: (await login()) as Loose, login, server }
}

describe('the js-sdk', () => {
  it('adds, reads, updates, sets and removes a document', async (t) => {
    const { db } = await openApp(t)
    const orders = db.collection('orders')
    const { id } = await orders.add({ images: [], n: 1 })
    assert.match(id, /^[0-9a-f]{32}$/)
    const images = ['cloud://demo.bucket/users/a/1.png', 'cloud://demo.bucket/users/a/2.png']
    const updated = await orders.doc(id).update({ images, updatedAt: db.serverDate(), nest: { k: { z: 1 } } })
    assert.equal(updated.updated, 1)
    const { data } = await orders.doc(id).get()
    assert.equal(data.length, 1)
    assert.deepEqual(data[0].images, images)
    assert.ok(data[0].updatedAt instanceof Date)
    assert.ok(Math.abs(data[0].updatedAt - Date.now()) < 60_000)
    assert.deepEqual(data[0].nest, { k: { z: 1 } })
    assert.equal(data[0]._openid, 'uid-1')
    const replaced = await orders.doc(id).set({ n: 2 })
    assert.deepEqual([replaced.updated, replaced.upsertedId], [1, undefined])
    assert.deepEqual((await orders.doc(id).get()).data, [{ _id: id, _openid: 'uid-1', n: 2 }])
    const fresh = await orders.doc('chosen').set({ n: 3 })
    assert.deepEqual([fresh.updated, fresh.upsertedId], [0, 'chosen'])
    assert.equal((await orders.doc(id).remove()).deleted, 1)
    assert.equal((await orders.doc(id).remove()).deleted, 0)
    assert.deepEqual((await orders.doc(id).get()).data, [])
    assert.equal((await orders.doc(id).update({ n: 1 })).updated, 0)
  })

  it('returns every type unchanged', async (t) => {
    const { db } = await openApp(t)
    const { Point, LineString, Polygon, MultiPoint } = db.Geo
    const line = new LineString([new Point(1, 1), new Point(2, 2), new Point(2, 1), new Point(1, 1)])
    const document: Loose = {
      _id: 'd',
      epoch: new Date(0),
      date: new Date(NOW + 1),
      yes: true,
      nul: null,
      float: 1.5,
      large: 2 ** 53 - 1,
      text: '中文 "$',
      list: [1, { at: new Date(5) }, [new Point(3, 4)]],
      point: new Point(113, 23),
      line,
      area: new Polygon([line]),
      points: new MultiPoint([new Point(1, 2), new Point(3, 4)]),
    }
    await db.collection('orders').add(document)
    for (const result of [await db.collection('orders').doc('d').get(), await db.collection('orders').get()]) {
      const found: Loose = result.data[0]
      assert.deepEqual(found, { ...document, _openid: 'uid-1' })
      assert.ok(found.epoch instanceof Date && found.list[1].at instanceof Date)
      assert.ok(found.point instanceof Point && found.line instanceof LineString && found.area instanceof Polygon)
      assert.ok(found.points instanceof MultiPoint && found.list[2][0] instanceof Point)
    }
    await db
      .collection('orders')
      .doc('d')
      .update({ re: db.RegExp({ regexp: 'a.b', options: 'gi' }) })
    const [{ re }] = (await db.collection('orders').doc('d').get()).data
    assert.deepEqual(re, { $regex: 'a.b', $options: 'gi' })
  })

  it('changes nothing when an update is empty', async (t) => {
    const { db, server } = await openApp(t)
    const orders = db.collection('orders')
    await orders.add({ _id: 'd', a: { b: 1 }, n: 1 })
    assert.equal((await orders.doc('d').update({ a: {} })).updated, 0)
    assert.deepEqual(server.bodies.at(-1)?.data, {}, 'what the SDK sends')
    assert.equal((await orders.where({ n: 1 }).update({ a: {} })).updated, 0)
    assert.deepEqual((await orders.doc('d').get()).data, [{ _id: 'd', _openid: 'uid-1', a: { b: 1 }, n: 1 }])
    await orders.doc('d').update({ a: { c: 2 } })
    assert.deepEqual((await orders.doc('d').get()).data[0].a, { b: 1, c: 2 }, 'an object merges')
    await orders.doc('d').update({ a: db.command.set({ x: new Date(NOW) }) })
    // The SDK does not encode dates in the operand of a command: the server gets a string.
    assert.deepEqual((await orders.doc('d').get()).data[0].a, { x: new Date(NOW).toISOString() })
  })

  it('an empty condition matches everything that the caller may see', async (t) => {
    const { db, login } = await openApp(t)
    await db.collection('orders').add({ n: 1 })
    const other = await login()
    await other.collection('orders').add({ n: 2 })
    const { data } = await db.collection('orders').where({ a: {} }).get()
    assert.deepEqual(
      data.map(({ n }: DocumentObject) => n),
      [1],
    )
    assert.equal((await other.collection('orders').where({ a: undefined, n: 2 }).update({ seen: 1 })).updated, 1)
    assert.equal((await db.collection('orders').where({ seen: 1 }).count()).total, 0)
    assert.equal((await other.collection('orders').where({ a: {} }).remove()).deleted, 1)
    assert.equal((await db.collection('orders').count()).total, 1)
  })

  it('queries with every operator', async (t) => {
    const { db } = await openApp(t)
    const _ = db.command
    const orders = db.collection('orders')
    for (const n of [1, 2, 3, 4]) {
      await orders.add({ _id: `d${n}`, n, t: new Date(n), s: `text${n}`, l: [n, 10], o: { p: n }, e: [{ k: n, v: 1 }] })
    }
    const ids = async (where: object) => {
      const { data, code } = await orders.where(where).get()
      assert.equal(code, undefined, JSON.stringify(where))
      return data.map(({ _id }: DocumentObject) => Number(String(_id).slice(1)))
    }
    const cases: readonly (readonly [object, readonly number[]])[] = [
      [{ n: 2 }, [2]],
      [{ n: _.eq(2) }, [2]],
      [{ n: _.neq(2) }, [1, 3, 4]],
      [{ n: _.gt(1).and(_.lt(4)) }, [2, 3]],
      [{ n: _.lt(2).or(_.gt(3)) }, [1, 4]],
      [{ n: _.gte(3) }, [3, 4]],
      [{ n: _.lte(1) }, [1]],
      [{ n: _.in([1, 4, 9]) }, [1, 4]],
      [{ n: _.nin([1, 4]) }, [2, 3]],
      [{ n: _.mod([2, 0]) }, [2, 4]],
      [{ x: _.exists(true) }, []],
      [{ l: _.size(2) }, [1, 2, 3, 4]],
      [{ l: _.all([10, 3]) }, [3]],
      [{ l: 4 }, [4]],
      [{ e: _.elemMatch({ k: _.gt(2), v: 1 }) }, [3, 4]],
      [{ t: _.gt(new Date(2)) }, [3, 4]],
      [{ t: new Date(2) }, [2]],
      [{ t: _.lt(db.serverDate()) }, [1, 2, 3, 4]],
      [{ o: { p: 3 } }, [3]],
      [{ 'o.p': _.gt(3) }, [4]],
      [{ s: /TEXT[12]/i }, [1, 2]],
      [{ s: db.RegExp({ regexp: '3$', options: 'g' }) }, [3]],
      [{ _openid: '{openid}', n: 1 }, [1]],
      [{ _openid: 'somebody' }, []],
      [_.or([{ n: 1 }, { s: 'text2' }]), [1, 2]],
      [_.and([{ n: _.gt(1) }, { n: _.lt(3) }]), [2]],
      [{ n: _.not(_.gt(2)) }, [1, 2]],
      [_.nor([{ n: 1 }, { n: 2 }]), [3, 4]],
    ]
    for (const [where, expected] of cases) assert.deepEqual(await ids(where), expected, JSON.stringify(where))
    const page = await orders.orderBy('n', 'desc').skip(1).limit(2).field({ n: 1, s: 0 }).get()
    assert.deepEqual(page.data, [
      { _id: 'd3', n: 3 },
      { _id: 'd2', n: 2 },
    ])
    assert.deepEqual([page.offset, page.limit], [1, 2])
    const slices = await orders
      .where({ n: 1 })
      .field({ l: db.command.project.slice(1) })
      .get()
    assert.deepEqual(slices.data[0].l, [1])
  })

  it('queries by location', async (t) => {
    const { db } = await openApp(t)
    const { Point, LineString, Polygon } = db.Geo
    const _ = db.command
    const shops = db.collection('orders')
    for (const lng of [3, 1, 2]) await shops.add({ _id: `s${lng}`, at: new Point(lng, 1) })
    const ids = async (where: object) => (await shops.where(where).get()).data.map(({ _id }: DocumentObject) => _id)
    const geometry = new Point(0, 1)
    assert.deepEqual(await ids({ at: _.geoNear({ geometry, minDistance: 0, maxDistance: 250_000 }) }), ['s1', 's2'])
    const ring = [new Point(0, 0), new Point(2.5, 0), new Point(2.5, 2), new Point(0, 2), new Point(0, 0)]
    const area = new Polygon([new LineString(ring)])
    assert.deepEqual(await ids({ at: _.geoWithin({ geometry: area }) }), ['s1', 's2'])
    const road = new LineString([new Point(3, 0), new Point(3, 2)])
    assert.deepEqual(await ids({ at: _.geoIntersects({ geometry: road }) }), ['s3'])
  })

  it('updates with every operator', async (t) => {
    const { db } = await openApp(t)
    const _ = db.command
    const doc = db.collection('orders').doc('d')
    await doc.set({
      n: 5,
      m: 2,
      lo: 5,
      hi: 5,
      gone: 1,
      old: 1,
      list: [1, 2, 3],
      tags: ['a'],
      items: [{ k: 1 }, { k: 2 }],
    })
    await doc.update({
      n: _.inc(-2),
      m: _.mul(4),
      lo: _.min(1),
      hi: _.max(9),
      gone: _.remove(),
      old: _.rename('renamed'),
      list: _.push([4, 5]),
      tags: _.addToSet({ $each: ['a', 'b'] }),
      items: _.pull({ k: 1 }),
      whole: _.set({ x: 1 }),
    })
    const { data } = await doc.get()
    assert.deepEqual(data[0], {
      _id: 'd',
      _openid: 'uid-1',
      n: 3,
      m: 8,
      lo: 1,
      hi: 9,
      list: [1, 2, 3, 4, 5],
      tags: ['a', 'b'],
      items: [{ k: 2 }],
      renamed: 1,
      whole: { x: 1 },
    })
    await doc.update({ list: _.unshift([0]) })
    await doc.update({ list: _.pop() })
    await doc.update({ list: _.shift() })
    await doc.update({ list: _.pullAll([2, 3]), tags: _.push({ each: ['z', 'y'], position: 0, sort: 1, slice: 2 }) })
    const [after] = (await doc.get()).data
    assert.deepEqual(
      [after.list, after.tags],
      [
        [1, 4],
        ['a', 'b'],
      ],
    )
  })

  it('loses no parallel increments', async (t) => {
    const { db } = await openApp(t)
    const doc = db.collection('orders').doc('n')
    await doc.set({ n: 0 })
    await Promise.all(Array.from({ length: 32 }, () => doc.update({ n: db.command.inc(1) })))
    assert.equal((await doc.get()).data[0].n, 32)
  })

  it('gets the codes of errors and may not touch documents of others', async (t) => {
    const { db, login } = await openApp(t)
    const missing = await db.collection('nowhere').get()
    assert.equal(missing.code, 'DATABASE_COLLECTION_NOT_EXIST')
    assert.match(missing.message, /not exist/)
    assert.equal((await db.createCollection('mine')).code, 'DATABASE_PERMISSION_DENIED')
    await db.collection('orders').add({ _id: 'taken', n: 1 })
    const other = await login()
    assert.equal((await other.collection('orders').add({ _id: 'taken' })).code, 'DATABASE_DUPLICATE_WRITE')
    assert.deepEqual((await other.collection('orders').doc('taken').get()).data, [])
    assert.equal((await other.collection('orders').doc('taken').update({ n: 9 })).updated, 0)
    const replaced = await other.collection('orders').doc('taken').set({ n: 9 })
    assert.deepEqual([replaced.updated, replaced.upsertedId], [0, undefined])
    assert.equal((await other.collection('orders').doc('taken').remove()).deleted, 0)
    assert.equal((await db.collection('orders').doc('taken').get()).data[0].n, 1)
    assert.equal((await db.collection('orders').add({ _openid: 'x' })).code, 'DATABASE_PERMISSION_DENIED')
  })
})

describe('dialect A', () => {
  async function table(t: TestContext) {
    const opened = await openDatabase(t, { orders: 'PRIVATE' }, { now: () => NOW })
    const actions = webDatabaseActions(opened.database)
    const call = async (caller: Caller, action: string, params: object): Promise<unknown> => {
      try {
        return await actions[`database.${action}`]?.(caller, { collectionName: 'orders', ...params }, CONTEXT)
      } catch (error) {
        if (error instanceof CloudsteadError) return `${error.code}: ${error.message}`
        throw error
      }
    }
    return { ...opened, actions, call }
  }

  it('answers golden requests', async (t) => {
    const { call } = await table(t)
    const alice = user('alice')
    const data = {
      _id: 'd1',
      s: 'x',
      nan: null,
      date: { $date: NOW },
      sd: { $date: { offset: 60 } },
      n: 1,
      arr: [{ d: { $date: 0 } }],
    }
    assert.deepEqual(await call(alice, 'addDocument', { data }), { data: { _id: 'd1' } })
    const one = { query: { _id: 'd1' }, queryType: 'DOC', multi: false }
    const stored = {
      _id: 'd1',
      _openid: 'alice',
      s: 'x',
      nan: null,
      date: { $date: '2023-11-14T22:13:20.000Z' },
      sd: { $date: '2023-11-14T22:13:20.060Z' },
      n: 1,
      arr: [{ d: { $date: '1970-01-01T00:00:00.000Z' } }],
    }
    assert.deepEqual(await call(alice, 'queryDocument', { ...one, projection: {} }), { data: { list: [stored] } })
    const where = {
      queryType: 'WHERE',
      query: {
        s: { $eq: 'x' },
        n: { $in: [1, 2] },
        date: { $gte: { $date: NOW } },
        sd: { $gt: { $date: { offset: 0 } } },
        _openid: '{openid}',
        $and: [{ n: { $gt: 0 } }, { n: { $lt: 9 } }],
      },
      order: [{ field: 'date', direction: 'desc' }],
      offset: 0,
      limit: 10,
      projection: { s: 1 },
    }
    assert.deepEqual(await call(alice, 'queryDocument', where), {
      data: { list: [{ _id: 'd1', s: 'x' }] },
      offset: 0,
      limit: 10,
    })
    assert.deepEqual(await call(alice, 'countDocument', { queryType: 'WHERE', query: { s: 'x' } }), {
      data: { total: 1 },
    })
    const update = {
      data: { $set: { images: ['cloud://a/b.png'], 'nest.k.z': 1 } },
      ...one,
      merge: true,
      upsert: false,
    }
    assert.deepEqual(await call(alice, 'updateDocument', update), { data: { updated: 1 } })
    const set = { data: { n: 2 }, query: { _id: 'd2' }, queryType: 'DOC', multi: false, merge: false, upsert: true }
    assert.deepEqual(await call(alice, 'updateDocument', set), {
      data: { updated: 0, upserted_id: 'd2', upsert_id: 'd2' },
    })
    assert.deepEqual(await call(alice, 'addDocument', { data: [{ _id: 'l1' }, { _id: 'l2' }] }), {
      data: { insertedIds: ['l1', 'l2'] },
    })
    assert.deepEqual(await call(alice, 'addDocument', { data: { n: 1 }, _id: 'beside' }), { data: { _id: 'beside' } })
    assert.deepEqual(await call(alice, 'deleteDocument', one), { data: { deleted: 1 } })
    assert.deepEqual(await call(alice, 'deleteDocument', { queryType: 'WHERE', multi: true }), { data: { deleted: 4 } })
    assert.deepEqual(await call(ADMIN, 'addCollection', { collectionName: 'fresh' }), { message: 'OK' })
  })

  it('names the invalid parameter and changes nothing', async (t) => {
    const { call } = await table(t)
    const alice = user('alice')
    await call(alice, 'addDocument', { data: { _id: 'x' } })
    const wrong: readonly (readonly [string, object, RegExp])[] = [
      ['queryDocument', { collectionName: 1 }, /collectionName/],
      ['queryDocument', { collectionName: undefined }, /collectionName/],
      ['queryDocument', { query: 'x' }, /query/],
      ['queryDocument', { query: [] }, /query/],
      ['queryDocument', { query: null }, /query/],
      ['queryDocument', { query: { $date: 1 } }, /query/],
      ['queryDocument', { queryType: 'x' }, /queryType/],
      ['queryDocument', { limit: '1' }, /limit/],
      ['queryDocument', { offset: {} }, /offset/],
      ['queryDocument', { order: {} }, /order/],
      ['queryDocument', { order: [1] }, /order/],
      ['queryDocument', { order: [{ field: 'a', direction: 1 }] }, /order/],
      ['queryDocument', { order: [{ field: 1, direction: 'asc' }] }, /order/],
      ['queryDocument', { projection: 1 }, /projection/],
      ['queryDocument', { query: { a: { $date: 'x' } } }, /\$date/],
      ['countDocument', { query: 1 }, /query/],
      ['addDocument', {}, /data/],
      ['addDocument', { data: 'x' }, /data/],
      ['addDocument', { data: [1] }, /data/],
      ['addDocument', { data: {}, _id: {} }, /_id/],
      ['updateDocument', { data: 1, merge: true }, /data/],
      ['updateDocument', { merge: true }, /data/],
      ['updateDocument', { data: {}, merge: 1 }, /merge/],
      ['updateDocument', { data: {}, multi: 'x' }, /multi/],
      ['updateDocument', { data: {}, upsert: 0 }, /upsert/],
      ['updateDocument', { data: {}, multi: true, merge: false }, /multi/],
      ['deleteDocument', { multi: 1 }, /multi/],
      ['addCollection', { collectionName: {} }, /collectionName/],
    ]
    for (const [action, params, name] of wrong) {
      const answer = await call(action === 'addCollection' ? ADMIN : alice, action, params)
      assert.match(String(answer), /^INVALID_PARAM/, `${action} ${JSON.stringify(params)}`)
      assert.match(String(answer), name)
    }
    assert.deepEqual(await call(alice, 'queryDocument', {}), { data: { list: [{ _id: 'x', _openid: 'alice' }] } })
    assert.match(String(await call(NOBODY, 'queryDocument', {})), /^DATABASE_PERMISSION_DENIED/)
  })

  it('has no unsupported actions', async (t) => {
    const { actions } = await table(t)
    for (const name of ['aggregate', 'runCommands', 'startTransaction', 'insertDocInTransaction']) {
      assert.equal(actions[`database.${name}`], undefined)
    }
  })
})
