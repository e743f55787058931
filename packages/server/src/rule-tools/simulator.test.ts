import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileFunctionRules } from '@cloudstead/rules'
import { loadRules, parseCaseFile, runCases } from '@cloudstead/rules/testing'
import { openDatabase } from '../database/database.fixture.ts'
import type { FileQuestion } from '../storage/simulate.ts'
import { createRuleSimulator, type RuleSimulator } from './simulator.ts'

const ALICE = { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' } as const
const OWN = '{ "read": "auth != null && resource.openid == auth.openid", } // mine'
const REASON = { en: 'allowed', zh: '允许' }

/** A simulator with a fake storage that records the questions and allows everything. */
async function setUp(t: Parameters<typeof openDatabase>[0], mode: 'path' | 'creator' = 'path') {
  const { database } = await openDatabase(t, { orders: 'PRIVATE' })
  const asked: FileQuestion[] = []
  const simulator = createRuleSimulator({
    database,
    resourceOpenid: () => mode,
    functionRules: () => compileFunctionRules({ '*': { invoke: 'auth != null && now > 5' } }),
    now: () => 7,
    storage: {
      simulate: async (question) => {
        asked.push(question)
        const explanation = { operation: 'read', acl: 'CUSTOM', target: '', allowed: true, reason: REASON } as const
        return { allowed: true, explanation, asked: { action: question.action, file: question.path } }
      },
    },
  })
  return { simulator, asked }
}

const FILE = { action: 'read', file: 'users/alice/a.jpg' }
const invalid = (message: RegExp) => (error: { code?: string; message?: string }) =>
  error.code === 'INVALID_PARAM' && message.test(error.message ?? '')

describe('simulate', () => {
  test('uses the rules in effect or edited ones', async (t) => {
    const { simulator, asked } = await setUp(t)
    await simulator.simulate(ALICE, FILE, undefined)
    await simulator.simulate(null, { ...FILE, stored: null }, OWN)
    await simulator.simulate(null, { ...FILE, stored: { creator: ['u1'], size: 3 } }, '"PRIVATE"')
    assert.deepEqual(
      asked.map(({ caller, stored, rules }) => [caller.kind, stored, rules?.acl]),
      [
        ['user', undefined, undefined],
        ['nobody', null, 'CUSTOM'],
        ['nobody', { creator: ['u1'], size: 3 }, 'PRIVATE'],
      ],
    )
  })

  test('compiles edited rules with the configured meaning of resource.openid', async (t) => {
    const text = '{ "read": "resource.openid == auth.openid" }'
    const decisions: boolean[] = []
    for (const mode of ['path', 'creator'] as const) {
      const { simulator, asked } = await setUp(t, mode)
      await simulator.simulate(ALICE, FILE, text)
      const resource = { path: 'temp/x.jpg', exists: true, creator: ['u1'] }
      decisions.push(asked[0]?.rules?.evaluate('read', { auth: ALICE, resource, now: 0 }).allowed ?? false)
    }
    assert.deepEqual(decisions, [false, true])
  })

  test('a decision has a test case for cloudstead rules test', async (t) => {
    const { simulator } = await setUp(t)
    const text = '{ "read": "doc._openid == auth.openid", "update": "request.data.total == null" }'
    const stored = { _id: 'o1', _openid: 'bob', at: { $date: '2026-01-01T00:00:00.000Z' } }
    const members = { action: 'update', collection: 'orders', doc: 'o1', stored, data: { total: 3 } }
    const { allowed, reason, case: ruleCase } = await simulator.simulate(ALICE, members, text)
    assert.equal(allowed, false)
    assert.match(reason.zh, /规则 "update"/)
    assert.deepEqual(ruleCase, {
      as: ALICE,
      action: 'update',
      collection: 'orders',
      doc: 'o1',
      data: { $set: { total: 3 } },
      stored,
      expect: 'denied',
    })
    const rules = loadRules({ database: { collections: { orders: { acl: JSON.parse(text) } } } })
    assert.equal(runCases(parseCaseFile(JSON.stringify({ cases: [ruleCase] }), 0), rules).results[0]?.ok, true)
  })

  test('a call of a function is decided by the rules in effect or by edited ones', async (t) => {
    const { simulator, asked } = await setUp(t)
    const call = { invoke: 'pay' }
    assert.equal((await simulator.simulate(ALICE, call, undefined)).allowed, true)
    assert.equal((await simulator.simulate(null, call, undefined)).allowed, false)
    const text = '{ "*": { "invoke": true }, "pay": { "invoke": "auth.uid == \'u2\'" } }'
    const denied = await simulator.simulate(ALICE, call, text)
    assert.match(denied.reason.zh, /规则 "pay\.invoke"/)
    assert.deepEqual(denied.case, { as: ALICE, invoke: 'pay', expect: 'denied' })
    assert.equal((await simulator.simulate(null, { invoke: 'other' }, text)).allowed, true)
    assert.equal((await simulator.replay({ as: null, invoke: 'pay', expect: 'denied' }, text)).allowed, false)
    const rules = loadRules({ functions: { rules: JSON.parse(text) } })
    assert.equal(runCases(parseCaseFile(JSON.stringify({ cases: [denied.case] }), 0), rules).results[0]?.ok, true)
    assert.deepEqual(asked, [])
  })

  test('a test case with a large document is left out', async (t) => {
    const { simulator } = await setUp(t)
    const members = { action: 'create', collection: 'orders', data: { text: 'x'.repeat(100_000) } }
    const decision = await simulator.simulate(ALICE, members, undefined)
    assert.deepEqual([decision.allowed, decision.case], [true, undefined])
  })
})

describe('invalid input', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) })
  const REFUSED: readonly [what: string, members: Record<string, unknown>, text: string | undefined, why: RegExp][] = [
    ['rules that are not JSON', FILE, '{ "read" }', /line 1|column/],
    ['rules that do not parse', FILE, '{\n  "read": "auth ="\n}', /line 2, column \d+/],
    ['rules with an unknown key', FILE, '{ "reed": true }', /unknown key "reed".*"read"/],
    ['a preset that does not exist', FILE, '"PUBLIC"', /unknown preset/],
    ['a rule that is too long', FILE, JSON.stringify({ read: `'${'x'.repeat(1100)}' == ''` }), /1,?024/],
    ['rules for documents instead of files', FILE, '{ "create": true }', /unknown key "create"/],
    ['an action that files do not have', { ...FILE, action: 'create' }, undefined, /action/],
    ['an action that documents do not have', { action: 'write', collection: 'orders' }, undefined, /action/],
    ['a size for a read', { ...FILE, size: 3 }, undefined, /sends no bytes/],
    ['both a query and an id', { action: 'read', collection: 'orders', doc: 'a', where: {} }, undefined, /not both/],
    [
      'an operator that does not exist',
      { action: 'read', collection: 'orders', where: { a: { $x: 1 } } },
      undefined,
      /\$x/,
    ],
    [
      'an update that changes nothing',
      { action: 'update', collection: 'orders', doc: 'a', data: {} },
      undefined,
      /changes nothing/,
    ],
    ['data nested too deep', { action: 'create', collection: 'orders', data: deep(200) }, undefined, /levels deep/],
    [
      'data nested so deep that it could overflow the stack',
      { action: 'create', collection: 'orders', data: deep(9_000) },
      undefined,
      /levels deep/,
    ],
    [
      'an invalid stored document',
      { action: 'read', collection: 'orders', doc: 'a', stored: { _id: { $date: 'x' } } },
      undefined,
      /date/,
    ],
    ['no name of a function', { invoke: '*' }, undefined, /the name of a function/],
    ['data of a call', { invoke: 'pay', data: {} }, undefined, /unknown key "data"/],
    [
      'rules of functions with a typing error',
      { invoke: 'pay' },
      '{\n "*": { "invoke": "a =" } }',
      /line 2, column 22/,
    ],
    ['an unknown member', { ...FILE, who: 1 }, undefined, /unknown key "who"/],
  ]
  for (const [what, members, text, why] of REFUSED) {
    test(`is refused: ${what}`, async (t) => {
      const { simulator } = await setUp(t)
      await assert.rejects(simulator.simulate(ALICE, members, text), invalid(why))
    })
  }

  test('is refused: an anonymous login with an openid', async (t) => {
    const { simulator } = await setUp(t)
    const person = { uid: 'u1', openid: 'o1', loginType: 'ANONYMOUS' } as const
    await assert.rejects(simulator.simulate(person, FILE, undefined), invalid(/anonymous/))
  })
})

describe('replay', () => {
  const replay = (simulator: RuleSimulator, ruleCase: Record<string, unknown>, text: string) =>
    simulator.replay({ expect: 'denied', as: ALICE, ...ruleCase }, text)

  test('a file that the recorded case does not contain did not exist', async (t) => {
    const { simulator, asked } = await setUp(t)
    await replay(simulator, FILE, OWN)
    await replay(simulator, { ...FILE, stored: { size: 3 } }, OWN)
    assert.deepEqual(
      asked.map(({ stored }) => stored),
      [null, { size: 3 }],
    )
  })

  test('documents in the recorded case count as stored', async (t) => {
    const { simulator } = await setUp(t)
    const recorded = {
      action: 'delete',
      collection: 'orders',
      doc: 'o1',
      stored: { _id: 'o1', team: 'red' },
      documents: { teams: [{ _id: 'red', lead: 'alice' }] },
    }
    const text = `{ "delete": "get('database.teams.' + doc.team).lead == auth.openid" }`
    const { allowed, case: again } = await replay(simulator, recorded, text)
    assert.equal(allowed, true)
    assert.deepEqual(again, { as: ALICE, ...recorded, expect: 'allowed' })
    assert.equal((await replay(simulator, { ...recorded, documents: {} }, text)).allowed, false)
  })
})
