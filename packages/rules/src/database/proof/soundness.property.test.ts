/**
 * The rule allows every document that a proven query matches. The documents have the shapes that the rule assumes: one value
 * where it compares, dates only in `doc.at`, arrays only on the right of `in`, an object at `doc.b`, an id or nothing in
 * `_openid`. For other documents a proof can be wrong. That discloses nothing, because the server also calls `evaluate` for every
 * document, and a rule denies a document that it cannot compare.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RuleAuth } from '../../caller/rule-auth.ts'
import type { DatabaseRuleContext, DocumentData } from '../context.ts'
import { compileDatabaseRules } from '../rules.ts'
import { finds } from './finds.fixture.ts'

const NOW = 1000
const LOGINS: readonly (RuleAuth | null)[] = [
  { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' },
  { uid: 'u1', openid: 'alice', loginType: 'WECHAT_OPEN' },
  { uid: 'u1', loginType: 'ANONYMOUS' },
  null,
]

const teams: Readonly<Record<string, DocumentData>> = {
  alice: { _openid: 'alice', open: true },
  u1: { _openid: 'u1' },
  a: { _openid: 'bob', open: true },
}
const documents = { get: (_: string, id: string | number) => teams[String(id)] ?? null }

const scalar = fc.constantFrom<unknown>('a', 'b', 'alice', '', 0, 1, 2, true, false, null)
const id = fc.constantFrom<unknown>('alice', 'u1', 'bob', 'a', null)
const time = fc.constantFrom(0, 999, 1000, 1001).map((ms) => new Date(ms))
const item = fc.constantFrom<unknown>('a', 'b', 'alice', 'u1', 1, null)

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 })

const document: fc.Arbitrary<DocumentData> = fc
  .record({
    _openid: optional(id),
    a: optional(scalar),
    b: fc.oneof(
      optional(scalar),
      fc.record({ c: optional(scalar), alice: optional(scalar), u1: optional(scalar) }).map(present),
    ),
    at: optional(time),
    list: optional(fc.array(item, { maxLength: 3 })),
  })
  .map(present)

function present(fields: Record<string, unknown>): DocumentData {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** Fields, with values to compare them with. */
const FIELDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  _openid: id,
  a: scalar,
  'b.c': scalar,
  'b.alice': scalar,
  at: time,
  list: item,
}

function operators(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const one = fc.oneof(
    { weight: 4, arbitrary: value.map((operand) => ({ $eq: operand })) },
    { weight: 3, arbitrary: fc.array(value, { maxLength: 3 }).map((operand) => ({ $in: operand })) },
    { weight: 2, arbitrary: value.map((operand) => ({ $ne: operand })) },
    { weight: 2, arbitrary: fc.array(value, { maxLength: 3 }).map((operand) => ({ $nin: [...operand, null] })) },
    { weight: 1, arbitrary: fc.array(value, { maxLength: 2 }).map((operand) => ({ $nin: operand })) },
    { weight: 1, arbitrary: fc.array(value, { maxLength: 2 }).map((operand) => ({ $all: operand })) },
    { weight: 1, arbitrary: fc.boolean().map((operand) => ({ $exists: operand })) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), value)
        .map(([operator, operand]) => ({ [operator]: operand })),
    },
  )
  return fc.oneof(
    { weight: 3, arbitrary: value },
    { weight: 4, arbitrary: one },
    { weight: 1, arbitrary: fc.tuple(one, one).map(([a, b]) => ({ ...a, ...b })) },
  )
}

const condition: fc.Arbitrary<DocumentData> = fc
  .constantFrom(...Object.keys(FIELDS))
  .chain((field) => operators(FIELDS[field] ?? scalar).map((operand) => ({ [field]: operand })))

const query: fc.Arbitrary<DocumentData> = fc.letrec<{ query: DocumentData }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    { weight: 4, arbitrary: fc.array(condition, { maxLength: 4 }).map((parts) => Object.assign({}, ...parts)) },
    {
      weight: 2,
      arbitrary: fc.array(tie('query'), { minLength: 1, maxLength: 3 }).map((parts) => ({ $and: parts })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(condition, fc.array(tie('query'), { minLength: 1, maxLength: 3 }))
        .map(([first, parts]) => ({ ...first, $or: parts })),
    },
  ),
})).query

const LITERALS = ["'a'", "'b'", "'alice'", "''", '0', '1', '2', 'true', 'false', 'null']
const SCALARS = ['doc.a', 'doc.b.c', 'doc.b[auth.openid]', 'doc.b[doc.a]', 'request.data.a', 'request.data.n']
const OPERATORS = ['==', '!=', '<', '<=', '>', '>=']

const clause: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: comparison(SCALARS, OPERATORS, [...LITERALS, 'auth.openid', 'doc.a']) },
  { weight: 2, arbitrary: comparison(SCALARS, ['in'], ["['a', 'b']", "['a', 1, null]", '[0, 1, 2]', '[true, doc.a]']) },
  { weight: 3, arbitrary: comparison(['doc._openid'], ['==', '!='], ['auth.openid', 'auth.uid', "'bob'", 'null']) },
  { weight: 3, arbitrary: comparison(["'a'", 'auth.openid', '1', 'doc.a', 'doc._openid'], ['in'], ['doc.list']) },
  { weight: 2, arbitrary: comparison(['doc.at'], OPERATORS, ['now', '999', 'null', 'request.data.n']) },
  {
    weight: 2,
    arbitrary: comparison(
      ["get('database.t.' + doc.a).open", "get('database.t.' + doc._openid).open", 'doc.a'],
      ['==', '!='],
      ['true', 'null'],
    ),
  },
  { weight: 1, arbitrary: comparison(['doc.b', 'doc.list', 'auth', 'doc.b.c.x'], ['==', '!='], ['null']) },
  { weight: 1, arbitrary: fc.constantFrom('/^a/.test(doc.a)', '/l/.test(doc._openid)', "doc.list[0] == 'a'") },
  { weight: 1, arbitrary: fc.constantFrom('true', 'doc.a', "get('database.t.' + doc.a)._openid == doc._openid") },
)

function comparison(left: readonly string[], operator: readonly string[], right: readonly string[]) {
  return fc
    .tuple(fc.constantFrom(...left), fc.constantFrom(...operator), fc.constantFrom(...right))
    .map((parts) => parts.join(' '))
}

const rule: fc.Arbitrary<string> = fc
  .letrec<{ rule: string }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 3, arbitrary: clause },
      {
        weight: 3,
        arbitrary: fc
          .tuple(tie('rule'), fc.constantFrom('&&', '||', '||'), tie('rule'))
          .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
      },
      { weight: 1, arbitrary: tie('rule').map((inner) => `!(${inner})`) },
    ),
  }))
  .rule.filter((source) => source.split('get(').length <= 4)

/** Queries that imply some clauses. Proofs of random pairs are rare. */
const IMPLIED: Readonly<Record<string, DocumentData>> = {
  "doc.a == 'a'": { a: 'a' },
  "doc.a != 'b'": { a: { $nin: ['b', null] } },
  "doc.a in ['a', 'b']": { a: { $in: ['a', 'b'] } },
  'doc.b.c >= 1': { 'b.c': { $gt: 1 } },
  'doc.b.c == null': { 'b.c': null },
  'doc.b[auth.openid] == true': { 'b.alice': true },
  'doc._openid == auth.openid': { _openid: { $in: ['alice', 'u1'] } },
  "doc._openid != 'bob'": { _openid: 'alice' },
  'doc.at < now': { at: { $lt: new Date(999) } },
  "'a' in doc.list": { list: 'a' },
  'auth.openid in doc.list': { list: { $all: ['alice'] } },
  "get('database.t.' + doc.a).open == true": { a: { $in: ['a', 'alice'] } },
}

interface Case {
  readonly source: string
  readonly query: DocumentData
}

const implied: fc.Arbitrary<Case> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...Object.keys(IMPLIED)), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('&&', '||'),
    query,
    fc.boolean(),
  )
  .map(([clauses, operator, extra, negated]) => {
    const said = clauses.map((source) => IMPLIED[source] ?? {})
    const source = clauses.map((part) => (negated ? `!(!(${part}))` : part)).join(` ${operator} `)
    const asked =
      operator === '&&' ? { $and: [...said, extra] } : { $or: said.map((part) => ({ $and: [part, extra] })) }
    return { source, query: asked }
  })

const cases: fc.Arbitrary<Case> = fc.oneof(
  fc.record({ source: rule, query }),
  implied,
  fc.tuple(rule, implied).map(([source, { query: asked }]) => ({ source, query: asked })),
)

/** Values for documents that a query matches. */
const POOL: Readonly<Record<string, readonly unknown[]>> = {
  _openid: ['alice', 'u1', 'bob', 'a', undefined],
  a: ['a', 'b', 'alice', '', 0, 1, 2, true, false, null, undefined],
  b: [{}, 'a', undefined, { c: null, alice: true }],
  'b.c': ['a', 0, 1, 2, true, null, undefined],
  'b.alice': ['a', 1, true, undefined],
  at: [0, 999, 1000, 1001].map((ms) => new Date(ms)),
  list: [['a'], ['alice', 'a'], ['u1', 'b', null], [], undefined, ['b', 1]],
}

/** Changes a document so that the query is likely to match it. `numbers` choose between alternatives. */
function towards(asked: DocumentData, document: DocumentData, numbers: readonly number[]): DocumentData {
  const wanted = { ...document }
  let turn = 0
  const next = (length: number) => (numbers[turn++ % numbers.length] ?? 0) % length
  const visit = (part: DocumentData): void => {
    for (const [name, operand] of Object.entries(part)) {
      if (name === '$and') (operand as DocumentData[]).forEach(visit)
      else if (name === '$or') visit((operand as DocumentData[])[next((operand as DocumentData[]).length)] ?? {})
      else if (!finds({ [name]: operand }, wanted)) choose(name, operand)
    }
  }
  const choose = (name: string, operand: unknown): void => {
    const [first = '', second] = name.split('.')
    const candidates = (POOL[name] ?? []).map((value) => {
      if (second === undefined) return value
      const there = wanted[first]
      return present({ ...(typeof there === 'object' ? there : {}), [second]: value })
    })
    const fitting = candidates.filter((value) => finds({ [name]: operand }, present({ [first]: value })))
    if (fitting.length > 0) wanted[first] = fitting[next(fitting.length)]
  }
  visit(asked)
  return present(wanted)
}

/** Documents for each rule and query, and changes of each document. */
const DOCUMENTS = 5
const WAYS = 5

/** A query for null also matches an array that contains null, but such an array is not missing for a rule. */
function withoutNulls(source: string, document: DocumentData): DocumentData {
  const { list } = document
  if (!Array.isArray(list) || !/doc\.list [!=]= null/.test(source)) return document
  return { ...document, list: list.filter((one) => one !== null) }
}

test('the rule allows what a proof allows', () => {
  const seen = { pairs: 0, triples: 0, proven: 0, provenAndFound: 0 }
  const data = fc.constantFrom<DocumentData | undefined>(undefined, { a: 'a' }, { n: 999, a: 1 })
  fc.assert(
    fc.property(
      cases,
      fc.constantFrom(...LOGINS),
      data,
      fc.array(document, { minLength: DOCUMENTS, maxLength: DOCUMENTS }),
      fc.array(fc.array(fc.nat(10), { minLength: 4, maxLength: 4 }), { minLength: WAYS, maxLength: WAYS }),
      ({ source, query: asked }, auth, sent, docs, ways) => {
        const rules = compileDatabaseRules({ read: source })
        const context: DatabaseRuleContext = { auth, now: NOW, documents, ...(sent && { data: sent }) }
        const proven = rules.prove('read', asked, context).allowed
        seen.pairs++
        seen.triples += docs.length * ways.length
        if (!proven) return
        for (const [random, numbers] of docs.flatMap((one) => ways.map((way) => [one, way] as const))) {
          const doc = withoutNulls(source, towards(asked, random, numbers))
          seen.proven++
          if (!finds(asked, doc)) continue
          seen.provenAndFound++
          const { allowed, reason } = rules.evaluate('read', { ...context, doc })
          assert.ok(allowed, `${reason}: ${JSON.stringify({ source, query: asked, doc, auth, sent })}`)
        }
      },
    ),
    { numRuns: 2500 },
  )
  assert.ok(seen.triples >= 50_000, JSON.stringify(seen))
  assert.ok(seen.provenAndFound > seen.triples * 0.05, JSON.stringify(seen))
})

test('a query that contains the conditions of a rule is proven', () => {
  const field = fc.constantFrom('a', 'b.c', 'c', 'at')
  const value = fc.constantFrom<string | number | boolean>('a', '', 0, 7, true, false)
  const said = fc.dictionary(field, value, { minKeys: 1 })
  fc.assert(
    fc.property(said, query, fc.constantFrom(...LOGINS), (wanted, extra, auth) => {
      const clauses = Object.entries(wanted).map(([name, operand]) => `doc.${name} == ${literal(operand)}`)
      const rules = compileDatabaseRules({ read: clauses.join(' && ') })
      const { allowed, reason } = rules.prove('read', { $and: [extra, wanted] }, { auth, now: NOW })
      assert.ok(allowed, `${reason}: ${JSON.stringify({ wanted, extra })}`)
    }),
    { numRuns: 2000 },
  )
})

function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}
