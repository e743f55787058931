import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RuleError } from '../rule-error.ts'
import { loadRules, parseCaseFile, runCases } from './index.ts'

const RULES = loadRules({
  storage: { acl: { read: 'auth != null && resource.openid == auth.openid', write: 'resource.metadata.a == true' } },
  database: {
    collections: {
      own: { acl: 'PRIVATE' },
      ruled: {
        acl: {
          read: `doc._openid == auth.openid || get(\`database.own.\${doc.a}\`).b == 1`,
          write: 'doc.a.b == request.data.a && !(doc.b in doc.list) && now > doc.at',
        },
      },
    },
  },
})

const name = fc.constantFrom(
  'a',
  'b',
  '_id',
  '_openid',
  'a.b',
  '__proto__',
  '$date',
  '$in',
  '$set',
  '$or',
  '$rename',
  '',
)
const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e300, 'alice', '{openid}', '{uid}', '_openid', '2026-11-22'),
  fc.string({ maxLength: 4 }),
)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
}))
const object = fc.dictionary(name, value, { maxKeys: 3 })

const as = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<unknown>('alice', null, { uid: 'u', loginType: 'ANONYMOUS' }) },
  { weight: 1, arbitrary: value },
)
const expect = fc.constantFrom('allowed', 'denied')
const stored = fc.oneof(object, fc.constant(null))
const requiredKeys = ['as', 'action', 'expect'] as const
const id = fc.constantFrom<unknown>('a', 'alice', 7)

const fileCase = fc.record(
  {
    as,
    action: fc.constantFrom('read', 'write', 'upload', 'delete'),
    file: fc.constantFrom('users/alice/a', 'users/', 'b', '/'),
    size: fc.oneof(fc.nat(), leaf),
    stored: fc.record({ size: fc.nat(), metadata: object }, { requiredKeys: [] }),
    expect,
  },
  { requiredKeys: [...requiredKeys, 'file'] },
)
const documentCase = (more: Parameters<typeof fc.record>[0], requiredMore: readonly string[]) =>
  fc.record(
    {
      as,
      collection: fc.constantFrom('own', 'ruled'),
      documents: fc.record({
        own: fc.array(
          object.map((one) => ({ ...one, _id: 'a' })),
          { maxLength: 2 },
        ),
      }),
      expect,
      ...more,
    },
    { requiredKeys: [...requiredKeys, 'collection', ...requiredMore] as never[] },
  )
const data = fc.oneof(object, fc.dictionary(fc.constantFrom('$set', '$inc', '$rename', 'a'), object, { maxKeys: 2 }))

/** Similar to valid cases, so that many are accepted. */
const oneCase: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.oneof(
  fileCase,
  documentCase({ action: fc.constantFrom('read', 'delete'), where: object }, ['where']),
  documentCase({ action: fc.constantFrom('read', 'delete'), doc: id, stored }, ['doc']),
  documentCase({ action: fc.constant('create'), data: object }, ['data']),
  documentCase({ action: fc.constantFrom('update', 'set'), doc: id, data, stored }, ['doc', 'data']),
  documentCase({ action: fc.constant('update'), where: object, data }, ['where', 'data']),
  documentCase({ action: value, where: value, doc: value, data: value, stored: value }, []),
)

test('any case is decided, or refused with its position', () => {
  let decided = 0
  fc.assert(
    fc.property(oneCase, (one) => {
      const source = JSON.stringify({ users: { alice: { customUserId: 'alice' } }, cases: [one] })
      try {
        const { results, coverage } = runCases(parseCaseFile(source, 0), RULES)
        decided += 1
        assert.equal(results.length, 1)
        assert.equal(results[0]?.ok, results[0]?.decided === one.expect)
        assert.ok(coverage.covered <= coverage.total)
      } catch (error) {
        assert.ok(error instanceof RuleError, String(error))
        assert.ok(error.line === 1 && error.text.en !== '' && error.text.zh !== '')
      }
    }),
    { numRuns: 3000 },
  )
  assert.ok(decided > 500, `only ${decided} were decided`)
})

test('any file is read, or refused with its position', () => {
  const part = fc.record(
    {
      users: value,
      files: value,
      documents: value,
      now: value,
      rules: value,
      cases: fc.oneof(value, fc.array(oneCase)),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(part, (file) => {
      try {
        parseCaseFile(JSON.stringify(file), 0)
      } catch (error) {
        assert.ok(error instanceof RuleError && error.line === 1, String(error))
      }
    }),
    { numRuns: 1000 },
  )
})
