/** Collections and their indexes: declared, created, edited while the server runs. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { codeOf, openStage, type Stage, webAction } from './support/databases.ts'

const DENIED = 'DATABASE_PERMISSION_DENIED'
const DECLARED = { PRIVATE: { acl: 'PRIVATE' } }

const config = (collections: Record<string, object>) => ({ database: { collections } })

/** Repeats until it no longer throws, since edits of the configuration file take effect within 2 s. */
async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 8000
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await wait(50)
    }
  }
}

let stage: Stage

before(async () => {
  stage = await openStage({ mode: 'dev', config: config(DECLARED) })
})
after(() => stage.close())

describe('collections', () => {
  test('undeclared ones do not exist, for users and administrators; dev prints the line to add', async () => {
    const alice = await stage.user('alice')
    const things = alice.app.database().collection('nowhere')
    for (const call of [
      () => things.get(),
      () => things.count(),
      () => things.add({ n: 1 }),
      () => things.doc('a').set({ n: 1 }),
      () => things.doc('a').update({ n: 1 }),
      () => things.where({}).remove(),
      () => webAction(stage.server, { action: 'database.countDocument', collectionName: 'nowhere' }),
    ]) {
      const { code, message } = await call()
      assert.equal(code, 'DATABASE_COLLECTION_NOT_EXIST')
      assert.match(message ?? '', /"database": \{ "collections": \{ "nowhere": \{ "acl": "PRIVATE" \} \} \}/)
    }
    assert.equal(await codeOf(stage.admin.collection('nowhere').add({ n: 1 })), 'DATABASE_COLLECTION_NOT_EXIST')
  })

  test('users cannot create any; one created by an administrator is PRIVATE', async () => {
    const [alice, bobby] = [await stage.user('alice'), await stage.user('bobby')]
    assert.equal(await codeOf(alice.app.database().createCollection('made')), DENIED)
    const byNobody = await webAction(stage.server, { action: 'database.addCollection', collectionName: 'made' })
    assert.equal(byNobody.code, DENIED)
    assert.equal(await codeOf(stage.admin.createCollection('made')), undefined)
    assert.equal(await codeOf(stage.admin.createCollection('made')), 'DATABASE_COLLECTION_ALREADY_EXIST')
    assert.equal(await codeOf(stage.admin.createCollection('PRIVATE')), 'DATABASE_COLLECTION_ALREADY_EXIST')
    await alice.app.database().collection('made').add({ _id: 'hers' })
    assert.equal((await bobby.app.database().collection('made').count()).total, 0)
    assert.equal((await alice.app.database().collection('made').count()).total, 1)
    const read = await webAction(stage.server, { action: 'database.queryDocument', collectionName: 'made' })
    assert.equal(read.code, DENIED)
  })

  test('a changed acl in the configuration applies to the next call; an invalid edit changes nothing', async () => {
    const bobby = (await stage.user('bobby')).app.database()
    await stage.admin.collection('PRIVATE').add([{ _id: 'own', _openid: 'alice' }, { _id: 'two' }, { _id: 'three' }])
    assert.equal((await bobby.collection('PRIVATE').count()).total, 0)
    await stage.server.writeConfig(config({ PRIVATE: { acl: 'READONLY' }, added: { acl: 'ADMINWRITE' } }))
    await eventually(async () => assert.equal((await bobby.collection('PRIVATE').count()).total, 3))
    assert.equal((await bobby.collection('PRIVATE').doc('own').remove()).deleted, 0)
    assert.equal(await codeOf(bobby.collection('added').get()), undefined)
    assert.equal(await codeOf(bobby.collection('added').add({ n: 1 })), DENIED)
    await stage.server.writeConfig(config({ PRIVATE: { acl: 'EVERYBODY' } }))
    await eventually(async () => assert.match(stage.server.log(), /PRIVATE\.acl is not valid: expected READONLY/))
    assert.equal((await bobby.collection('PRIVATE').count()).total, 3)
    await stage.server.writeConfig(config(DECLARED))
    await eventually(async () => assert.equal((await bobby.collection('PRIVATE').count()).total, 0))
    assert.equal(await codeOf(bobby.collection('added').get()), 'DATABASE_COLLECTION_NOT_EXIST')
  })
})

describe('indexes', () => {
  const UNIQUE = { indexes: [{ fields: { email: 1 }, unique: true }] }

  test('a unique index applies to everyone, also to updates, and includes documents that the user cannot read', async () => {
    await stage.server.writeConfig(config({ ...DECLARED, people: { acl: 'PRIVATE', ...UNIQUE } }))
    const [alice, bobby] = [await stage.user('alice'), await stage.user('bobby')].map((made) => made.app.database())
    assert.ok(alice && bobby)
    await eventually(async () => assert.equal(await codeOf(alice.collection('people').get()), undefined))
    assert.equal(await codeOf(alice.collection('people').add({ _id: 'a', email: 'a@x' })), undefined)
    assert.equal(await codeOf(bobby.collection('people').add({ email: 'a@x' })), 'DATABASE_DUPLICATE_WRITE')
    assert.equal(await codeOf(bobby.collection('people').add({ _id: 'b', email: 'b@x' })), undefined)
    const update = bobby.collection('people').doc('b').update({ email: 'a@x' })
    assert.equal(await codeOf(update), 'DATABASE_DUPLICATE_WRITE')
    assert.equal(await codeOf(stage.admin.collection('people').add({ email: 'b@x' })), 'DATABASE_DUPLICATE_WRITE')
    // A missing field counts as null, so one document may lack it.
    assert.equal(await codeOf(stage.admin.collection('people').add({ _id: 'c' })), undefined)
    assert.equal(await codeOf(stage.admin.collection('people').add({ _id: 'd' })), 'DATABASE_DUPLICATE_WRITE')
    assert.equal((await stage.admin.collection('people').count()).total, 3)
    await bobby.collection('people').doc('b').remove()
    assert.equal(await codeOf(alice.collection('people').add({ email: 'b@x' })), undefined)
  })

  test('equal documents come in the order of their ids, whatever the index', async () => {
    const indexes = {
      none: [],
      same: ['part'],
      other: [{ fields: { part: -1 } }],
      more: [{ fields: { part: 1, n: -1 } }],
    }
    const declared = Object.entries(indexes).map(([name, list]) => [name, { acl: 'PRIVATE', indexes: list }])
    await stage.server.writeConfig(config({ ...DECLARED, ...Object.fromEntries(declared) }))
    const documents = Array.from({ length: 60 }, (_, n) => ({ _id: `d${10 + n}`, n, part: n % 3 }))
    const idsOf = (part: number) => documents.filter((one) => one.part === part).map(({ _id }) => _id)
    const ascending = [0, 1, 2].flatMap(idsOf)
    for (const name of Object.keys(indexes)) {
      const things = stage.admin.collection(name)
      await eventually(async () => assert.equal(await codeOf(things.count()), undefined))
      await things.add(documents)
      const page = async (direction: 'asc' | 'desc', skip: number) =>
        (await things.orderBy('part', direction).skip(skip).limit(15).get()).data.map(({ _id }) => _id)
      for (const skip of [0, 15, 30, 45]) {
        assert.deepEqual(await page('asc', skip), ascending.slice(skip, skip + 15), name)
        assert.deepEqual(await page('desc', skip), ascending.toReversed().slice(skip, skip + 15), name)
      }
    }
  })

  test('an index added to existing data: queries stay correct during and after the build, unique ones are enforced', async () => {
    const plain = { ...DECLARED, tests: { acl: 'PRIVATE' }, twice: { acl: 'PRIVATE' } }
    await stage.server.writeConfig(config(plain))
    const tests = stage.admin.collection('tests')
    await eventually(async () => assert.equal(await codeOf(tests.count()), undefined))
    await tests.add(Array.from({ length: 900 }, (_, n) => ({ n, tags: [`t${n % 7}`, `u${n % 3}`], email: `${n}@x` })))
    await stage.admin.collection('twice').add([{ email: 'same' }, { email: 'same' }])
    const indexes = ['n', 'tags', ...UNIQUE.indexes]
    await stage.server.writeConfig(
      config({ ...plain, tests: { acl: 'PRIVATE', indexes }, twice: { acl: 'PRIVATE', ...UNIQUE } }),
    )
    const { command: _ } = stage.admin
    const right = async () => {
      assert.equal((await tests.where({ n: _.gte(850) }).count()).total, 50)
      assert.equal((await tests.where({ tags: _.in(['t1', 'u1']) }).count()).total, 386)
      const first = (await tests.orderBy('n', 'desc').limit(3).get()).data.map(({ n }) => n)
      assert.deepEqual(first, [899, 898, 897])
    }
    // Waits for the log, because a duplicate during the build would make it fail.
    await eventually(async () => {
      await right()
      const ready = stage.server.log().match(/index is ready collection=tests /g) ?? []
      assert.equal(ready.length, indexes.length)
    })
    await right()
    assert.equal(await codeOf(tests.add({ _id: 'probe', email: '5@x' })), 'DATABASE_DUPLICATE_WRITE')
    assert.equal((await tests.count()).total, 900)
    await eventually(async () => {
      await stage.admin.collection('twice').count()
      assert.match(stage.server.log(), /not unique/)
    })
    assert.equal((await stage.admin.collection('twice').count()).total, 2)
    assert.equal(await codeOf(stage.admin.collection('twice').where({}).update({ seen: true })), undefined)
  })
})
