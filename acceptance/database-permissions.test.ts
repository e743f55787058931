/** `_openid` and the rights based on it, and attempts to bypass them; the same user after a restart. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createPhone, loginAnonymously, loginByOpenId, loginByTicket, type Phone } from './support/clients.ts'
import { accessTokenOf, adminDatabase, openStage, type Stage, webAction } from './support/databases.ts'
import { startServer } from './support/server.ts'

const DENIED = 'DATABASE_PERMISSION_DENIED'

let stage: Stage

before(async () => {
  const collections = { PRIVATE: { acl: 'PRIVATE' }, READONLY: { acl: 'READONLY' } }
  // `dev`, so that WeChat logins work without WeChat.
  stage = await openStage({ mode: 'dev', config: { database: { collections } } })
})
after(() => stage.close())

const ids = (documents: readonly Record<string, unknown>[]) => documents.map(({ _id }) => _id)

async function refill(acl: 'PRIVATE' | 'READONLY', owner: string | undefined): Promise<void> {
  const things = stage.admin.collection(acl)
  await things.where({}).remove()
  await things.add({ _id: 'foreign', _openid: 'somebody-else', n: 0 })
  await things.add({ _id: 'unowned', n: 0 })
  if (owner !== undefined) await things.add({ _id: 'own', _openid: owner, n: 0 })
}

describe('_openid is set by the server', () => {
  const BAD_OPERATOR = 'DATABASE_INVALID_OPERRATOR'
  const own = { query: { _id: 'own' }, queryType: 'DOC', multi: false }
  const update = (data: unknown, more: object = {}) => ({
    action: 'database.updateDocument',
    ...own,
    merge: true,
    upsert: false,
    data,
    ...more,
  })
  const replace = (data: unknown, more: object = {}) => update(data, { merge: false, upsert: true, ...more })
  const add = (data: unknown, more: object = {}) => ({ action: 'database.addDocument', data, ...more })
  const proto = JSON.parse('{"__proto__": {"_openid": "victim"}, "n": 1}') as object

  const operand: Record<string, unknown> = {
    $set: 'victim',
    $unset: '',
    $inc: 1,
    $mul: 2,
    $min: '',
    $max: 'zzz',
    $rename: 'elsewhere',
    $bit: { or: 1 },
    $push: 'victim',
    $pop: 1,
    $pull: 'alice',
    $pullAll: ['alice'],
    $addToSet: 'victim',
  }

  const TRICKS: [name: string, params: Record<string, unknown>, code: string][] = [
    ['add with it', add({ _openid: 'victim' }), DENIED],
    ['add with it as null', add({ _openid: null }), DENIED],
    ['add with it as a list', add({ _openid: ['alice', 'victim'] }), DENIED],
    ['add with a dotted name', add({ '_openid.x': 1 }), DENIED],
    ['add several, one with it', add([{ n: 1 }, { _openid: 'victim' }]), DENIED],
    ['add through __proto__', add(proto), 'INVALID_PARAM'],
    ['replace with it', replace({ _openid: 'victim' }), DENIED],
    ['replace with another _id', replace({ _id: 'other' }), 'INVALID_PARAM'],
    ['replace with operators', replace({ $set: { _openid: 'victim' } }), 'INVALID_PARAM'],
    ['replace many', replace({ n: 1 }, { multi: true }), 'INVALID_PARAM'],
    ['replace through __proto__', replace(proto), 'INVALID_PARAM'],
    ['an update without operators', update({ _openid: 'victim' }), BAD_OPERATOR],
    ...Object.entries(operand).map(([operator, value]): [string, Record<string, unknown>, string] => [
      `${operator} of it`,
      update({ [operator]: { _openid: value } }),
      DENIED,
    ]),
    ['$set below it', update({ $set: { '_openid.x': 'victim' } }), DENIED],
    ['$set at a position of it', update({ $set: { '_openid.0': 'v' } }), DENIED],
    ['$rename into it', update({ $rename: { n: '_openid' } }), DENIED],
    ['$rename below it', update({ $rename: { n: '_openid.x' } }), DENIED],
    ['$set and $rename into it', update({ $set: { v: 'victim' }, $rename: { v: '_openid' } }), DENIED],
    ['$setOnInsert of it', update({ $setOnInsert: { _openid: 'victim' } }, { upsert: true }), BAD_OPERATOR],
    ['$currentDate of it', update({ $currentDate: { _openid: true } }), BAD_OPERATOR],
    ['$set of __proto__', update({ $set: { '__proto__._openid': 'victim' } }), 'INVALID_PARAM'],
    ['a pipeline', update([{ $set: { _openid: 'victim' } }]), 'INVALID_PARAM'],
    ['the _id', update({ $set: { _id: 'other' } }), 'INVALID_PARAM'],
    ['$rename into the _id', update({ $rename: { n: '_id' } }), 'INVALID_PARAM'],
    ...['victim', { $eq: 'victim' }].map((openid): [string, Record<string, unknown>, string] => [
      `an upsert whose query names it ${JSON.stringify(openid)}`,
      update({ $set: { n: 1 } }, { upsert: true, query: { _id: 'new', _openid: openid } }),
      DENIED,
    ]),
    [
      'an upsert whose query names it within $and',
      update({ $set: { n: 1 } }, { upsert: true, query: { _id: 'new', $and: [{ _openid: 'victim' }] } }),
      DENIED,
    ],
    [
      'an upsert whose query names something below it',
      update({ $set: { n: 1 } }, { upsert: true, query: { _id: 'new', '_openid.x': 'victim' } }),
      DENIED,
    ],
  ]

  let alice: Phone
  let token: string

  before(async () => {
    alice = await stage.user('alice')
    token = await accessTokenOf(alice)
  })

  for (const acl of ['PRIVATE', 'READONLY'] as const) {
    test(`${acl}: no request of a client sets, changes, removes or moves it`, async () => {
      const things = stage.admin.collection(acl)
      await refill(acl, 'alice')
      const stored = async () => (await things.orderBy('_id', 'asc').get()).data
      const before = await stored()
      for (const [name, params, code] of TRICKS) {
        const answer = await webAction(stage.server, { access_token: token, collectionName: acl, ...params })
        assert.equal(answer.code, code, `${name}: ${JSON.stringify(answer)}`)
        assert.deepEqual(await stored(), before, name)
      }
    })

    test(`${acl}: an upsert neither takes over nor copies the document of another user`, async () => {
      await refill(acl, 'alice')
      const before = (await stage.admin.collection(acl).doc('foreign').get()).data
      for (const params of [
        replace({ n: 9 }, { query: { _id: 'foreign' } }),
        update({ $set: { n: 9 } }, { query: { _id: 'foreign' }, upsert: true }),
        replace({ _id: 'foreign', n: 9 }, { query: { n: 12345 }, queryType: 'WHERE' }),
      ]) {
        const { data, code } = await webAction(stage.server, { access_token: token, collectionName: acl, ...params })
        assert.ok(code === 'DATABASE_DUPLICATE_WRITE' || data?.updated === 0, JSON.stringify({ code, data }))
        assert.equal(data?.upserted_id, undefined)
      }
      assert.deepEqual((await stage.admin.collection(acl).doc('foreign').get()).data, before)
      assert.equal((await stage.admin.collection(acl).count()).total, 3)
    })

    test(`${acl}: a replacement keeps, and an upsert by query gets, the _openid of the caller`, async () => {
      const things = alice.app.database().collection(acl)
      await refill(acl, 'alice')
      await things.doc('own').set({ n: 5 })
      const query = { _id: 'made', n: 1, _openid: '{openid}' }
      await webAction(stage.server, {
        access_token: token,
        collectionName: acl,
        ...update({ $set: { m: 1 } }, { upsert: true, query }),
      })
      const documents = (await stage.admin.collection(acl).where({ _openid: 'alice' }).orderBy('_id', 'asc').get()).data
      assert.deepEqual(documents, [
        { _id: 'made', _openid: 'alice', n: 1, m: 1 },
        { _id: 'own', _openid: 'alice', n: 5 },
      ])
    })
  }

  test('PRIVATE: no condition finds documents of others', async () => {
    await refill('PRIVATE', 'alice')
    const database = alice.app.database()
    const { command: _ } = database
    const queries: object[] = [
      {},
      { _openid: 'somebody-else' },
      { _openid: _.neq('alice') },
      { _openid: _.exists(false) },
      { _openid: _.in(['alice', 'somebody-else', null]) },
      { _openid: /.*/ },
      { _id: _.in(['foreign', 'own', 'unowned']) },
      _.or([{ _openid: 'somebody-else' }, { _id: 'foreign' }, { n: 0 }]),
      _.nor([{ _openid: 'alice' }]),
      { _openid: _.not(_.eq('alice')) },
    ]
    for (const query of queries) {
      const found = ids((await database.collection('PRIVATE').where(query).get()).data)
      assert.deepEqual(
        found.filter((id) => id !== 'own'),
        [],
        JSON.stringify(query),
      )
      const { total } = await database.collection('PRIVATE').where(query).count()
      assert.equal(total, found.length)
    }
  })

  test('administrators may set it, and add none by default', async () => {
    await stage.admin.collection('PRIVATE').where({}).remove()
    const byKey = stage.phone({ init: { accessKey: stage.apiKey.apiKey } }).app.database()
    await byKey.collection('PRIVATE').add({ _id: 'plain' })
    await stage.admin.collection('PRIVATE').add({ _id: 'given', _openid: 'alice' })
    await byKey.collection('PRIVATE').doc('plain').update({ _openid: 'alice' })
    const seen = (await alice.app.database().collection('PRIVATE').orderBy('_id', 'asc').get()).data
    assert.deepEqual(ids(seen), ['given', 'plain'])
  })

  test('{openid} and {uid} are those of the caller', async () => {
    const anonymous = stage.phone()
    const { uid } = await loginAnonymously(anonymous)
    const wechat = stage.phone({ loginCode: 'dev:alice' })
    const { openid } = await loginByOpenId(wechat)
    for (const [who, owner] of [
      [anonymous, uid],
      [alice, 'alice'],
      [wechat, openid],
    ] as const) {
      await refill('READONLY', owner)
      const { command: _ } = who.app.database()
      const things = who.app.database().collection('READONLY')
      assert.deepEqual(ids((await things.where({ _openid: '{openid}' }).get()).data), ['own'], owner)
      assert.deepEqual(ids((await things.where({ _openid: _.eq('{openid}') }).get()).data), ['own'], owner)
      assert.equal((await things.where({ _openid: _.neq('{openid}') }).count()).total, 2, owner)
    }
    await stage.admin.collection('READONLY').add({ by: uid })
    assert.equal((await anonymous.app.database().collection('READONLY').where({ by: '{uid}' }).count()).total, 1)
  })
})

describe('after a restart of the server', () => {
  test('users stay the same: a login stays valid, and a new one sees the same documents', async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-acceptance-data-'))
    t.after(() => rm(dataDir, { recursive: true, force: true }))
    const options = { dataDir, config: { database: { collections: { notes: { acl: 'PRIVATE' } } } } }
    const first = await startServer(options)
    const key = await first.loginKey()
    const one = createPhone(first)
    t.after(() => one.dispose())
    const { uid } = await loginByTicket(one, key, 'alice')
    await one.app.database().collection('notes').add({ _id: 'note', text: '笔记' })
    await adminDatabase(first, await first.apiKey()).createCollection('made')
    assert.equal(await first.stop(), 0)

    const second = await startServer({ ...options, port: first.port })
    t.after(() => second.stop())
    const again = await one.app.database().collection('notes').doc('note').get()
    assert.equal(again.data?.[0]?.text, '笔记')
    const other = createPhone(second)
    t.after(() => other.dispose())
    assert.equal((await loginByTicket(other, key, 'alice')).uid, uid)
    assert.equal((await other.app.database().collection('notes').doc('note').update({ text: 'new' })).updated, 1)
    assert.equal((await other.app.database().collection('made').get()).code, undefined)
    const stranger = createPhone(second)
    t.after(() => stranger.dispose())
    await loginByTicket(stranger, key, 'bobby')
    assert.deepEqual((await stranger.app.database().collection('notes').doc('note').get()).data, [])
    // `start` logs less than `dev`.
    const { code, message } = await stranger.app.database().collection('nowhere').get()
    assert.equal(code, 'DATABASE_COLLECTION_NOT_EXIST')
    assert.doesNotMatch(message ?? '', /acl/)
  })
})
