import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Caller,
  CloudsteadError,
  type DocumentObject,
  decodeWebValue,
  encodeWebValue,
  NOBODY,
  personOf,
  type UserCaller,
} from '@cloudstead/protocol'
import { compileDatabaseRules } from '@cloudstead/rules'
import { loadRules, parseCaseFile, runCases } from '@cloudstead/rules/testing'
import fc from 'fast-check'
import { DeniedError } from '../decisions/denied-error.ts'
import { ADMIN, openDatabase, type TestDatabase, user } from './database.fixture.ts'
import type { DocumentQuestion } from './simulate.ts'

const NOW = Date.UTC(2026, 0, 1)
const ALICE = user('u1', { customUserId: 'alice' })
const BOB = user('u2', { openid: 'oBob' })
const GUEST: UserCaller = { ...user('u3'), loginType: 'ANONYMOUS' }

const OWN = 'auth != null && doc._openid == auth.openid'
const RULES = [
  'READONLY',
  'PRIVATE',
  'ADMINWRITE',
  'ADMINONLY',
  { read: OWN, create: 'auth != null', write: OWN },
  { read: `doc.public == true || ${OWN}`, write: OWN, delete: false },
  {
    read: true,
    create: 'request.data.n > 0',
    update: `${OWN} && request.data.n == null`,
    delete: "doc.status == 'open'",
  },
  {
    read: "get('database.members.' + auth.openid).role == 'mod'",
    write: "get('database.members.' + doc._openid) != null",
  },
  { read: 'doc.until > now', update: 'doc.secret == null && request.data.secret == null' },
  { write: false },
] as const

const DOCUMENTS: readonly DocumentObject[] = [
  { _id: 'a1', _openid: 'alice', status: 'open', n: 1, until: new Date(NOW + 1000) },
  { _id: 'b1', _openid: 'oBob', status: 'paid', public: true, secret: 'x' },
  { _id: 'x1', n: 4 },
  { _id: 7, _openid: 'u3', status: 'open' },
]
const MEMBERS: readonly DocumentObject[] = [
  { _id: 'alice', role: 'mod' },
  { _id: 'oBob', role: 'user' },
]

const data = fc.record(
  {
    n: fc.constantFrom<DocumentObject[string]>(0, 5, null),
    status: fc.constantFrom('open', 'paid'),
    secret: fc.constantFrom('y', null),
    until: fc.constant(new Date(NOW)),
  },
  { requiredKeys: [] },
)
const which = fc.oneof(
  fc.record({ doc: fc.constantFrom<string | number>('a1', 'b1', 'x1', 7, 'none') }),
  fc.record({
    where: fc.constantFrom<DocumentObject>(
      {},
      { _openid: '{openid}' },
      { _openid: '{openid}', status: 'open' },
      { public: true },
      { status: /^o/ },
      { status: { $regex: '^o', $options: 'i' } },
      { $or: [{ _openid: '{openid}' }, { public: true }] },
      { _id: 'a1', status: 'open' },
      { until: { $gt: new Date(NOW) } },
    ),
  }),
)
const change = fc.oneof(
  data.filter((fields) => Object.keys(fields).length > 0).map(($set): DocumentObject => ({ $set })),
  fc.constantFrom<DocumentObject>({ $inc: { n: -1 } }, { $set: { _openid: 'eve' } }, { $unset: { secret: '' } }),
)
const question: fc.Arbitrary<Omit<DocumentQuestion, 'caller' | 'collection'>> = fc.oneof(
  which.map((which) => ({ action: 'read' as const, ...which })),
  which.map((which) => ({ action: 'delete' as const, ...which })),
  fc.tuple(which, change).map(([which, data]) => ({ action: 'update' as const, ...which, data })),
  data.map((data) => ({ action: 'create' as const, data })),
  fc
    .tuple(fc.constantFrom<string | number>('a1', 'b1', 7, 'new'), data)
    .map(([doc, data]) => ({ action: 'set' as const, doc, data })),
)

async function open(t: Parameters<typeof openDatabase>[0], acl: unknown): Promise<TestDatabase> {
  const collections = { orders: { acl, indexes: [] }, members: 'ADMINONLY' } as const
  const opened = await openDatabase(t, collections, { now: () => NOW })
  await opened.database.insert(ADMIN, 'orders', DOCUMENTS)
  await opened.database.insert(ADMIN, 'members', MEMBERS)
  return opened
}

/** The result of a real request: the denial, or whether the one document that it names was found. */
async function meet(database: TestDatabase['database'], { caller, action, doc, where, data = {} }: DocumentQuestion) {
  // Decoded as at the edge.
  const query = decodeWebValue(encodeWebValue(doc === undefined ? (where ?? {}) : { _id: doc }), NOW) as DocumentObject
  const request = { collection: 'orders', query }
  try {
    switch (action) {
      case 'read':
        return (await database.find(caller, request)).length > 0
      case 'delete':
        return (await database.remove(caller, { ...request, multi: doc === undefined })) > 0
      case 'create':
        return (await database.insert(caller, 'orders', [data])).length > 0
      case 'update': {
        const { matched } = await database.update(caller, { ...request, data, multi: doc === undefined, upsert: false })
        return matched > 0
      }
      case 'set': {
        const done = await database.replace(caller, { ...request, data, multi: false, upsert: true })
        return done.matched > 0 || done.upsertedId !== undefined
      }
    }
  } catch (error) {
    if (error instanceof CloudsteadError && error.code === 'DATABASE_PERMISSION_DENIED') return error
    throw error
  }
}

describe('a simulation of a request about documents', () => {
  for (const rules of RULES) {
    test(`gives the result of the request under ${JSON.stringify(rules)}`, async (t) => {
      const { database } = await open(t, rules)
      const restore = async () => {
        for (const collection of ['orders', 'members']) await database.remove(ADMIN, { collection, multi: true })
        await database.insert(ADMIN, 'orders', DOCUMENTS)
        await database.insert(ADMIN, 'members', MEMBERS)
      }
      const tested = loadRules({ database: { collections: { orders: { acl: rules } } } })
      const callers = fc.constantFrom<DocumentQuestion['caller']>(NOBODY, ALICE, BOB, GUEST)
      await fc.assert(
        fc.asyncProperty(callers, question, async (caller, given) => {
          const asking = { caller, collection: 'orders', ...given }
          const simulated = await database.simulate(asking)
          const { allowed, explanation } = simulated
          assert.equal(explanation.allowed, allowed)
          assertCase(simulated.asked, caller, allowed, tested)

          const met = await meet(database, asking)
          await restore()
          if (met instanceof CloudsteadError) assert.equal(allowed, false)
          else if (given.doc !== undefined && typeof rules === 'string') {
            // A preset filters: a hidden document is not found, and a missing one may be queried.
            assert.equal(allowed, met || (given.doc === 'none' && explanation.reason.en.startsWith('allowed')))
          } else assert.equal(allowed, true)
          if (met instanceof DeniedError) {
            assert.deepEqual(met.explain(), explanation)
            assert.deepEqual(met.case, { as: personOf(caller), ...simulated.asked, expect: 'denied' })
          }
        }),
        { numRuns: 150 },
      )
    })
  }

  /** The test case of a simulation has the same result. */
  function assertCase(
    asked: Readonly<Record<string, unknown>>,
    caller: Caller,
    allowed: boolean,
    rules: ReturnType<typeof loadRules>,
  ) {
    const cases = [{ as: personOf(caller), ...asked, expect: 'allowed' }]
    // Documents that were looked up are part of the case.
    const documents = { orders: DOCUMENTS.map((document) => ({ ...document })) }
    const [result] = runCases(
      parseCaseFile(JSON.stringify({ documents: jsonOf(documents), cases }), NOW),
      rules,
    ).results
    assert.equal(result?.decided, allowed ? 'allowed' : 'denied', JSON.stringify(cases))
  }

  test('changes nothing', async (t) => {
    const { database } = await open(t, { read: true, write: true })
    const before = await database.find(ADMIN, { collection: 'orders' })
    for (const given of [
      { action: 'create', data: { n: 1 } },
      { action: 'update', where: {}, data: { $set: { n: 9 } } },
      { action: 'delete', where: {} },
      { action: 'set', doc: 'a1', data: { n: 1 } },
    ] as const) {
      assert.equal((await database.simulate({ caller: BOB, collection: 'orders', ...given })).allowed, true)
    }
    assert.deepEqual(await database.find(ADMIN, { collection: 'orders' }), before)
  })

  test('uses the assumed documents instead of the stored ones, and other rules', async (t) => {
    const { database } = await open(t, 'PRIVATE')
    const rules = compileDatabaseRules({ read: "doc.status == 'open' && get('database.members.u1').role == 'mod'" })
    const ask = (more: Partial<DocumentQuestion>) =>
      database.simulate({ caller: ALICE, collection: 'orders', action: 'read', doc: 'b1', rules, ...more })
    const documents = new Map([['members', [{ _id: 'u1', role: 'mod' }]]])
    assert.equal((await ask({})).allowed, false)
    assert.equal((await ask({ documents })).allowed, false)
    assert.equal((await ask({ documents, stored: { _id: 'b1', status: 'open' } })).allowed, true)
    assert.equal((await ask({ documents, stored: null })).allowed, false)
    assert.equal((await ask({ documents, doc: 'a1' })).allowed, true)
    assert.deepEqual((await ask({ documents, doc: 'x1' })).asked, {
      action: 'read',
      collection: 'orders',
      doc: 'x1',
      stored: { _id: 'x1', n: 4 },
      documents: { members: [{ _id: 'u1', role: 'mod' }] },
    })
  })

  test('throws errors that do not depend on rules', async (t) => {
    const { database } = await open(t, { read: true, write: true })
    const ask = (more: Partial<DocumentQuestion>) =>
      database.simulate({ caller: ALICE, collection: 'orders', action: 'read', ...more })
    await assert.rejects(ask({ collection: 'none' }), { code: 'DATABASE_COLLECTION_NOT_EXIST' })
    await assert.rejects(ask({ collection: '../x' }), { code: 'INVALID_PARAM' })
    await assert.rejects(ask({ where: { a: { $where: '1' } } }), { code: 'DATABASE_INVALID_OPERRATOR' })
    await assert.rejects(ask({ action: 'update', data: { $set: { _id: 'x' } } }), { code: 'INVALID_PARAM' })
    await assert.rejects(ask({ action: 'create', data: { 'a.b': 1 } }), { code: 'INVALID_PARAM' })
    const given = await ask({ action: 'create', data: { _openid: 'bob' } })
    assert.deepEqual([given.allowed, given.explanation.reason.zh], [false, '_openid 由服务器写入，不能自己写'])
  })
})

function jsonOf(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, function (this: Record<string, unknown>, key, item: unknown) {
      const own = this[key]
      return own instanceof Date ? { $date: own.toISOString() } : item
    }),
  )
}
