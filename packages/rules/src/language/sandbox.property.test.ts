/** Rules can only access data: no prototypes, no functions, nothing that was added to Object.prototype. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DatabaseRuleContext, databaseFacts } from '../database/context.ts'
import { compileDatabaseRules } from '../database/rules.ts'
import { DATABASE_SCOPE } from '../database/scope.ts'
import { DATABASE_VOCABULARY, databaseRequest, expressions } from '../naive/arbitraries.fixture.ts'
import type { NaiveDatabaseRequest } from '../naive/naive-database.fixture.ts'
import { type CompiledNode, compile } from './compile.ts'
import { compileRule } from './compile-rule.ts'
import { parse } from './parse.ts'
import { PartValues } from './part-values.ts'

/** The same rules in every run. To test others, change the seed and raise the number. */
const SEED = 20_261_122
const RUNS = 2_000

function contextOf(request: NaiveDatabaseRequest): DatabaseRuleContext {
  const { auth, doc, update, documents, now } = request
  const get = (collection: string, id: string | number) => {
    const found = Object.hasOwn(documents, collection) ? documents[collection] : undefined
    return found !== undefined && Object.hasOwn(found, id) ? (found[id] ?? null) : null
  }
  return { auth, now, ...(doc && { doc }), ...(update && { data: update.set }), documents: { get } }
}

/** The same data, with prototypes that record every access, and with own functions. */
function guarded<T>(value: T, touched: string[]): T {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const copy: object = Array.isArray(value) ? [] : {}
  for (const name of ['toString', 'valueOf', 'toJSON', 'then', 'equals', 'f', Symbol.toPrimitive, Symbol.iterator]) {
    Object.defineProperty(copy, name, { value: () => touched.push(`called ${String(name)}`), configurable: true })
  }
  for (const [name, inner] of Object.entries(value)) {
    Object.defineProperty(copy, name, { value: guarded(inner, touched), enumerable: true })
  }
  return Object.setPrototypeOf(copy, prototypeThatTells(touched))
}

/** `instanceof` may read the prototype of the prototype, which contains no data. */
function prototypeThatTells(touched: string[]): object {
  const tell = (what: string) => (_: object, name: string | symbol) => {
    touched.push(`${what} ${String(name)}`)
    return undefined
  }
  return new Proxy(Object.create(null), {
    get: tell('get'),
    getOwnPropertyDescriptor: tell('descriptor'),
    has(_, name) {
      touched.push(`has ${String(name)}`)
      return false
    },
  })
}

function everyPart<C>(compiled: CompiledNode<C>): readonly CompiledNode<C>[] {
  return [compiled, ...compiled.children.flatMap(everyPart)]
}

test('no part of a rule touches a prototype, calls a function or yields one', () => {
  const source = expressions({
    ...DATABASE_VOCABULARY,
    others: [...DATABASE_VOCABULARY.others, 'doc.f', 'doc.o.valueOf', 'doc.list.then', 'doc.list.map', 'doc["equals"]'],
  })
  let values = 0
  fc.assert(
    fc.property(source, databaseRequest, (text, request) => {
      const touched: string[] = []
      const context = guardedContext(request, touched)
      for (const part of everyPart(compile(parse(text, 'database'), DATABASE_SCOPE))) {
        const value = new PartValues(databaseFacts(context)).of(part)
        assert.notEqual(typeof value, 'function', text)
        if (value !== undefined) values++
      }
      assert.deepEqual(touched, [], text)
    }),
    { seed: SEED, numRuns: RUNS },
  )
  assert.ok(values > 10 * RUNS, `only ${values} parts had a value`)
})

function guardedContext(request: NaiveDatabaseRequest, touched: string[]): DatabaseRuleContext {
  const { auth, doc, data, now, documents } = contextOf(request)
  return {
    auth: guarded(auth, touched),
    now,
    ...(doc && { doc: guarded(doc, touched) }),
    ...(data && { data: guarded(data, touched) }),
    documents: { get: (collection, id) => guarded(documents?.get(collection, id) ?? null, touched) },
  }
}

/** Names that the rules of this test read. */
const POISONED = [
  'a',
  'b',
  '名',
  'none',
  'id',
  'list',
  'yes',
  'n',
  'ids',
  'key',
  'o',
  'date',
  '_openid',
  'openid',
  'uid',
]

test('members of Object.prototype and Array.prototype are invisible', () => {
  const request = databaseRequest.map(contextOf)
  const cases = fc
    .sample(fc.tuple(expressions(DATABASE_VOCABULARY), request), { seed: SEED, numRuns: RUNS })
    .map(([text, context]) => ({ text, context, rule: compileRule(text, DATABASE_SCOPE) }))
  const before = cases.map(({ rule, context }) => rule.allows(databaseFacts(context)))
  const after = poisoned(() => cases.map(({ rule, context }) => rule.allows(databaseFacts(context))))
  for (const [index, { text }] of cases.entries()) assert.equal(after[index], before[index], text)
  assert.ok(before.filter(Boolean).length > RUNS / 10, 'too few rules allow')
})

/** Runs with inherited members that would make comparisons true if rules could see them. */
function poisoned<T>(run: () => T): T {
  const places = [Object.prototype, Array.prototype]
  const names = [...POISONED, '0', '1']
  try {
    for (const place of places) {
      for (const name of names) Object.defineProperty(place, name, { value: 'u1', configurable: true, writable: true })
    }
    return run()
  } finally {
    for (const place of places) for (const name of names) Reflect.deleteProperty(place, name)
  }
}

test('evaluation decides for any data', () => {
  const anything = fc.oneof(
    fc.anything({ withMap: true, withSet: true, withDate: true, withBigInt: true, withNullPrototype: true }),
    fc.constantFrom<unknown>(Symbol.iterator, () => true, new Proxy({}, { get: () => assert.fail('trap') }), /x/),
  )
  const data = fc.dictionary(fc.constantFrom('a', 'n', 'id', 'list', 'o', 'yes', '_openid'), anything)
  fc.assert(
    fc.property(expressions(DATABASE_VOCABULARY), data, anything, anything, (text, doc, auth, now) => {
      const context = { auth, doc, data: doc, now, documents: { get: () => doc } } as unknown as DatabaseRuleContext
      assert.equal(typeof compileDatabaseRules({ read: text }).evaluate('read', context).allowed, 'boolean', text)
    }),
    { seed: SEED, numRuns: RUNS },
  )
})
