import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacedFinding } from '../rule-tools/findings.ts'
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

test('rules are checked again only when a setting has changed', () => {
  let version = '1'
  const asked: (string | undefined)[] = []
  const values = ['storage.acl', 'database.collections.orders.acl', 'auth.anonymous'].map(
    (key) => ({ key, kind: key.endsWith('acl') ? 'rules' : 'boolean' }) as Setting,
  )
  const notices = ruleNotices({
    settings: () => ({ version, values, file: { path: 'x', exists: false } }),
    rules: (collection) => {
      asked.push(collection)
      return { findings: [finding('everyone-reads', 'note')] } as never
    },
  })
  assert.deepEqual(
    notices().map(({ key }) => key),
    ['storage.acl', 'database.collections.orders.acl'],
  )
  notices()
  assert.deepEqual(asked, [undefined, 'orders'])
  version = '2'
  notices()
  assert.equal(asked.length, 4)
})
