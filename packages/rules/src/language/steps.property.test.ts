/**
 * No evaluation takes more than 10,000 steps. A step is the evaluation of a part of the expression, or the comparison of an item
 * by `in`. JavaScript and RE2 compare strings and patterns in time linear in their length.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { expressions, type Vocabulary } from '../naive/arbitraries.fixture.ts'
import { childrenOf, MAX_LENGTH, MAX_SEARCHES, type RuleNode } from './ast.ts'
import { compile } from './compile.ts'
import { parse } from './parse.ts'
import type { Scope } from './scope.ts'
import { EvaluationError, MAX_ARRAY_ITEMS, type Value } from './values.ts'

const MAX_STEPS = 10_000

/** Counts reads of `d`, and reads of array items. */
interface Counter {
  variables: number
  items: number
  readonly data: object
}

function counter(): Counter {
  const counted: Counter = { variables: 0, items: 0, data: {} }
  const list = new Proxy(
    // The searched value is the last item, or not in the array.
    Array.from({ length: MAX_ARRAY_ITEMS }, (_, index) => index),
    {
      get(target, name) {
        if (name !== 'length') counted.items++
        return Reflect.get(target, name)
      },
    },
  )
  Object.assign(counted.data, { a: list, n: -1, s: 'none', yes: true, lists: [list] })
  return counted
}

const SCOPE: Scope<Counter> = {
  kind: 'database',
  variables: new Map([
    [
      'd',
      {
        get(counted: Counter): Value {
          counted.variables++
          return counted.data
        },
      },
    ],
  ]),
  lookup: (counted) => counted.data,
}

function countedRun(source: string): { readonly nodes: number; readonly named: number; readonly counted: Counter } {
  const root = parse(source, 'database')
  const counted = counter()
  try {
    compile(root, SCOPE).run(counted)
  } catch (error) {
    assert.ok(error instanceof EvaluationError, String(error))
  }
  const nodes = partsOf(root)
  return { nodes: nodes.length, named: nodes.filter(({ kind }) => kind === 'variable').length, counted }
}

function partsOf(node: RuleNode): readonly RuleNode[] {
  return [node, ...childrenOf(node).flatMap(partsOf)]
}

const VOCABULARY: Vocabulary = {
  booleans: ['d.yes'],
  numbers: ['d.n', 'd["n"]', 'd.a[999]'],
  strings: ['d.s', 'd[d.s]'],
  lists: ['d.a', 'd.a', 'd.lists[0]', 'get("database.c." + d.s).a'],
  others: ['d.none', 'nobody', 'null'],
  roots: ['d'],
}

test('no part of a rule is evaluated twice, and no item compared twice in one search', () => {
  let most = 0
  fc.assert(
    fc.property(expressions(VOCABULARY), (source) => {
      const { nodes, named, counted } = countedRun(source)
      assert.ok(counted.variables <= named, source)
      const steps = nodes + counted.items
      assert.ok(steps <= MAX_STEPS, `${steps} steps: ${source}`)
      most = Math.max(most, counted.items)
    }),
    { seed: 20_261_122, numRuns: 3_000 },
  )
  assert.ok(most >= 2 * MAX_ARRAY_ITEMS, `at most ${most} items were compared: the test lost its subject`)
})

/** The longest rule with this beginning and repetitions of this part. */
function longest(begin: string, repeated: string, end: (times: number) => string): string {
  let found: string | undefined
  for (let times = 1; ; times++) {
    const source = begin + repeated.repeat(times) + end(times)
    if (source.length > MAX_LENGTH || !isRule(source)) break
    found = source
  }
  assert.ok(found !== undefined, `${begin}${repeated}${end(1)} is no rule`)
  return found
}

function isRule(source: string): boolean {
  try {
    parse(source, 'database')
    return true
  } catch {
    return false
  }
}

/** Rules that search as often as possible. */
const WORST: readonly (readonly [string, string])[] = [
  ['alternatives', longest('0==1', '||d.n in d.a', () => '')],
  ['negated conjunction', longest('0==0', '&&!(d.n in d.a)', () => '')],
  ['equality', longest('0==0', '==(d.n in d.a)', () => '')],
  ['nested to the right', longest('', '0==1||(d.n in d.a||(', (times) => `0==1${'))'.repeat(times)}`)],
  ['nested to the left', longest('', '!(', (times) => `0==1${'||d.n in d.a)'.repeat(times)}`)],
  ['items of an array', longest('[', 'd.n in d.a,', () => '0] == null')],
  ['searched arrays in an array', longest('0==1', '||d.n in[d.a][0]', () => '')],
  ['names of members', longest('d', '[[d.n in d.a][7]]', () => '== null')],
  ['a search for a search', longest('0==0', ' in d.a', () => '')],
  ['in literal arrays', longest('0==1', '||1 in[d.n in d.a]', () => '')],
  ['in the id of a document', longest("get('database.c.'", '+[d.n in d.a][7]', () => ') == null')],
]

describe('the worst rules stay within 10,000 steps', () => {
  for (const [name, source] of WORST) {
    test(name, () => {
      const { nodes, counted } = countedRun(source)
      assert.ok(nodes + counted.items <= MAX_STEPS, `${nodes} parts and ${counted.items} items: ${source}`)
    })
  }

  test('some of them search as much as allowed', () => {
    const searched = WORST.map(([, source]) => countedRun(source).counted.items)
    assert.equal(Math.max(...searched), MAX_SEARCHES * MAX_ARRAY_ITEMS)
  })

  test('the rest of a rule cannot add many steps: a rule has fewer parts than characters', () => {
    const searches = `0==1${'||d.n in d.a'.repeat(MAX_SEARCHES)}`
    const filled = longest(searches, '||!1', () => '')
    const { nodes, counted } = countedRun(filled)
    assert.ok(nodes < filled.length)
    assert.ok(nodes + counted.items <= MAX_STEPS)
  })
})
