/** Updates of elements of arrays, and requests about one document, with every official client. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { adminDatabase, CLIENTS, codeOf, contentOf, type DatabaseClient } from './support/databases.ts'
import type { Collection, Database } from './support/sdk.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { act, newPerson } from './support/wire.ts'

let server: RunningServer
let admin: Database

before(async () => {
  server = await startServer()
  admin = adminDatabase(server, await server.apiKey())
})
after(() => server.stop())

let collections = 0

async function fresh(db: Database): Promise<Collection> {
  collections += 1
  const name = `paths-${collections}`
  assert.equal(await codeOf(admin.createCollection(name)), undefined)
  return db.collection(name)
}

for (const kind of CLIENTS) {
  describe(kind.name, () => {
    let client: DatabaseClient
    let db: Database

    before(async () => {
      client = await kind.open(server, { login: await server.loginKey(), api: await server.apiKey() })
      db = client.database
    })
    after(() => client.dispose())

    const LINES = [
      { sku: 'a', qty: 1 },
      { sku: 'b', qty: 5 },
      { sku: 'b', qty: 7 },
    ]

    test('$ is the first element that the query found, $[] is every element', async () => {
      const things = await fresh(db)
      await things.add({ _id: 'one', lines: LINES, tags: ['x', 'y'] })
      const { command: _ } = db
      assert.equal((await things.where({ 'lines.sku': 'b' }).update({ 'lines.$.qty': _.inc(10) })).updated, 1)
      assert.deepEqual((await contentOf(things, 'one')).lines, [LINES[0], { sku: 'b', qty: 15 }, LINES[2]])
      await things.where({ tags: 'y' }).update({ 'tags.$': 'z' })
      assert.deepEqual((await contentOf(things, 'one')).tags, ['x', 'z'])
      await things.doc('one').update({ 'lines.$[].qty': _.set(0), 'tags.$[]': 'all' })
      const { lines, tags } = await contentOf(things, 'one')
      assert.deepEqual(
        [(lines as typeof LINES).map(({ qty }) => qty), tags],
        [
          [0, 0, 0],
          ['all', 'all'],
        ],
      )
    })

    test('$ without an element that the query found, and $[name], are refused and change nothing', async () => {
      const things = await fresh(db)
      await things.add({ _id: 'one', lines: LINES })
      const refusals = [
        things.where({ _id: 'one' }).update({ 'lines.$.qty': 9 }),
        things.where({ _id: 'one' }).update({ 'lines.$[cheap].qty': 9 }),
      ]
      for (const refused of await Promise.all(refusals.map(codeOf))) {
        if (!kind.gateway) assert.match(refused ?? '', /^(?:INVALID_PARAM|DATABASE_REQUEST_FAILED|DATABASE_INVALID)/)
      }
      assert.deepEqual(await contentOf(things, 'one'), { lines: LINES })
    })

    test('pull with a plain value compares whole elements', async () => {
      const things = await fresh(db)
      const { command: _ } = db
      await things.add({ _id: 'one', list: [1, [1, 2], 2, { a: 1, b: 2 }, { a: 1 }] })
      await things.doc('one').update({ list: _.pull(1) })
      assert.deepEqual((await contentOf(things, 'one')).list, [[1, 2], 2, { a: 1, b: 2 }, { a: 1 }])
      await things.doc('one').update({ list: _.pullAll([2, { a: 1 }]) })
      assert.deepEqual((await contentOf(things, 'one')).list, [[1, 2], { a: 1, b: 2 }])
    })
  })
}

test('a request about one document without its id is refused, and touches none', async () => {
  const person = await newPerson(server)
  await fresh(admin)
  const collectionName = `paths-${collections}`
  await act(server, person, 'database.addDocument', { collectionName, data: { a: 1 } })
  const one = { collectionName, queryType: 'DOC', query: { a: 1 }, multi: false }
  for (const [action, more] of [
    ['database.queryDocument', {}],
    ['database.countDocument', {}],
    ['database.deleteDocument', {}],
    ['database.updateDocument', { data: { $set: { a: 2 } }, merge: true, upsert: false }],
  ] as const)
    assert.equal((await act(server, person, action, { ...one, ...more })).code, 'INVALID_PARAM', action)
  const { data } = await act(server, person, 'database.queryDocument', { collectionName, queryType: 'WHERE' })
  assert.deepEqual(
    (data.list as { a: number }[]).map(({ a }) => a),
    [1],
  )
})
