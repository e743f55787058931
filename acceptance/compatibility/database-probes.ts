import type { Collection, Command, Database } from '../support/sdk.ts'
import {
  type DatabaseClient as Client,
  equal,
  invoke,
  ok,
  type Probe as ProbeOf,
  type Probes as ProbesOf,
  reasonOfRefusal,
} from './probe.ts'

type Probe = ProbeOf<Client>
type Probes = ProbesOf<Client>

let made = 0

function things({ app, collection }: Client): Collection {
  return app.database().collection(collection)
}

/** Adds a document; resolves to its new id, and to a tag by which queries find it alone. */
async function added(client: Client, fields: object): Promise<{ id: string; tag: string }> {
  made += 1
  const tag = `${made}-${Date.now()}`
  const { id } = await things(client).add({ ...fields, tag })
  ok(id, 'an id')
  return { id, tag }
}

async function stored(client: Client, id: string): Promise<Record<string, unknown>> {
  const { data } = await things(client).doc(id).get()
  equal(data.length, 1)
  return data[0] ?? {}
}

export const databaseProbes: Probes = {
  'db.collection': async (client) => {
    await added(client, {})
  },
  'db.command': async ({ app }) => ok(app.database().command.eq, 'commands'),
  'db.createCollection': async ({ app }) => {
    // Only administrators may create one, so a user sees the refusal.
    const outcome = await app
      .database()
      .createCollection('by-a-user')
      .catch((error) => error)
    ok(JSON.stringify({ ...outcome, message: outcome?.message }).includes('administrators'), 'the refusal')
  },
  'db.serverDate': async (client) => {
    const { id } = await added(client, { at: client.app.database().serverDate() })
    ok(Math.abs(Number((await stored(client, id)).at) - Date.now()) < 600_000, 'a date of now')
  },
  'db.RegExp': async (client) => {
    const { tag } = await added(client, { s: 'Apple' })
    const s = client.app.database().RegExp({ regexp: '^apple$', options: 'i' })
    equal((await things(client).where({ tag, s }).get()).data.length, 1)
  },
  'db.Geo': async (client) => {
    const db = client.app.database()
    const { id } = await added(client, { at: new db.Geo.Point(113, 23) })
    equal(JSON.parse(JSON.stringify((await stored(client, id)).at)), { type: 'Point', coordinates: [113, 23] })
  },
  'collection.add': async (client) => {
    const { id } = await added(client, { text: '文 🍒', at: new Date(5), list: [1, { a: null }] })
    const { text, at, list } = await stored(client, id)
    equal([text, Number(at), list], ['文 🍒', 5, [1, { a: null }]])
  },
  'collection.add that is refused': async (client) => {
    const { id } = await added(client, {})
    const again = things(client).add({ _id: id })
    ok((await reasonOfRefusal(again)).includes('DATABASE_DUPLICATE_WRITE'), 'the code')
  },
  'query.get that is refused': async ({ app }) => {
    const refused = app.database().collection('never-declared').get()
    ok((await reasonOfRefusal(refused)).includes('DATABASE_COLLECTION_NOT_EXIST'), 'the code')
  },
  'collection.doc': async (client) => {
    await stored(client, (await added(client, {})).id)
  },
  'query.where': async (client) => {
    const { tag, id } = await added(client, {})
    equal(
      (await things(client).where({ tag }).get()).data.map(({ _id }) => _id),
      [id],
    )
  },
  'query.get': async (client) => {
    ok((await things(client).get()).data.length > 0, 'documents')
  },
  'query.count': async (client) => {
    const { tag } = await added(client, {})
    equal((await things(client).where({ tag }).count()).total, 1)
  },
  'query.limit': async (client) => {
    equal((await things(client).limit(1).get()).data.length, 1)
  },
  'query.skip': async (client) => {
    const { tag } = await added(client, {})
    equal((await things(client).where({ tag }).skip(1).get()).data.length, 0)
  },
  'query.orderBy': async (client) => {
    const { data } = await things(client).orderBy('_id', 'desc').limit(5).get()
    const ids = data.map(({ _id }) => String(_id))
    equal(ids, ids.toSorted().reverse())
  },
  'query.field': async (client) => {
    const { tag, id } = await added(client, { a: 1, b: 2 })
    equal((await things(client).where({ tag }).field({ a: 1 }).get()).data, [{ _id: id, a: 1 }])
  },
  'query.update': async (client) => {
    const { tag, id } = await added(client, { a: 1 })
    equal((await things(client).where({ tag }).update({ a: 2 })).updated, 1)
    equal((await stored(client, id)).a, 2)
  },
  'query.remove': async (client) => {
    const { tag } = await added(client, {})
    equal((await things(client).where({ tag }).remove()).deleted, 1)
  },
  'doc.get': async (client) => {
    equal((await stored(client, (await added(client, { a: 1 })).id)).a, 1)
  },
  'doc.get of a missing document': async (client) => {
    equal((await things(client).doc(`missing-${Date.now()}`).get()).data, [])
  },
  'doc.field': async (client) => {
    const { id } = await added(client, { a: 1, b: 2 })
    equal((await things(client).doc(id).field({ b: 1 }).get()).data, [{ _id: id, b: 2 }])
  },
  'doc.set': async (client) => {
    const id = `set-${made}-${Date.now()}`
    await things(client).doc(id).set({ a: 1 })
    equal((await stored(client, id)).a, 1)
  },
  'doc.update': async (client) => {
    const { id } = await added(client, { a: { b: 1, c: 1 } })
    equal(
      (
        await things(client)
          .doc(id)
          .update({ a: { b: 2 } })
      ).updated,
      1,
    )
    equal((await stored(client, id)).a, { b: 2, c: 1 })
  },
  'doc.remove': async (client) => {
    const { id, tag } = await added(client, {})
    equal((await things(client).doc(id).remove()).deleted, 1)
    equal((await things(client).where({ tag }).count()).total, 0)
  },
}

type QueryRow = (command: Command, db: Database) => object

/** A document, and a condition for each query command by which it is found. */
const DOCUMENT = { n: 5, s: 'text', tags: ['red', 'round'], in: { k: 1 }, lots: [{ q: 1 }, { q: 5 }] }
const QUERIES: Readonly<Record<string, QueryRow>> = {
  eq: (_) => ({ n: _.eq(5) }),
  neq: (_) => ({ n: _.neq(6) }),
  gt: (_) => ({ n: _.gt(4) }),
  gte: (_) => ({ n: _.gte(5) }),
  lt: (_) => ({ n: _.lt(6) }),
  lte: (_) => ({ n: _.lte(5) }),
  in: (_) => ({ n: _.in([1, 5]) }),
  nin: (_) => ({ n: _.nin([1, 2]) }),
  and: (_) => ({ n: _.and(_.gt(1), _.lt(9)) }),
  or: (_) => ({ n: _.or(_.gt(9), _.lt(6)) }),
  not: (_) => ({ n: _.not(_.gt(9)) }),
  nor: (_) => ({ n: _.nor([_.gt(9), _.lt(2)]) }),
  exists: (_) => ({ n: _.exists(true) }),
  mod: (_) => ({ n: _.mod([3, 2]) }),
  all: (_) => ({ tags: _.all(['round', 'red']) }),
  elemMatch: (_) => ({ lots: _.elemMatch({ q: _.gt(4) }) }),
  size: (_) => ({ tags: _.size(2) }),
}

/** A field before, the update, and the field after, for each update command. */
const UPDATES: Readonly<
  Record<string, readonly [before: unknown, update: (command: Command) => object, after: unknown]>
> = {
  set: [{ a: 1, b: 2 }, (_) => _.set({ c: 3 }), { c: 3 }],
  inc: [1, (_) => _.inc(2), 3],
  mul: [3, (_) => _.mul(2), 6],
  remove: [1, (_) => _.remove(), undefined],
  push: [[1], (_) => _.push([2]), [1, 2]],
  pop: [[1, 2], (_) => _.pop(), [1]],
  unshift: [[2], (_) => _.unshift([1]), [1, 2]],
  shift: [[1, 2], (_) => _.shift(), [2]],
  min: [3, (_) => _.min(1), 1],
  max: [3, (_) => _.max(5), 5],
  rename: [undefined, (_) => _.rename('other'), undefined],
  bit: [12, (_) => _.bit({ xor: 5 }), 9],
  pull: [[1, 2, 1], (_) => _.pull(1), [2]],
  pullAll: [[1, 2, 3], (_) => _.pullAll([2, 3]), [1]],
  addToSet: [[1], (_) => _.addToSet(2), [1, 2]],
}

const GEO: Readonly<Record<string, QueryRow>> = {
  geoNear: (_, { Geo }) => ({ at: _.geoNear({ geometry: new Geo.Point(113, 23), maxDistance: 5000, minDistance: 0 }) }),
  geoWithin: (_, db) => ({ at: _.geoWithin({ geometry: square(db) }) }),
  geoIntersects: (_, db) => ({ at: _.geoIntersects({ geometry: square(db) }) }),
}

function square({ Geo }: Database): object {
  const corners = [
    [112, 22],
    [114, 22],
    [114, 24],
    [112, 24],
    [112, 22],
  ].map(([longitude, latitude]) => new Geo.Point(longitude, latitude))
  return new Geo.Polygon([new Geo.LineString(corners)])
}

function finds(fields: (db: Database) => object, condition: QueryRow): Probe {
  return async (client) => {
    const db = client.app.database()
    const { tag } = await added(client, fields(db))
    const query = condition(db.command, db)
    equal(
      (
        await things(client)
          .where({ tag, ...query })
          .get()
      ).data.length,
      1,
    )
  }
}

function updates([before, update, after]: (typeof UPDATES)[string]): Probe {
  return async (client) => {
    const { command } = client.app.database()
    const { id } = await added(client, before === undefined ? {} : { field: before })
    equal(
      (
        await things(client)
          .doc(id)
          .update({ field: update(command), touched: 1 })
      ).updated,
      1,
    )
    equal((await stored(client, id)).field, after)
  }
}

export const commandProbes: Probes = Object.fromEntries([
  ...Object.entries(QUERIES).map(([name, row]) => [`command.${name}`, finds(() => DOCUMENT, row)] as const),
  ...Object.entries(GEO).map(
    ([name, row]) => [`command.${name}`, finds((db) => ({ at: new db.Geo.Point(113, 23) }), row)] as const,
  ),
  ...Object.entries(UPDATES).map(([name, row]) => [`command.${name}`, updates(row)] as const),
])

export const geoProbes: Probes = Object.fromEntries(
  Object.entries({
    Point: (db: Database) => new db.Geo.Point(113, 23),
    LineString: (db: Database) => new db.Geo.LineString([new db.Geo.Point(1, 1), new db.Geo.Point(2, 2)]),
    Polygon: square,
    MultiPoint: (db: Database) => new db.Geo.MultiPoint([new db.Geo.Point(1, 1), new db.Geo.Point(2, 2)]),
    MultiLineString: (db: Database) =>
      new db.Geo.MultiLineString([new db.Geo.LineString([new db.Geo.Point(1, 1), new db.Geo.Point(2, 2)])]),
    MultiPolygon: (db: Database) => new db.Geo.MultiPolygon([square(db)]),
  }).map(([name, make]): [string, Probe] => [
    `geo.${name}`,
    async (client) => {
      const value = make(client.app.database())
      const { id } = await added(client, { at: value })
      const back = (await stored(client, id)).at as object
      equal(JSON.stringify(await invoke(back, 'toJSON')), JSON.stringify(await invoke(value, 'toJSON')))
    },
  ]),
)
