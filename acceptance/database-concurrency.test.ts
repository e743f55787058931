/** Concurrent writers: nothing is lost, nothing is done twice. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createPhone, loginByTicket, type Phone } from './support/clients.ts'
import { adminDatabase, codeOf } from './support/databases.ts'
import type { Database } from './support/sdk.ts'
import { type RunningServer, startServer } from './support/server.ts'

const WRITERS = 64
const DUPLICATE = 'DATABASE_DUPLICATE_WRITE'
const DONE = undefined

let server: RunningServer
let admin: Database
let phones: Phone[]
/** Four phones of one user, with both SDK versions, and administrators of both kinds. */
let clients: Database[]

before(async () => {
  const collections = {
    counters: { acl: 'PRIVATE' },
    things: { acl: 'PRIVATE' },
    tickets: { acl: 'PRIVATE', indexes: ['state'] },
    names: { acl: 'PRIVATE', indexes: [{ fields: { name: 1 }, unique: true }] },
  }
  server = await startServer({ config: { database: { collections } } })
  const [loginKey, apiKey] = [await server.loginKey(), await server.apiKey()]
  admin = adminDatabase(server, apiKey)
  phones = (['2.27.2', '2.27.2', '3.7.0', '3.7.0'] as const).map((sdk) => createPhone(server, { sdk }))
  for (const phone of phones) await loginByTicket(phone, loginKey, 'alice')
  clients = [...phones.map(({ app }) => app.database()), admin, adminDatabase(server, apiKey, 'apiKey')]
})
after(async () => {
  for (const phone of phones) phone.dispose()
  await server.stop()
})

/** Starts all writers at once, distributed over the clients. */
function atOnce<T>(work: (database: Database, writer: number) => Promise<T>): Promise<T[]> {
  return Promise.all(
    Array.from({ length: WRITERS }, (_, writer) => work(clients[writer % clients.length] ?? admin, writer)),
  )
}

const count = (codes: readonly unknown[], wanted: unknown) => codes.filter((code) => code === wanted).length

describe('one document', () => {
  test('64 inc(1) of several clients result in exactly 64, and each reports one changed document', async () => {
    await admin.collection('counters').add({ _id: 'one', _openid: 'alice', n: 0, log: [] })
    const results = await atOnce((database) =>
      database
        .collection('counters')
        .doc('one')
        .update({ n: database.command.inc(1) }),
    )
    assert.deepEqual(new Set(results.map(({ code, updated }) => code ?? updated)), new Set([1]))
    assert.equal((await admin.collection('counters').doc('one').get()).data[0]?.n, WRITERS)
  })

  test('updates of different fields and pushes are all kept', async () => {
    await admin.collection('counters').add({ _id: 'two', _openid: 'alice', log: [] })
    await atOnce((database, writer) =>
      database
        .collection('counters')
        .where({ _id: 'two' })
        .update({ [`by.${writer}`]: true, log: database.command.push([writer]) }),
    )
    const [stored] = (await admin.collection('counters').doc('two').get()).data
    assert.equal(Object.keys(stored?.by as object).length, WRITERS)
    assert.deepEqual(
      [...((stored?.log ?? []) as number[])].sort((a, b) => a - b),
      Array.from({ length: WRITERS }, (_, writer) => writer),
    )
  })

  test('of 64 conditional updates exactly one wins', async () => {
    await admin.collection('tickets').add({ _id: 'seat', _openid: 'alice', state: 'free' })
    const results = await atOnce((database, writer) =>
      database.collection('tickets').where({ _id: 'seat', state: 'free' }).update({ state: 'taken', by: writer }),
    )
    const winners = results.flatMap(({ updated }, writer) => (updated === 1 ? [writer] : []))
    assert.equal(winners.length, 1)
    assert.equal(results.filter(({ updated, code }) => updated === 0 && code === undefined).length, WRITERS - 1)
    assert.equal((await admin.collection('tickets').doc('seat').get()).data[0]?.by, winners[0])
  })

  test('stock never falls below zero', async () => {
    await admin.collection('counters').add({ _id: 'stock', _openid: 'alice', left: 10 })
    const results = await atOnce((database) => {
      const { command: _ } = database
      return database
        .collection('counters')
        .where({ _id: 'stock', left: _.gt(0) })
        .update({ left: _.inc(-1) })
    })
    assert.equal(
      results.reduce((total, { updated }) => total + updated, 0),
      10,
    )
    assert.equal((await admin.collection('counters').doc('stock').get()).data[0]?.left, 0)
  })

  test('of 64 removals exactly one removes it', async () => {
    await admin.collection('things').add({ _id: 'gone', _openid: 'alice' })
    const results = await atOnce((database) => database.collection('things').doc('gone').remove())
    assert.equal(
      results.reduce((total, { deleted }) => total + deleted, 0),
      1,
    )
  })
})

describe('one id', () => {
  test('of 64 adds exactly one wins, the others are DATABASE_DUPLICATE_WRITE', async () => {
    const codes = await atOnce((database, writer) =>
      codeOf(database.collection('things').add({ _id: 'same', by: writer })),
    )
    assert.equal(count(codes, DONE), 1)
    assert.equal(count(codes, DUPLICATE), WRITERS - 1)
    const [stored] = (await admin.collection('things').doc('same').get()).data
    assert.equal(stored?.by, codes.indexOf(DONE))
  })

  test('of 64 set() of a new document one creates it and the others replace it', async () => {
    // Only the phones: they could not replace a document of an administrator, which has no _openid.
    const results = await Promise.all(
      Array.from({ length: WRITERS }, (_, writer) =>
        (clients[writer % phones.length] ?? admin).collection('things').doc('set').set({ by: writer }),
      ),
    )
    assert.equal(results.filter(({ upsertedId }) => upsertedId === 'set').length, 1)
    assert.equal(results.filter(({ updated }) => updated === 1).length, WRITERS - 1)
    const [stored] = (await admin.collection('things').doc('set').get()).data
    assert.equal(stored?._openid, 'alice')
    assert.equal(typeof stored?.by, 'number')
  })

  test('concurrent adding and removing ends in one of the two states', async () => {
    const results = await atOnce(async (database, writer) => {
      const thing = database.collection('things')
      if (writer % 2 === 0) return (await codeOf(thing.add({ _id: 'flicker' }))) ?? 'added'
      return (await thing.doc('flicker').remove()).deleted === 1 ? 'removed' : 'nothing'
    })
    const present = (await admin.collection('things').doc('flicker').get()).data.length
    assert.equal(count(results, 'added') - count(results, 'removed'), present)
  })
})

describe('many documents', () => {
  test('a unique value is used once, by add and by update', async () => {
    const codes = await atOnce((database) => codeOf(database.collection('names').add({ name: 'wanted' })))
    assert.equal(count(codes, DONE), 1)
    assert.equal(count(codes, DUPLICATE), WRITERS - 1)
    const ids = await atOnce(
      async (database, writer) => (await database.collection('names').add({ name: `n${writer}` })).id,
    )
    const updates = await atOnce((database, writer) =>
      codeOf(
        database
          .collection('names')
          .doc(ids[writer] ?? '')
          .update({ name: 'also wanted' }),
      ),
    )
    assert.equal(count(updates, DONE), 1)
    assert.equal(count(updates, DUPLICATE), WRITERS - 1)
    assert.equal((await admin.collection('names').where({ name: 'also wanted' }).count()).total, 1)
  })

  test('concurrent updates of all documents count every document once each', async () => {
    const { command: _ } = admin
    await admin
      .collection('tickets')
      .add(Array.from({ length: 300 }, (_, at) => ({ at, n: 0, state: 'open', _openid: 'alice' })))
    const rounds = await Promise.all(
      clients.map((database) =>
        database
          .collection('tickets')
          .where({ state: 'open' })
          .update({ n: database.command.inc(1) }),
      ),
    )
    for (const { updated } of rounds) assert.equal(updated, 300)
    assert.equal((await admin.collection('tickets').where({ state: 'open', n: clients.length }).count()).total, 300)
    // Each is claimed once, although the claim changes the index that finds them.
    const claims = await Promise.all(
      clients.map((database, by) =>
        database.collection('tickets').where({ state: 'open' }).update({ state: 'done', by }),
      ),
    )
    assert.equal(
      claims.reduce((total, { updated }) => total + updated, 0),
      300,
    )
    assert.equal(
      (
        await admin
          .collection('tickets')
          .where({ state: _.eq('done') })
          .count()
      ).total,
      300,
    )
  })

  test('generated ids are unique', async () => {
    const ids = await atOnce(async (database) => (await database.collection('things').add({ n: 1 })).id)
    assert.equal(new Set(ids).size, WRITERS)
  })
})
