/** Differential test: the evaluator against a second, deliberately naive evaluator. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DatabaseRuleContext, databaseFacts } from '../database/context.ts'
import { updatedData } from '../database/request-data.ts'
import { DATABASE_SCOPE } from '../database/scope.ts'
import { compileFunctionRules } from '../functions/rules.ts'
import { compileRule } from '../language/compile-rule.ts'
import { StorageFacts } from '../storage/context.ts'
import { storageScope } from '../storage/scope.ts'
import {
  DATABASE_VOCABULARY,
  databaseRequest,
  expressions,
  FUNCTION_VOCABULARY,
  functionRequest,
  STORAGE_VOCABULARY,
  storageRequest,
} from './arbitraries.fixture.ts'
import { databaseWorld, type NaiveDatabaseRequest } from './naive-database.fixture.ts'
import { naiveDecide } from './naive-evaluator.fixture.ts'
import { naiveParse } from './naive-parser.fixture.ts'
import { authVariable, storageVariables } from './naive-storage.fixture.ts'

/** The same rules in every run. To test others, change the seed and raise the number. */
const SEED = 20_261_122
const RUNS = 600

/** In each run, every rule is evaluated for every request. */
const RULES = 4
const REQUESTS = 10

const LANGUAGE = [
  ...['literal', 'variable', 'member', 'array', 'test', 'unary !', 'unary +', 'unary -'],
  ...['&&', '||', '==', '===', '!=', '!==', '<', '<=', '>', '>=', 'in'].map((operator) => `binary ${operator}`),
]

/** Counts what was compared, so that a test that compares too little fails. */
class Tally {
  #pairs = 0
  #allowed = 0
  readonly #exercised = new Set<string>()

  add(allowed: boolean, visited: ReadonlySet<string>): void {
    this.#pairs++
    if (!allowed) return
    this.#allowed++
    for (const kind of visited) this.#exercised.add(kind)
  }

  assertWorth(kinds: readonly string[]): void {
    assert.ok(this.#pairs >= 20_000, `only ${this.#pairs} decisions were compared`)
    assert.ok(this.#allowed > 0.1 * this.#pairs, `only ${this.#allowed} of ${this.#pairs} decisions allow`)
    assert.ok(this.#allowed < 0.8 * this.#pairs, `${this.#allowed} of ${this.#pairs} decisions allow`)
    const missed = kinds.filter((kind) => !this.#exercised.has(kind))
    assert.deepEqual(missed, [], 'parts of the language that took part in no decision that allows')
  }
}

function exactly<T>(length: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { minLength: length, maxLength: length })
}

const mode = fc.constantFrom('path' as const, 'creator' as const)

test('files: every rule decides every request as the naive evaluator does', () => {
  const tally = new Tally()
  const rules = exactly(RULES, expressions(STORAGE_VOCABULARY))
  fc.assert(
    fc.property(rules, exactly(REQUESTS, storageRequest), mode, (sources, requests, resourceOpenid) => {
      for (const source of sources) {
        const rule = compileRule(source, storageScope(resourceOpenid))
        const node = naiveParse(source)
        for (const request of requests) {
          const visited = new Set<string>()
          const expected = naiveDecide(node, { variables: storageVariables(request, resourceOpenid), visited })
          if (rule.allows(new StorageFacts(request)) !== expected)
            assert.fail(disagreement(source, expected, { resourceOpenid, ...request }))
          tally.add(expected, visited)
        }
      }
    }),
    { seed: SEED, numRuns: RUNS },
  )
  tally.assertWorth(LANGUAGE)
})

test('documents: every rule decides every request as the naive evaluator does', () => {
  const tally = new Tally()
  const rules = exactly(RULES, expressions(DATABASE_VOCABULARY))
  fc.assert(
    fc.property(rules, exactly(REQUESTS, databaseRequest), (sources, requests) => {
      for (const source of sources) {
        const rule = compileRule(source, DATABASE_SCOPE)
        const node = naiveParse(source, { get: true })
        for (const request of requests) {
          const visited = new Set<string>()
          const expected = naiveDecide(node, databaseWorld(request, visited))
          if (rule.allows(databaseFacts(context(request))) !== expected)
            assert.fail(disagreement(source, expected, request))
          tally.add(expected, visited)
        }
      }
    }),
    { seed: SEED, numRuns: RUNS },
  )
  tally.assertWorth([...LANGUAGE, 'get'])
})

test('functions: every rule decides every request as the naive evaluator does', () => {
  const tally = new Tally()
  const rules = exactly(RULES, expressions(FUNCTION_VOCABULARY))
  fc.assert(
    fc.property(rules, exactly(REQUESTS, functionRequest), (sources, requests) => {
      for (const source of sources) {
        const compiled = compileFunctionRules({ '*': { invoke: false }, pay: { invoke: source } })
        const node = naiveParse(source)
        for (const request of requests) {
          const visited = new Set<string>()
          const variables = { auth: authVariable(request.auth), now: request.now }
          const expected = naiveDecide(node, { variables, visited })
          if (compiled.evaluate('pay', request).allowed !== expected)
            assert.fail(disagreement(source, expected, request))
          tally.add(expected, visited)
        }
      }
    }),
    { seed: SEED, numRuns: RUNS },
  )
  tally.assertWorth(LANGUAGE)
})

function disagreement(source: string, expected: boolean, request: unknown): string {
  return `naively this ${expected ? 'allows' : 'denies'}: ${source}\n${JSON.stringify(request)}`
}

/** Rules that the two evaluators once decided differently, for a request that changes `n` by `$inc`. */
const ONCE_DIFFERENT = [
  'doc._openid != []',
  '!(doc._openid in [[]])',
  'doc._openid != auth',
  'doc._openid != request.data.n',
  'request.data.n != doc._openid',
  '[auth.none == 1][0] == null',
  '(auth.none == 1) in [[auth.none == 1][0]]',
]

test('an owner is compared only with ids, and an undecided comparison is not an item of an array', () => {
  const request: NaiveDatabaseRequest = {
    auth: { uid: 'u1', loginType: 'CUSTOM' },
    doc: { _openid: 'u1' },
    update: { set: {}, changed: ['n'] },
    documents: {},
    now: 0,
  }
  for (const source of ONCE_DIFFERENT) {
    assert.equal(compileRule(source, DATABASE_SCOPE).allows(databaseFacts(context(request))), false, source)
    const node = naiveParse(source, { get: true })
    assert.equal(naiveDecide(node, databaseWorld(request, new Set())), false, source)
  }
})

function context({ auth, doc, update, documents, now }: NaiveDatabaseRequest): DatabaseRuleContext {
  return {
    auth,
    ...(doc && { doc }),
    // The stored document is empty, so the update removes nothing.
    ...(update && { data: updatedData(operators(update), {}) }),
    documents: {
      get: (collection, id) => (typeof id === 'string' ? (documents[collection]?.[id] ?? null) : null),
    },
    now,
  }
}

/** A field that is changed by `$inc` is not in `$set` too. */
function operators({ set, changed }: NonNullable<NaiveDatabaseRequest['update']>): Record<string, unknown> {
  const left = Object.entries(set).filter(([name]) => !changed.includes(name))
  return { $set: Object.fromEntries(left), $inc: Object.fromEntries(changed.map((name) => [name, 1])) }
}
