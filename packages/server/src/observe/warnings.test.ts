import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacedFinding } from '../rule-tools/findings.ts'
import type { RulesSubject } from '../saved-settings/rules-setting.ts'
import { ruleNotices, type WarningFacts, warningsOf } from './warnings.ts'

type Setting = WarningFacts['settings']['values'][number]

const CALM: WarningFacts = {
  mode: 'start',
  passwordSet: true,
  inTheClear: false,
  anonymous: false,
  madeUpIdentities: false,
  settings: { file: { path: 'x', exists: true }, values: [{ source: 'file' } as Setting] },
  findings: [],
  nodes: [],
}
const codes = (facts: Partial<WarningFacts>) =>
  warningsOf({ ...CALM, ...facts }).map(({ code, severity }) => `${severity} ${code}`)
const finding = (code: string, severity: PlacedFinding['severity']): PlacedFinding => ({
  code,
  severity,
  message: { en: 'x', zh: 'y' },
})

test('a well-configured server has no warnings', () => assert.deepEqual(codes({}), []))

test('each problem gives a warning or a note, warnings first', () => {
  const values = [{ source: 'default' } as Setting]
  assert.deepEqual(codes({ settings: { file: { path: 'x', exists: false }, values } }), ['warning default-settings'])
  assert.deepEqual(codes({ anonymous: true }), ['warning anonymous-login'])
  assert.deepEqual(codes({ passwordSet: false }), ['warning no-password'])
  assert.deepEqual(codes({ inTheClear: true }), ['warning no-tls'])
  const refused = {
    file: { path: 'x', exists: true, refused: { en: 'no JSON', zh: '不是 JSON' } },
    values: CALM.settings.values,
  }
  assert.deepEqual(codes({ settings: refused }), ['warning file-refused'])
  const dev = { mode: 'dev', anonymous: true, madeUpIdentities: true, passwordSet: false } as const
  assert.deepEqual(codes({ ...dev, settings: { file: { path: 'x', exists: false }, values } }), [
    'note anonymous-login',
    'note made-up-identities',
  ])
  assert.deepEqual(codes({ ...dev, inTheClear: true }), [
    'warning no-tls',
    'warning made-up-identities',
    'note anonymous-login',
  ])
})

test('R27: files that everybody can read are a warning; a collection that everybody can read is not', () => {
  const findings = [
    { key: 'storage.acl', finding: finding('everyone-reads', 'note') },
    { key: 'database.collections.news.acl', finding: finding('everyone-reads', 'note') },
    { key: 'database.collections.orders.acl', finding: finding('ownerless-write', 'warning') },
  ]
  const found = warningsOf({ ...CALM, findings })
  assert.deepEqual(
    found.map(({ code, setting }) => [code, setting]),
    [
      ['everyone-reads', 'storage.acl'],
      ['ownerless-write', 'database.collections.orders.acl'],
    ],
  )
  assert.ok(found[0]?.advice?.en && found[0].advice.zh)
})

test('servers that differ give a warning or a note', () => {
  const hour = 60 * 60_000
  const node = { name: 'a:1', version: '1.0.0', configHash: 'x', clockOffsetMs: 0, startedAt: 0, seenAt: 3 * hour }
  const of = (...nodes: readonly Partial<typeof node>[]) => codes({ nodes: nodes.map((one) => ({ ...node, ...one })) })
  assert.deepEqual(of({}, { name: 'b:1' }), [])
  assert.deepEqual(of({}, { configHash: 'y' }), ['warning different-files'])
  assert.deepEqual(of({}, { clockOffsetMs: -5_000 }), [])
  assert.deepEqual(of({}, { clockOffsetMs: -5_001 }), ['warning wrong-clock'])
  const [clock] = warningsOf({ ...CALM, nodes: [node, { ...node, name: 'b:1', clockOffsetMs: 6_000 }] })
  assert.match(clock?.text.en ?? '', /on b:1:/)
  assert.match(clock?.text.zh ?? '', /：b:1。/)
  // The upgrade began with the first server of the new version, not with the last.
  const upgraded = (startedAt: number) => ({ version: '1.1.0', startedAt })
  assert.deepEqual(of({}, upgraded(2 * hour + 1), upgraded(3 * hour)), [])
  assert.deepEqual(of({}, upgraded(2 * hour - 1), upgraded(3 * hour)), ['note different-versions'])
})

test('rules are checked again only when a setting has changed', () => {
  let version = '1'
  const asked: RulesSubject[] = []
  const keys = ['storage.acl', 'database.collections.orders.acl', 'functions.rules', 'auth.anonymous']
  const values = keys.map((key) => ({ key, kind: key.endsWith('anonymous') ? 'boolean' : 'rules' }) as Setting)
  const notices = ruleNotices({
    settings: () => ({ version, values, file: { path: 'x', exists: false } }),
    rules: (subject) => {
      asked.push(subject)
      return { findings: [finding('everyone-reads', 'note')] } as never
    },
  })
  assert.deepEqual(
    notices().map(({ key }) => key),
    ['storage.acl', 'database.collections.orders.acl', 'functions.rules'],
  )
  notices()
  assert.deepEqual(asked, ['storage', { collection: 'orders' }, 'functions'])
  version = '2'
  notices()
  assert.equal(asked.length, 6)
})
