/** Documents, queries and updates, with every official client and a real server. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { adminDatabase, CLIENTS, codeOf, contentOf, type DatabaseClient } from './support/databases.ts'
import type { Collection, Database } from './support/sdk.ts'
import { type RunningServer, startServer } from './support/server.ts'

let server: RunningServer
let admin: Database
let open: (kind: (typeof CLIENTS)[number]) => Promise<DatabaseClient>

before(async () => {
  server = await startServer()
  const keys = { login: await server.loginKey(), api: await server.apiKey() }
  admin = adminDatabase(server, keys.api)
  open = (kind) => kind.open(server, keys)
})
after(() => server.stop())

let collections = 0

/** A collection for one test. */
async function freshName(): Promise<string> {
  collections += 1
  const name = `things-${collections}`
  assert.equal(await codeOf(admin.createCollection(name)), undefined)
  return name
}

const idsIn = (documents: readonly Record<string, unknown>[]) => documents.map(({ _id }) => _id).join(' ')

const FRUIT = [
  {
    _id: 'a',
    n: 1,
    s: 'apple',
    ok: true,
    tags: ['red', 'round'],
    in: { k: 1, deep: { x: 1 } },
    at: new Date('2020-01-01T00:00:00.000Z'),
    lots: [
      { sku: 'x', qty: 1 },
      { sku: 'y', qty: 5 },
    ],
  },
  {
    _id: 'b',
    n: 2,
    s: 'Banana',
    ok: false,
    tags: ['yellow'],
    in: { k: 2 },
    at: new Date(0),
    lots: [{ sku: 'x', qty: 5 }],
  },
  { _id: 'c', n: 3, s: '樱桃 🍒', tags: [], in: { k: 1, deep: { x: 2 } }, at: new Date(-1) },
  { _id: 'd', n: null, s: 'apple pie', tags: ['red', 'pie', 'round'] },
  { _id: 'e', n: 10, s: 'a.b', 键: { '内 🍒': '值' } },
]

const IGNORED = 'an undefined condition is ignored'

/** Conditions, with the documents of FRUIT that match. */
function conditions(db: Database): [name: string, query: object, ids: string][] {
  const _ = db.command
  const { aggregate: $ } = _ as unknown as { aggregate: Record<string, (...values: unknown[]) => unknown> }
  return [
    ['a value', { n: 1 }, 'a'],
    ['two values', { 'in.k': 1, n: 3 }, 'c'],
    ['null: also missing fields', { ok: null }, 'c d e'],
    ['false', { ok: false }, 'b'],
    ['eq', { s: _.eq('apple') }, 'a'],
    ['eq of an object', { in: _.eq({ k: 2 }) }, 'b'],
    ['neq', { n: _.neq(1) }, 'b c d e'],
    ['gt', { n: _.gt(2) }, 'c e'],
    ['gte', { n: _.gte(2) }, 'b c e'],
    ['lt', { n: _.lt(2) }, 'a'],
    ['lte', { n: _.lte(2) }, 'a b'],
    ['in', { n: _.in([1, 3, 99]) }, 'a c'],
    ['nin', { n: _.nin([1, 3]) }, 'b d e'],
    ['exists', { at: _.exists(true) }, 'a b c'],
    ['exists false', { at: _.exists(false) }, 'd e'],
    ['exists counts null', { n: _.exists(true) }, 'a b c d e'],
    ['size', { tags: _.size(2) }, 'a'],
    ['size 0', { tags: _.size(0) }, 'c'],
    ['mod', { n: _.mod([2, 0]) }, 'b e'],
    ['all', { tags: _.all(['round', 'red']) }, 'a d'],
    ['elemMatch on one element', { lots: _.elemMatch({ sku: 'x', qty: _.gt(2) }) }, 'b'],
    ['elemMatch with neq', { lots: _.elemMatch({ sku: _.neq('x') }) }, 'a'],
    ['elemMatch with a chain of conditions', { lots: _.elemMatch({ qty: _.gt(1).and(_.lt(6)) }) }, 'a b'],
    ['elemMatch with or', { lots: _.elemMatch({ qty: _.lt(1).or(_.gt(4)) }) }, 'a b'],
    ['a regular expression that counts characters', { s: db.RegExp({ regexp: '^樱桃 .$' }) }, 'c'],
    ['a regular expression with inline options', { s: db.RegExp({ regexp: '(?i)^APPLE\\h' }) }, 'd'],
    ['elemMatch of values', { tags: _.elemMatch(_.eq('pie')) }, 'd'],
    ['an element of an array', { tags: 'red' }, 'a d'],
    ['an element by its position', { 'tags.1': 'pie' }, 'd'],
    ['a field of elements', { 'lots.sku': 'y' }, 'a'],
    ['not', { n: _.not(_.gt(2)) }, 'a b d'],
    ['and, chained', { n: _.gt(1).and(_.lt(5)) }, 'b c'],
    ['or, chained', { n: _.lt(2).or(_.gt(5)) }, 'a e'],
    ['and within or', { n: _.gt(1).and(_.lt(3)).or(_.eq(10)) }, 'b e'],
    ['and of values', { n: _.and(_.gt(1), _.lt(5)) }, 'b c'],
    ['or of values', { n: _.or([_.eq(1), _.eq(10)]) }, 'a e'],
    ['and of queries', _.and([{ tags: 'red' }, { n: 1 }]), 'a'],
    ['or of queries', _.or({ n: 3 }, { tags: 'yellow' }), 'b c'],
    ['or of queries, chained', _.or([{ n: 3 }, { n: 1 }]).and({ ok: true }), 'a'],
    ['nor of queries', _.nor([{ n: 1 }, { tags: 'red' }]), 'b c e'],
    ['nor of values', { n: _.nor([_.eq(1), _.gt(5)]) }, 'b c d'],
    ['expr', _.expr($.gt?.(['$n', 2])), 'c e'],
    ['nested objects', { in: { k: 1, deep: { x: _.gt(1) } } }, 'c'],
    ['a dotted path', { 'in.deep.x': 1 }, 'a'],
    ['a regular expression', { s: /^apple/ }, 'a d'],
    ['a regular expression that ignores case', { s: /^b.*A$/i }, 'b'],
    ['db.RegExp', { s: db.RegExp({ regexp: '^APPLE$', options: 'i' }) }, 'a'],
    ['an escaped dot', { s: /^a\.b$/ }, 'e'],
    ['Chinese and an emoji', { s: '樱桃 🍒' }, 'c'],
    ['Chinese and an emoji in names', { 键: { '内 🍒': '值' } }, 'e'],
    ['a date', { at: new Date('2020-01-01T00:00:00.000Z') }, 'a'],
    ['the date 0', { at: new Date(0) }, 'b'],
    ['before 1970', { at: _.lt(new Date(0)) }, 'c'],
    ['dates from', { at: _.gte(new Date(0)) }, 'a b'],
    ['dates in a list', { at: _.in([new Date(-1), new Date(0)]) }, 'b c'],
    ["the server's clock", { at: _.lt(db.serverDate()) }, 'a b c'],
    ["the server's clock with an offset", { at: _.gt(db.serverDate({ offset: -1000 })) }, ''],
    ['strings compare with strings only', { n: _.gt('') }, ''],
    [IGNORED, { n: 1, ok: undefined }, 'a'],
  ]
}

/** Updates, with the fields of a document before and after. */
function updates(db: Database): [name: string, before: object, patch: object, after: object][] {
  const _ = db.command
  return [
    ['a value', { a: 1 }, { a: 2, b: '新 🍒' }, { a: 2, b: '新 🍒' }],
    ['a nested object merges', { o: { x: 1, y: 2 } }, { o: { y: 3, z: { w: 1 } } }, { o: { x: 1, y: 3, z: { w: 1 } } }],
    ['a dotted path', { o: { x: 1 } }, { 'o.y.z': 1 }, { o: { x: 1, y: { z: 1 } } }],
    ['a position in an array', { l: [{ q: 1 }, { q: 2 }] }, { 'l.1.q': 9 }, { l: [{ q: 1 }, { q: 9 }] }],
    ['an array replaces', { l: [1, 2, 3] }, { l: [9] }, { l: [9] }],
    ['set replaces', { o: { x: 1, y: 2 } }, { o: _.set({ z: 3 }) }, { o: { z: 3 } }],
    ['remove', { a: 1, o: { x: 1, y: 2 } }, { a: _.remove(), 'o.x': _.remove() }, { o: { y: 2 } }],
    ['inc', { n: 1 }, { n: _.inc(-3), m: _.inc(1) }, { n: -2, m: 1 }],
    ['inc of a fraction', { n: 1 }, { n: _.inc(0.5) }, { n: 1.5 }],
    ['mul', { n: 3 }, { n: _.mul(4), m: _.mul(2) }, { n: 12, m: 0 }],
    ['min', { n: 3, m: 3 }, { n: _.min(1), m: _.min(5) }, { n: 1, m: 3 }],
    ['max', { n: 3, m: 3 }, { n: _.max(1), m: _.max(5) }, { n: 3, m: 5 }],
    ['rename', { a: 1 }, { a: _.rename('b') }, { b: 1 }],
    ['bit', { n: 12 }, { n: _.bit({ xor: 5 }) }, { n: 9 }],
    ['push', { l: [1] }, { l: _.push([2, 3]) }, { l: [1, 2, 3] }],
    ['push creates the array', {}, { l: _.push(['x']) }, { l: ['x'] }],
    ['push at a position', { l: [1, 4] }, { l: _.push({ each: [2, 3], position: 1 }) }, { l: [1, 2, 3, 4] }],
    ['push sorted and cut', { l: [3, 1] }, { l: _.push({ each: [2, 0], sort: 1, slice: 3 }) }, { l: [0, 1, 2] }],
    [
      'push sorted by a field',
      { l: [{ q: 1 }] },
      { l: _.push({ each: [{ q: 2 }], sort: { q: -1 } }) },
      { l: [{ q: 2 }, { q: 1 }] },
    ],
    ['unshift', { l: [3] }, { l: _.unshift([1, 2]) }, { l: [1, 2, 3] }],
    ['pop', { l: [1, 2] }, { l: _.pop() }, { l: [1] }],
    ['shift', { l: [1, 2] }, { l: _.shift() }, { l: [2] }],
    ['pull a value', { l: [1, 2, 1] }, { l: _.pull(1) }, { l: [2] }],
    ['pull by a condition', { l: [1, 5, 9] }, { l: _.pull(_.gt(4)) }, { l: [1] }],
    ['pull objects', { l: [{ q: 1, r: 1 }, { q: 9 }] }, { l: _.pull({ q: _.lt(5) }) }, { l: [{ q: 9 }] }],
    ['pullAll', { l: [1, 2, 3, 2] }, { l: _.pullAll([2, 3]) }, { l: [1] }],
    ['addToSet', { l: [1] }, { l: _.addToSet(2) }, { l: [1, 2] }],
    ['addToSet of an existing value', { l: [1] }, { l: _.addToSet({ $each: [1, 2] }) }, { l: [1, 2] }],
    ['several at once', { n: 1, l: [] }, { n: _.inc(1), l: _.push([1]), a: 'x' }, { n: 2, l: [1], a: 'x' }],
  ]
}

for (const kind of CLIENTS) {
  describe(kind.name, () => {
    let client: DatabaseClient
    let db: Database

    before(async () => {
      client = await open(kind)
      db = client.database
    })
    after(() => client.dispose())

    const fresh = async (): Promise<Collection> => db.collection(await freshName())
    /** The code of a refused write, as far as the SDK shows it. */
    const shown = (code: string) => (kind.gateway ? undefined : code)

    test('add generates an id, or takes a string or a number, which are different', async () => {
      const things = await fresh()
      const { id } = await things.add({ a: 1 })
      assert.match(id, /^[0-9a-f]{32}$/)
      assert.equal((await things.add({ _id: '7', a: 'text' })).id, '7')
      assert.equal((await things.add({ _id: 7, a: 'number' })).id as unknown, 7)
      assert.deepEqual(await contentOf(things, '7'), { a: 'text' })
      assert.deepEqual(await contentOf(things, 7), { a: 'number' })
      assert.deepEqual(await contentOf(things, id), { a: 1 })
      assert.equal((await things.count()).total, 3)
    })

    test('a second document with the same id is DATABASE_DUPLICATE_WRITE, and the first one stays', async () => {
      const things = await fresh()
      await things.add({ _id: 'one', a: 1 })
      assert.equal(await codeOf(things.add({ _id: 'one', a: 2 })), shown('DATABASE_DUPLICATE_WRITE'))
      assert.deepEqual(await contentOf(things, 'one'), { a: 1 })
    })

    test('_openid is that of the logged-in user; administrators have none', async () => {
      const things = await fresh()
      await things.add({ _id: 'one' })
      const [document] = (await things.doc('one').get()).data
      assert.equal(document?._openid, client.owner)
      assert.equal(Object.hasOwn(document ?? {}, '_openid'), client.owner !== undefined)
    })

    test('values come back unchanged', async () => {
      const things = await fresh()
      const value = {
        text: '中文 😀 \u0000 " \\ \n',
        numbers: [0, -1, 1.5, 1e21, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, 5e-324],
        flags: [true, false, null],
        dates: [new Date(0), new Date(-1), new Date('1899-12-31T23:59:59.999Z'), new Date('2026-01-02T03:04:05.006Z')],
        nested: { '键 🍒': { 'a b': [[], {}, [{ deep: [new Date(0)] }]] } },
        constructor: 'a normal name',
        toString: 1,
        images: ['cloud://demo-1abcde.6465-demo-1abcde-1250000000/users/alice/图 1.jpg'],
      }
      await things.add({ _id: 'one', ...value })
      assert.deepEqual(await contentOf(things, 'one'), value)
    })

    test('undefined is dropped, NaN is stored as null by the client, null stays', async () => {
      const things = await fresh()
      await things.add({ _id: 'one', u: undefined, nothing: null, list: [null] })
      assert.deepEqual(await contentOf(things, 'one'), { nothing: null, list: [null] })
      if (client.owner === undefined) return
      await things.add({ _id: 'two', n: Number.NaN, i: Number.POSITIVE_INFINITY })
      assert.deepEqual(await contentOf(things, 'two'), { n: null, i: null })
    })

    test('a document of 2 MB comes back unchanged', async () => {
      const things = await fresh()
      const text = '汉字 and more '.repeat(150_000)
      await things.add({ _id: 'large', text })
      assert.equal((await contentOf(things, 'large')).text, text)
    })

    test('serverDate is the server time plus the offset, at any position', async () => {
      const things = await fresh()
      const around = async (write: () => Promise<unknown>, read: () => Promise<unknown>, offset: number) => {
        const start = Date.now()
        await write()
        const end = Date.now()
        const date = await read()
        assert.ok(date instanceof Date)
        assert.ok(date.getTime() >= start + offset && date.getTime() <= end + offset, `${date.toISOString()}`)
      }
      const list = () => [{ at: db.serverDate({ offset: -86_400_000 }) }]
      const read = async () => (await contentOf(things, 'one')) as { at: Date; list: { at: Date }[]; o: { at: Date } }
      await around(
        () => things.add({ _id: 'one', at: db.serverDate(), list: list() }),
        async () => (await read()).at,
        0,
      )
      await around(
        () => things.doc('one').update({ o: { at: db.serverDate({ offset: 3_600_000 }) } }),
        async () => (await read()).o.at,
        3_600_000,
      )
      await around(
        () => things.doc('one').set({ list: list() }),
        async () => (await read()).list[0]?.at,
        -86_400_000,
      )
    })

    test('set creates a missing document and replaces an existing one', async () => {
      const things = await fresh()
      const made = await things.doc('new').set({ a: 1, b: 2 })
      assert.deepEqual([made.updated, made.upsertedId], [0, 'new'])
      assert.deepEqual(await contentOf(things, 'new'), { a: 1, b: 2 })
      const replaced = await things.doc('new').set({ c: { d: 3 } })
      assert.deepEqual([replaced.updated, replaced.upsertedId], [1, undefined])
      const kept = kind.gateway ? { a: 1, b: 2 } : {}
      assert.deepEqual(await contentOf(things, 'new'), { ...kept, c: { d: 3 } })
      const [document] = (await things.doc('new').get()).data
      assert.equal(document?._openid, client.owner)
      const same = await things.doc('new').set({ c: { d: 3 } })
      assert.deepEqual([same.updated, same.upsertedId], [0, undefined])
    })

    test('updates and removals count the changed documents, and 0 if there are none', async () => {
      const things = await fresh()
      const { command: _ } = db
      for (const document of [
        { _id: 'a', n: 1 },
        { _id: 'b', n: 2 },
        { _id: 'c', n: 3 },
      ])
        await things.add(document)
      assert.equal((await things.doc('none').update({ n: 1 })).updated, 0)
      assert.equal((await things.doc('none').remove()).deleted, 0)
      assert.deepEqual((await things.doc('none').get()).data, [])
      assert.equal((await things.doc('a').update({ n: 1 })).updated, 0)
      assert.equal((await things.doc('a').update({ n: 5 })).updated, 1)
      assert.equal((await things.where({ n: _.gt(2) }).update({ n: 5, m: 1 })).updated, 2)
      assert.equal((await things.where({ n: _.gt(99) }).update({ n: 5 })).updated, 0)
      assert.equal((await things.where({ m: 1 }).count()).total, 2)
      assert.equal((await things.doc('b').remove()).deleted, 1)
      assert.equal((await things.where({ n: 5 }).remove()).deleted, 2)
      assert.equal((await things.count()).total, 0)
    })

    test('update({ a: {} }), which is sent without fields, changes nothing', async () => {
      const things = await fresh()
      await things.add({ _id: 'one', a: { b: 1 }, c: 2 })
      assert.equal((await things.doc('one').update({ a: {} })).updated, 0)
      assert.equal((await things.where({ c: 2 }).update({ a: {} })).updated, 0)
      assert.deepEqual(await contentOf(things, 'one'), { a: { b: 1 }, c: 2 })
    })

    test('where({ a: {} }) is sent without a condition, and where({ a: undefined }) is not sent at all', async () => {
      const things = await fresh()
      await things.add({ _id: 'one', a: 1 })
      await things.add({ _id: 'two' })
      assert.equal((await things.where({ a: {} }).count()).total, 2)
      assert.throws(() => things.where({ a: undefined }))
      assert.equal((await things.count()).total, 2)
    })

    test('a negated chain is sent as an empty object or null: it matches only empty objects, or is refused', async () => {
      const things = await fresh()
      const { command: _ } = db
      await things.add({ _id: 'one', n: 1 })
      await things.add({ _id: 'two', n: {} })
      const found = await things.where({ n: _.not(_.gt(5).and(_.lt(9))) }).get()
      if (found.code === undefined) assert.equal(idsIn(found.data), 'two')
      else assert.equal(found.code, 'INVALID_PARAM')
    })

    describe('where', () => {
      let things: Collection

      before(async () => {
        things = await fresh()
        for (const document of FRUIT) await things.add(document)
      })

      test('finds and counts by every condition', async () => {
        for (const [name, query, ids] of conditions(db)) {
          const expected = kind.gateway && name === IGNORED ? '' : ids
          const found = await things.where(query).orderBy('_id', 'asc').get()
          assert.equal(found.code, undefined, `${name}: ${JSON.stringify(found)}`)
          assert.equal(idsIn(found.data), expected, name)
          const count = expected === '' ? 0 : expected.split(' ').length
          assert.equal((await things.where(query).count()).total, count, name)
        }
      })

      test('orders by several fields, skips and limits', async () => {
        const ids = async (query: { get(): Promise<{ data: Record<string, unknown>[] }> }) =>
          idsIn((await query.get()).data)
        assert.equal(await ids(things.orderBy('n', 'asc')), 'd a b c e')
        assert.equal(await ids(things.orderBy('n', 'desc')), 'e c b a d')
        assert.equal(await ids(things.orderBy('in.k', 'desc').orderBy('n', 'desc')), 'b c a e d')
        assert.equal(await ids(things.orderBy('at', 'asc').orderBy('_id', 'desc')), 'e d c b a')
        assert.equal(await ids(things.orderBy('n', 'asc').skip(1).limit(2)), 'a b')
        assert.equal(await ids(things.orderBy('n', 'asc').skip(4).limit(10)), 'e')
        assert.equal(await ids(things.orderBy('n', 'asc').skip(5)), '')
        assert.equal(await ids(things.where({ tags: 'red' }).orderBy('_id', 'desc').limit(1)), 'd')
      })

      test('field selects fields', async () => {
        const project = async (projection: object) => (await things.where({ _id: 'a' }).field(projection).get()).data[0]
        assert.deepEqual(await project({ n: true, 'in.deep': true }), { _id: 'a', n: 1, in: { deep: { x: 1 } } })
        assert.deepEqual(await project({ n: true, _id: false }), { n: 1 })
        assert.deepEqual(await project({ 'lots.qty': true }), { _id: 'a', lots: [{ qty: 1 }, { qty: 5 }] })
        const without = await project({ lots: false, in: false, at: false, tags: false })
        assert.deepEqual(
          Object.keys(without ?? {}).filter((name) => name !== '_openid'),
          ['_id', 'n', 's', 'ok'],
        )
        const doc = (await things.doc('b').field({ s: true }).get()).data[0]
        assert.deepEqual(doc, { _id: 'b', s: 'Banana' })
      })
    })

    test('every update operator', async () => {
      const things = await fresh()
      for (const [at, [name, before, patch, after]] of updates(db).entries()) {
        await things.add({ _id: at, ...before })
        const result = await things.doc(at).update(patch)
        assert.equal(result.code, undefined, `${name}: ${result.message}`)
        assert.equal(result.updated, 1, name)
        assert.deepEqual(await contentOf(things, at), after, name)
      }
    })

    test('an update that does not fit the value changes nothing', async () => {
      const things = await fresh()
      const { command: _ } = db
      await things.add({ _id: 'one', s: 'text', n: 1 })
      assert.equal(await codeOf(things.doc('one').update({ n: 2, s: _.inc(1) })), shown('DATABASE_REQUEST_FAILED'))
      assert.equal(await codeOf(things.doc('one').update({ n: 2, s: _.push([1]) })), shown('DATABASE_REQUEST_FAILED'))
      assert.equal(await codeOf(things.doc('one').update({ n: 2, 's.x': 1 })), shown('DATABASE_REQUEST_FAILED'))
      assert.deepEqual(await contentOf(things, 'one'), { s: 'text', n: 1 })
    })

    test('geo values of all types come back as db.Geo values', async () => {
      const things = await fresh()
      const { Geo } = db
      const point = (lng: number, lat: number) => new Geo.Point(lng, lat)
      const ring = (...at: [number, number][]) => new Geo.LineString(at.map(([lng, lat]) => point(lng, lat)))
      const square = new Geo.Polygon([ring([0, 0], [9, 0], [9, 9], [0, 9], [0, 0])])
      const values = {
        Point: point(113.5, -23.25),
        LineString: ring([0, 0], [1, 1]),
        Polygon: square,
        MultiPoint: new Geo.MultiPoint([point(1, 2), point(3, 4)]),
        MultiLineString: new Geo.MultiLineString([ring([0, 0], [1, 1]), ring([2, 2], [3, 3])]),
        MultiPolygon: new Geo.MultiPolygon([square]),
      } as const
      await things.add({ _id: 'geo', ...values, list: [{ at: point(1, 2) }] })
      const content = await contentOf(things, 'geo')
      for (const [type, value] of Object.entries(values)) {
        assert.ok(content[type] instanceof Geo[type as keyof typeof values], type)
        assert.deepEqual(JSON.parse(JSON.stringify(content[type])), JSON.parse(JSON.stringify(value)), type)
      }
      const [inList] = content.list as { at: unknown }[]
      assert.ok(inList?.at instanceof Geo.Point)
    })

    test('geo queries: near ordered by distance, within an area, intersecting it', async () => {
      const things = await fresh()
      const { Geo, command: _ } = db
      const point = (lng: number, lat: number) => new Geo.Point(lng, lat)
      const line = (...at: [number, number][]) => new Geo.LineString(at.map(([lng, lat]) => point(lng, lat)))
      const places: [string, number, number][] = [
        ['far', 114, 23],
        ['near', 113.001, 23],
        ['here', 113, 23],
      ]
      for (const [_id, lng, lat] of places) await things.add({ _id, at: point(lng, lat) })
      await things.add({ _id: 'road', at: line([112, 22], [112.5, 24]) })
      const ids = async (query: object) => {
        const { data, message } = await things.where(query).get()
        return idsIn(data ?? []) || message
      }
      const geometry = point(113, 23)
      assert.equal(await ids({ at: _.geoNear({ geometry, maxDistance: 200_000, minDistance: 0 }) }), 'here near far')
      assert.equal(await ids({ at: _.geoNear({ geometry, maxDistance: 1000, minDistance: 10 }) }), 'near')
      const box = new Geo.Polygon([line([112.9, 22.9], [113.1, 22.9], [113.1, 23.1], [112.9, 23.1], [112.9, 22.9])])
      assert.equal(await ids(_.and([{ at: _.geoWithin({ geometry: box }) }, { _id: _.neq('here') }])), 'near')
      const crossing = line([111, 23], [112.99, 23])
      assert.equal(await ids({ at: _.geoIntersects({ geometry: crossing }) }), 'road')
    })

    test('a query returns 100 documents by default, and at most 1000', async () => {
      const name = await freshName()
      const owner = client.owner === undefined ? {} : { _openid: client.owner }
      const documents = (count: number) => Array.from({ length: count }, (_, n) => ({ n, ...owner }))
      for (const count of [1000, 5]) await admin.collection(name).add(documents(count))
      const things = db.collection(name)
      assert.equal((await things.get()).data.length, 100)
      assert.equal((await things.limit(1).get()).data.length, 1)
      assert.equal((await things.limit(500).get()).data.length, 500)
      assert.equal((await things.limit(5000).get()).data.length, 1000)
      assert.equal((await things.skip(1000).get()).data.length, 5)
      assert.equal((await things.count()).total, 1005)
    })

    test('invalid documents and queries are refused with a code', async () => {
      const things = await fresh()
      const { command: _ } = db
      const invalid = shown('INVALID_PARAM')
      const refused: [string, () => Promise<{ code?: string }>, string | undefined][] = [
        ['a name with $', () => things.add({ $a: 1 }), invalid],
        ['a name with a dot', () => things.add({ 'a.b': 1 }), invalid],
        ['an empty name', () => things.add({ a: { '': 1 } }), invalid],
        ['a skip below 0', () => things.skip(-1).get(), 'INVALID_PARAM'],
        ['a fractional size', () => things.where({ l: _.size(0.5) }).get(), 'INVALID_PARAM'],
        ['an id that is empty', () => things.add({ _id: '' }), invalid],
        ['an id that is an object', () => things.add({ _id: { a: 1 } }), invalid],
        ['no such collection', () => db.collection('never-declared').get(), 'DATABASE_COLLECTION_NOT_EXIST'],
        ['an invalid collection name', () => db.collection('not this').get(), 'INVALID_PARAM'],
      ]
      for (const [name, call, code] of refused) assert.equal(await codeOf(call()), code, name)
      assert.equal((await things.count()).total, 0)
    })
  })
}
