/** The four presets: who reads, creates, updates and removes which documents. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { loginAnonymously, loginByOpenId } from './support/clients.ts'
import { adminDatabase, codeOf, openStage, type Stage, webAction } from './support/databases.ts'
import type { Database } from './support/sdk.ts'

const PRESETS = ['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'] as const
type Preset = (typeof PRESETS)[number]

const DENIED = 'DATABASE_PERMISSION_DENIED'

let stage: Stage

before(async () => {
  const collections = Object.fromEntries(PRESETS.map((acl) => [acl, { acl }]))
  // `dev`, so that WeChat logins work without WeChat.
  stage = await openStage({ mode: 'dev', config: { database: { collections } } })
})
after(() => stage.close())

/** What a preset grants: all documents, those of the caller, or nothing. */
type Reach = 'all' | 'own' | 'denied'
interface Rights {
  readonly read: Reach
  readonly create: 'granted' | 'denied'
  readonly write: Reach
}

const EVERYTHING: Rights = { read: 'all', create: 'granted', write: 'all' }
const NOTHING: Rights = { read: 'denied', create: 'denied', write: 'denied' }
const LOOKING: Rights = { read: 'all', create: 'denied', write: 'denied' }

const USER_RIGHTS: Readonly<Record<Preset, Rights>> = {
  READONLY: { read: 'all', create: 'granted', write: 'own' },
  PRIVATE: { read: 'own', create: 'granted', write: 'own' },
  ADMINWRITE: LOOKING,
  ADMINONLY: NOTHING,
}
const ADMIN_RIGHTS: Readonly<Record<Preset, Rights>> = {
  READONLY: EVERYTHING,
  PRIVATE: EVERYTHING,
  ADMINWRITE: EVERYTHING,
  ADMINONLY: EVERYTHING,
}

interface Role {
  readonly name: string
  readonly rights: Readonly<Record<Preset, Rights>>
  /** The database of this caller, and the `_openid` of the caller's documents. */
  enter(): Promise<{ database: Database; owner: string | undefined }>
}

const ROLES: readonly Role[] = [
  {
    name: 'an anonymous user',
    rights: USER_RIGHTS,
    async enter() {
      const made = stage.phone()
      const { uid } = await loginAnonymously(made)
      return { database: made.app.database(), owner: uid }
    },
  },
  {
    name: 'a user by custom ticket',
    rights: USER_RIGHTS,
    enter: async () => ({ database: (await stage.user('alice')).app.database(), owner: 'alice' }),
  },
  {
    name: 'a user by custom ticket with js-sdk 3.7.0',
    rights: USER_RIGHTS,
    enter: async () => ({
      database: (await stage.user('alice', { sdk: '3.7.0' })).app.database(),
      owner: 'alice',
    }),
  },
  {
    name: 'a WeChat user',
    rights: USER_RIGHTS,
    async enter() {
      const made = stage.phone({ loginCode: 'dev:alice' })
      const { openid } = await loginByOpenId(made)
      assert.ok(openid)
      return { database: made.app.database(), owner: openid }
    },
  },
  {
    name: 'an administrator by node-sdk, signed',
    rights: ADMIN_RIGHTS,
    enter: async () => ({ database: adminDatabase(stage.server, stage.apiKey), owner: undefined }),
  },
  {
    name: 'an administrator by node-sdk with the api key',
    rights: ADMIN_RIGHTS,
    enter: async () => ({ database: adminDatabase(stage.server, stage.apiKey, 'apiKey'), owner: undefined }),
  },
  {
    name: 'an administrator by js-sdk with the api key',
    rights: ADMIN_RIGHTS,
    enter: async () => ({
      database: stage.phone({ init: { accessKey: stage.apiKey.apiKey } }).app.database(),
      owner: undefined,
    }),
  },
]

/** Which of `own`, `foreign` and `unowned` a caller reaches. */
function reached(reach: Reach, owner: string | undefined): string[] {
  if (reach === 'all') return owner === undefined ? ['foreign', 'unowned'] : ['foreign', 'own', 'unowned']
  return reach === 'own' ? ['own'] : []
}

async function refill(acl: Preset, owner: string | undefined): Promise<string[]> {
  const things = stage.admin.collection(acl)
  await things.where({}).remove()
  await things.add({ _id: 'foreign', _openid: 'somebody-else', n: 0 })
  await things.add({ _id: 'unowned', n: 0 })
  if (owner !== undefined) await things.add({ _id: 'own', _openid: owner, n: 0 })
  return owner === undefined ? ['foreign', 'unowned'] : ['foreign', 'own', 'unowned']
}

const ids = (documents: readonly Record<string, unknown>[]) => documents.map(({ _id }) => _id)

describe('presets', () => {
  for (const role of ROLES) {
    describe(role.name, () => {
      let database: Database
      let owner: string | undefined

      before(async () => {
        const entered = await role.enter()
        database = entered.database
        owner = entered.owner
      })

      for (const acl of PRESETS) {
        const { read, create, write } = role.rights[acl]

        test(`${acl}: reads ${read}`, async () => {
          const present = await refill(acl, owner)
          const things = database.collection(acl)
          const mine = reached(read, owner)
          if (read === 'denied') {
            assert.equal(await codeOf(things.get()), DENIED)
            assert.equal(await codeOf(things.where({ n: 0 }).count()), DENIED)
            for (const id of [...present, 'missing']) assert.equal(await codeOf(things.doc(id).get()), DENIED, id)
            return
          }
          assert.deepEqual(ids((await things.orderBy('_id', 'asc').get()).data), mine)
          assert.deepEqual(ids((await things.where({ n: 0 }).orderBy('_id', 'asc').get()).data), mine)
          assert.equal((await things.count()).total, mine.length)
          assert.equal((await things.where({ n: 0 }).count()).total, mine.length)
          for (const id of present) {
            assert.deepEqual(ids((await things.doc(id).get()).data), mine.includes(id) ? [id] : [], id)
          }
        })

        test(`${acl}: creating is ${create}`, async () => {
          await refill(acl, owner)
          const things = database.collection(acl)
          assert.equal(await codeOf(things.add({ _id: 'new', n: 1 })), create === 'denied' ? DENIED : undefined)
          const [stored] = (await stage.admin.collection(acl).doc('new').get()).data
          if (create === 'denied') assert.equal(stored, undefined)
          else assert.deepEqual(stored, { _id: 'new', n: 1, ...(owner !== undefined && { _openid: owner }) })
          const upserted = await codeOf(things.doc('set').set({ n: 1 }))
          assert.equal(upserted, create === 'denied' ? DENIED : undefined)
        })

        test(`${acl}: updates and removes ${write}`, async () => {
          const present = await refill(acl, owner)
          const things = database.collection(acl)
          const mine = reached(write, owner)
          const stored = async () => {
            const { data } = await stage.admin.collection(acl).orderBy('_id', 'asc').get()
            return data.map(({ _id, n }) => [_id, n])
          }
          if (write === 'denied') {
            const before = await stored()
            for (const id of [...present, 'missing']) {
              assert.equal(await codeOf(things.doc(id).update({ n: 1 })), DENIED, id)
              assert.equal(await codeOf(things.doc(id).set({ n: 1 })), DENIED, id)
              assert.equal(await codeOf(things.doc(id).remove()), DENIED, id)
            }
            assert.equal(await codeOf(things.where({ n: 0 }).update({ n: 1 })), DENIED)
            assert.equal(await codeOf(things.where({ n: 0 }).remove()), DENIED)
            assert.deepEqual(await stored(), before)
            return
          }
          const after = (n: number) => present.map((id) => [id, mine.includes(id) ? n : 0])
          for (const id of present) {
            const expected = mine.includes(id) ? 1 : 0
            assert.equal((await things.doc(id).update({ n: 1 })).updated, expected, id)
          }
          assert.deepEqual(await stored(), after(1))
          assert.equal((await things.where({}).update({ n: 2 })).updated, mine.length)
          assert.deepEqual(await stored(), after(2))
          for (const id of present) {
            const { updated, upsertedId, code } = await things.doc(id).set({ n: 3 })
            assert.deepEqual([updated, upsertedId, code], [mine.includes(id) ? 1 : 0, undefined, undefined], id)
          }
          assert.deepEqual(await stored(), after(3))
          const [foreign] = (await stage.admin.collection(acl).doc('foreign').get()).data
          assert.equal(foreign?._openid, 'somebody-else')
          const last = mine.at(-1) ?? ''
          assert.equal((await things.doc(last).remove()).deleted, 1)
          assert.equal((await things.where({}).remove()).deleted, mine.length - 1)
          assert.deepEqual(
            await stored(),
            after(0).filter(([id]) => !mine.includes(String(id))),
          )
          for (const id of present) assert.equal((await things.doc(id).remove()).deleted, 0, id)
        })
      }
    })
  }
})

// Plain HTTP, because the client SDK sends nothing without a login.
describe('nobody', () => {
  const readable: Readonly<Record<Preset, boolean>> = {
    READONLY: true,
    PRIVATE: false,
    ADMINWRITE: true,
    ADMINONLY: false,
  }
  const DOC = { queryType: 'DOC', multi: false, query: { _id: 'foreign' } }
  const WHERE = { queryType: 'WHERE', multi: true, query: { n: 0 } }
  const patch = { merge: true, upsert: false, data: { $set: { n: 1 } } }
  const writes = [
    { action: 'database.addDocument', data: { n: 1 } },
    { action: 'database.updateDocument', ...DOC, ...patch },
    { action: 'database.updateDocument', ...WHERE, ...patch },
    { action: 'database.updateDocument', ...DOC, merge: false, upsert: true, data: { n: 1 } },
    { action: 'database.updateDocument', ...DOC, ...patch, upsert: true, query: { _id: 'new' } },
    { action: 'database.updateDocument', ...DOC, ...patch, data: {} },
    { action: 'database.deleteDocument', ...DOC },
    { action: 'database.deleteDocument', ...WHERE },
    { action: 'database.deleteDocument', queryType: 'WHERE', multi: true },
  ]

  for (const acl of PRESETS) {
    test(`${acl}: ${readable[acl] ? 'reads all' : 'reads nothing'}, writes nothing`, async () => {
      await refill(acl, undefined)
      const before = (await stage.admin.collection(acl).get()).data
      const ask = (params: object) => webAction(stage.server, { collectionName: acl, ...params })
      const doc = await ask({ action: 'database.queryDocument', ...DOC })
      const where = await ask({ action: 'database.queryDocument', ...WHERE })
      const count = await ask({ action: 'database.countDocument', queryType: 'WHERE' })
      if (readable[acl]) {
        assert.deepEqual(ids(doc.data?.list as []), ['foreign'])
        assert.deepEqual(ids(where.data?.list as []), ['foreign', 'unowned'])
        assert.equal(count.data?.total, 2)
      } else for (const { code } of [doc, where, count]) assert.equal(code, DENIED)
      for (const params of writes) assert.equal((await ask(params)).code, DENIED, JSON.stringify(params))
      assert.deepEqual((await stage.admin.collection(acl).get()).data, before)
    })
  }
})
