import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { renderExplanation } from '../explanation.ts'
import { RuleError } from '../rule-error.ts'
import type { StorageRuleContext } from './context.ts'
import { compileStorageRules, type StorageRules } from './rules.ts'

const VALUES = [
  'auth',
  'auth.uid',
  'auth.openid',
  'auth.customUserId',
  'auth.none',
  'auth[resource.metadata.key]',
  'resource',
  'resource.openid',
  'resource.path',
  'resource.size',
  'resource.metadata',
  'resource.metadata.key',
  'resource.metadata["a"].b[0]',
  'now',
  'nobody',
  'null',
  'true',
  'false',
  '0',
  '-1.5',
  '"u1"',
  "''",
  '[]',
  '["u1", null, auth.uid]',
]

/** Any expression of the language. Most are meaningless, but all must be decided. */
const expression: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom(...VALUES),
    fc
      .tuple(tie('any'), fc.constantFrom('==', '===', '!=', '!==', '<', '<=', '>', '>=', '&&', '||', 'in'), tie('any'))
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    fc.tuple(fc.constantFrom('!', '- ', '+ '), tie('any')).map(([operator, operand]) => `${operator}(${operand})`),
    tie('any').map((inner) => `(${inner})`),
    fc.tuple(tie('any'), tie('any')).map(([object, key]) => `(${object})[${key}]`),
    fc.tuple(tie('any'), fc.constantFrom('a', 'constructor', 'length')).map(([object, key]) => `(${object}).${key}`),
    fc.array(tie('any'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  ),
})).any

const id = fc.constantFrom('u1', 'alice', 'bob', '')

const plausibleContext: fc.Arbitrary<unknown> = fc.record({
  auth: fc.option(fc.record({ uid: id, openid: id, customUserId: id, loginType: id }, { requiredKeys: ['uid'] })),
  resource: fc.record(
    {
      path: fc.string(),
      claim: id,
      creator: fc.array(id),
      exists: fc.boolean(),
      size: fc.integer(),
      metadata: fc.dictionary(fc.constantFrom('key', 'a', '__proto__'), fc.jsonValue()),
    },
    { requiredKeys: ['path', 'exists'] },
  ),
  now: fc.integer(),
})

const anyContext: fc.Arbitrary<unknown> = fc.oneof(
  plausibleContext,
  fc.record({ auth: fc.anything(), resource: fc.anything(), now: fc.anything() }),
  fc.record({ auth: fc.anything(), resource: fc.record({ claim: fc.anything(), metadata: fc.anything() }) }),
  fc.anything({ withNullPrototype: true, withMap: true, withDate: true, withBigInt: true }),
)

function assertDecides(rules: StorageRules, context: unknown): void {
  for (const operation of ['read', 'write'] as const) {
    const decision = rules.evaluate(operation, context as StorageRuleContext)
    assert.equal(typeof decision.allowed, 'boolean')
    assert.equal(typeof decision.reason, 'string')
    assert.ok(decision.reason.length > 0 && decision.reason.length < 700)
    const again = rules.evaluate(operation, context as StorageRuleContext)
    assert.deepEqual([again.allowed, again.reason], [decision.allowed, decision.reason])
    const explanation = rules.explain(operation, context as StorageRuleContext)
    assert.equal(explanation.allowed, decision.allowed)
    assert.equal(explanation.reason.en, decision.reason)
    if (explanation.tree !== undefined) assert.equal(explanation.tree.outcome === 'true', decision.allowed)
    for (const language of ['en', 'zh'] as const) assert.ok(renderExplanation(explanation, language).length > 0)
  }
}

/** Compiles a rule; undefined when it is refused with a RuleError. Any other error fails the property. */
function compiled(source: string, resourceOpenid: 'path' | 'creator'): StorageRules | undefined {
  try {
    return compileStorageRules({ read: source, write: source }, { resourceOpenid })
  } catch (error) {
    if (error instanceof RuleError) return undefined
    throw error
  }
}

const mode = fc.constantFrom('path' as const, 'creator' as const)

test('every expression is decided for every context, always in the same way', () => {
  let accepted = 0
  fc.assert(
    fc.property(expression, mode, anyContext, (source, resourceOpenid, context) => {
      const rules = compiled(source, resourceOpenid)
      if (rules === undefined) return
      accepted++
      assertDecides(rules, context)
    }),
    { numRuns: 3000 },
  )
  assert.ok(accepted > 2500, `only ${accepted} of 3000 sentences were accepted: the test lost its subject`)
})

test('presets decide for every context', () => {
  const preset = fc.constantFrom('READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY')
  fc.assert(
    fc.property(preset, anyContext, (acl, context) => {
      assertDecides(compileStorageRules(acl, { resourceOpenid: 'path' }), context)
    }),
    { numRuns: 1000 },
  )
})

test('any source is refused with a RuleError or is safe to evaluate', () => {
  const shards = [
    ...VALUES,
    '(',
    ')',
    '[',
    ']',
    '.',
    ',',
    ';',
    '!',
    '&&',
    '||',
    '==',
    '<',
    'in',
    '?',
    '"',
    "'",
    '`',
    '\\',
    '/',
    ' ',
    '\n',
    '=',
    '+',
  ]
  const soup = fc.array(fc.constantFrom(...shards), { maxLength: 30 }).map((parts) => parts.join(''))
  const text = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 100 }), soup)
  fc.assert(
    fc.property(text, mode, plausibleContext, (source, resourceOpenid, context) => {
      const rules = compiled(source, resourceOpenid)
      if (rules !== undefined) assertDecides(rules, context)
    }),
    { numRuns: 5000 },
  )
})

test('any acl is refused with a RuleError or is safe to evaluate', () => {
  const acl = fc.oneof(
    fc.anything(),
    fc.record({ read: fc.anything(), write: fc.anything(), maxAge: fc.anything() }, { requiredKeys: [] }),
  )
  fc.assert(
    fc.property(acl, plausibleContext, (value, context) => {
      let rules: StorageRules
      try {
        rules = compileStorageRules(value, { resourceOpenid: 'path' })
      } catch (error) {
        assert.ok(error instanceof RuleError, String(error))
        return
      }
      assertDecides(rules, context)
    }),
    { numRuns: 2000 },
  )
})

test('a missing value never grants access, however the rule is written', () => {
  const missing = fc.constantFrom(
    'auth.none',
    'auth.openid',
    'resource.openid',
    'resource.size',
    'resource.metadata.x.y',
  )
  const other = fc.constantFrom('auth.uid', 'auth.openid', 'resource.openid', '"u3"', '""', '0', 'false', 'auth.none')
  const comparison = fc
    .tuple(missing, fc.constantFrom('==', '===', '!=', '!==', '<', '<=', '>', '>=', 'in'), other, fc.boolean())
    .map(([left, operator, right, swap]) => {
      if (operator === 'in') return swap ? `${right} in [${left}]` : `${left} in [${right}]`
      return swap ? `${right} ${operator} ${left}` : `${left} ${operator} ${right}`
    })
  const sentence = fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      comparison,
      tie('any').map((inner) => `!(${inner})`),
      fc
        .tuple(tie('any'), fc.constantFrom('&&', '||', '==', '!='), tie('any'))
        .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    ),
  })).any
  const context: StorageRuleContext = {
    auth: { uid: 'u3', loginType: 'ANONYMOUS' },
    resource: { path: 'temp/x.jpg', exists: false },
    now: 1,
  }
  fc.assert(
    fc.property(sentence, fc.constantFrom(context, { ...context, auth: null }), (source, ctx) => {
      const rules = compiled(source, 'path')
      if (rules !== undefined) assert.equal(rules.evaluate('write', ctx).allowed, false, source)
    }),
    { numRuns: 3000 },
  )
})

test("the recipe's rule lets through exactly those who carry the id of the path", () => {
  const rules = compileStorageRules(
    { read: 'auth != null && resource.openid == auth.openid' },
    { resourceOpenid: 'path' },
  )
  const name = fc.constantFrom('a', 'b', 'c')
  const auth = fc.record(
    { uid: name, openid: name, customUserId: name, loginType: fc.constant('CUSTOM') },
    { requiredKeys: ['uid', 'loginType'] },
  )
  fc.assert(
    fc.property(fc.option(auth), fc.option(name), (caller, claim) => {
      const resource = { path: 'p', exists: true, ...(claim === null ? {} : { claim }) }
      const ids = caller === null ? [] : [caller.uid, caller.openid, caller.customUserId]
      const named = caller !== null && (caller.openid ?? caller.customUserId) !== undefined
      const expected = named && claim !== null && ids.includes(claim)
      assert.equal(rules.evaluate('read', { auth: caller, resource, now: 0 }).allowed, expected)
    }),
    { numRuns: 1000 },
  )
})
