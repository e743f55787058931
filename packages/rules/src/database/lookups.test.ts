import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { DatabaseRuleContext, DocumentData } from './context.ts'
import { type DocumentKey, Lookups, MAX_LOOKUPS } from './lookups.ts'
import { compileDatabaseRules } from './rules.ts'

const STORED: Readonly<Record<string, DocumentData>> = {
  'users/u1': { team: 't1', name: 'Mia' },
  'teams/t1': { owner: 'u1', lead: 'u2' },
  'users/u2': { name: 'Tom' },
  'numbers/5': { n: 5 },
}

const CONTEXT: DatabaseRuleContext = { auth: { uid: 'u1', loginType: 'CUSTOM' }, now: 0, doc: { team: 't1', n: 5 } }

/** A decision, and the documents that were read for it, in order. */
async function settled(rule: string, doc: DocumentData = CONTEXT.doc ?? {}, lookups = new Lookups()) {
  const asked: DocumentKey[] = []
  const rules = compileDatabaseRules({ read: rule })
  const decision = await lookups.settle(
    () => rules.evaluate('read', { ...CONTEXT, doc, documents: lookups }),
    async (key) => {
      asked.push(key)
      return STORED[`${key.collection}/${key.id}`] ?? null
    },
  )
  return {
    allowed: decision.allowed,
    reason: decision.reason,
    asked: asked.map(({ collection, id }) => `${collection}/${id}`),
    keys: asked,
  }
}

describe('documents that rules look up', () => {
  for (const [name, rule, allowed, asked] of [
    ['one', "get('database.teams.' + doc.team).owner == auth.uid", true, ['teams/t1']],
    ['one that is not there', "get('database.teams.nobody') == null", true, ['teams/nobody']],
    ['a member of one that is not there', "get('database.teams.nobody').owner == auth.uid", false, ['teams/nobody']],
    [
      'one by what is in another',
      "get('database.teams.' + get('database.users.' + auth.uid).team).owner == auth.uid",
      true,
      ['users/u1', 'teams/t1'],
    ],
    [
      'one after another',
      "get('database.users.u2').name == 'Tom' && get('database.teams.t1').lead == 'u2'",
      true,
      ['users/u2', 'teams/t1'],
    ],
    ['one twice', "get('database.users.u2').name == get('database.users.u2').name", true, ['users/u2']],
    ['none that is not needed', "true || get('database.users.u2').name == 'x'", true, []],
    ['none without an id', "get('database.users.' + doc.missing) == null", true, []],
    ['none for what is no id', "get('database.users.' + doc) == null", false, []],
  ] as const) {
    test(name, async () => {
      const result = await settled(rule)
      assert.equal(result.allowed, allowed, result.reason)
      assert.deepEqual(result.asked, asked)
    })
  }

  test('a number and its digits are different ids', async () => {
    const { keys } = await settled("get('database.numbers.' + doc.n).n == 5 && get('database.numbers.5') != null")
    assert.deepEqual(keys, [
      { collection: 'numbers', id: 5 },
      { collection: 'numbers', id: '5' },
    ])
  })

  test('each is read once per request, for all its decisions', async () => {
    const lookups = new Lookups()
    const rule = "get('database.teams.' + doc.team) != null"
    assert.deepEqual((await settled(rule, { team: 't1' }, lookups)).asked, ['teams/t1'])
    assert.deepEqual((await settled(rule, { team: 't1' }, lookups)).asked, [])
    assert.deepEqual((await settled(rule, { team: 't2' }, lookups)).asked, ['teams/t2'])
    assert.deepEqual(lookups.read(), [
      { collection: 'teams', id: 't1', document: STORED['teams/t1'] },
      { collection: 'teams', id: 't2', document: null },
    ])
  })

  test(`at most ${MAX_LOOKUPS} in a request; those that were read stay`, async () => {
    const lookups = new Lookups()
    const rule = "get('database.teams.' + doc.team) == null"
    for (let n = 0; n < MAX_LOOKUPS; n++) assert.ok((await settled(rule, { team: `x${n}` }, lookups)).allowed)
    const eleventh = await settled(rule, { team: 'x10' }, lookups)
    assert.equal(eleventh.allowed, false)
    assert.match(eleventh.reason, /looks up more than 10 documents/)
    assert.deepEqual(eleventh.asked, [])
    assert.ok((await settled(rule, { team: 'x3' }, lookups)).allowed)
  })

  test('an error in reading is thrown, and the document is not considered loaded', async () => {
    const lookups = new Lookups()
    const rules = compileDatabaseRules({ read: "get('database.users.u1') == null" })
    const ask = (read: () => Promise<DocumentData | null>) =>
      lookups.settle(() => rules.evaluate('read', { ...CONTEXT, documents: lookups }), read)
    await assert.rejects(
      ask(async () => {
        throw new Error('the disk is gone')
      }),
      /the disk is gone/,
    )
    assert.equal((await ask(async () => ({ name: 'Mia' }))).allowed, false)
  })

  test('names with a dot or a quote are distinguished', () => {
    const lookups = new Lookups()
    for (const [collection, id] of [
      ['a', 'b.c'],
      ['a.b', 'c'],
      ['a","b', 'c'],
    ] as const) {
      assert.throws(() => lookups.get(collection, id), /has not been read/)
    }
  })

  test('without a source of documents, there are none', () => {
    const rules = compileDatabaseRules({ read: "get('database.users.u1') == null" })
    assert.equal(rules.evaluate('read', CONTEXT).allowed, true)
  })
})

describe('a document from get( )', () => {
  for (const [rule, allowed] of [
    // Its creator is a person, like that of any document.
    ["get('database.c.own')._openid == auth.uid", true],
    ["get('database.c.own')._openid == auth.openid", true],
    ["get('database.c.strange')._openid == auth.openid", false],
    ["get('database.c.strange')._openid != auth.openid", true],
    ["get('database.c.nobody')._openid == null", true],
    ["get('database.c.nobody')._openid != auth.openid", false],
    // Dates are milliseconds, also in nested objects.
    ["get('database.c.own').at < now", true],
    ["get('database.c.own').deep.at == 5", true],
    ["get('database.c.own').list[0] == 'x' && 'x' in get('database.c.own').list", true],
    ["get('database.c.own').constructor == null", true],
    ["get('database.c.own') != null", true],
    ["get('database.c.own') == 1", false],
  ] as const) {
    test(`${rule}: ${allowed}`, () => {
      const documents: Readonly<Record<string, DocumentData>> = {
        own: { _openid: 'alice', at: new Date(5), deep: { at: new Date(5) }, list: ['x'] },
        strange: { _openid: 'bob' },
        nobody: { _openid: 7 },
      }
      const auth = { uid: 'u1', openid: 'alice', loginType: 'WECHAT_OPEN' }
      const get = (_: string, id: string | number) => documents[String(id)] ?? null
      const decision = compileDatabaseRules({ read: rule }).evaluate('read', { auth, now: 9, documents: { get } })
      assert.equal(decision.allowed, allowed, decision.reason)
    })
  }
})
