/** Differential test: the common subset of the language and JavaScript has the same results. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PRECEDENCE } from './ast.ts'
import { compileRule } from './compile-rule.ts'
import type { Scope } from './scope.ts'

/** The same expressions in every run. To test others, change the seed and raise the number. */
const SEED = 20_261_122
const RUNS = 5_000

interface Numbers {
  readonly n: number
  readonly m: number
  readonly p: boolean
  readonly q: boolean
  readonly o: { readonly n: number; readonly p: boolean; readonly list: readonly number[] }
}

const SCOPE: Scope<Numbers> = {
  kind: 'storage',
  variables: new Map([
    ['n', { get: (data: Numbers) => data.n }],
    ['m', { get: (data: Numbers) => data.m }],
    ['p', { get: (data: Numbers) => data.p }],
    ['q', { get: (data: Numbers) => data.q }],
    ['o', { get: (data: Numbers) => data.o }],
  ]),
}

const number = fc.constantFrom(
  ...['n', 'm', '-n', '+m', '0', '1', '2.5', '(n)', '-(m)', '- -n', '1e1', '.5'],
  // A member binds tighter than the operator before it.
  ...['o.n', '-o.n', '- -o["n"]', '+o.list[n]', '-[0, 1, 2, 3][m]', "o['list'].length", '-(o).n', '[o][0].n'],
)

const string = fc.constantFrom("'a'", '"a"', "'b'", "'ab'", "''", "'\\'\\\\'", "['b', 'a'][0]")

const orders = ['<', '<=', '>', '>=', ' < ', ' >= ']

/** Binds as tightly as an order operator, so it needs parentheses to be an operand of `!` or of an order operator. */
const relation = fc.oneof(
  fc.tuple(number, fc.constantFrom(...orders), number).map(([left, operator, right]) => `${left}${operator}${right}`),
  fc.tuple(string, fc.constantFrom(...orders), string).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('/^a/', '/[/b]/i', '/\\//'), string).map(([regex, text]) => `${regex}.test(${text})`),
  // Items equal their indices, so that `in` gives the same result in JavaScript, where it tests for an index.
  fc
    .tuple(fc.constantFrom('n', '(m)', '0', '7'), fc.constantFrom('[]', '[0]', '[0, 1,2]'))
    .map((pair) => pair.join(' in ')),
)

/** Operators have no parentheses wherever every grouping gives a boolean. */
const boolean: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 6, depthSize: 'medium' },
    fc.constantFrom('p', 'q', 'true', 'false', '!p', '!!q', 'o.p', '!o.p', '!!o["p"]', '!/a/.test("b")'),
    relation,
    fc
      .tuple(
        tie('any'),
        fc.constantFrom('&&', '||', '==', '!=', '===', '!=='),
        tie('any'),
        fc.constantFrom('', ' ', '\n'),
      )
      .map(([left, operator, right, gap]) => `${left}${gap}${operator}${gap}${right}`),
    tie('any').map((inner) => `(${inner})`),
    tie('any').map((inner) => `!(${inner})`),
    fc.tuple(number, fc.constantFrom('==', '!=', '===', '!=='), number).map((parts) => `(${parts.join(' ')})`),
  ),
})).any

const data: fc.Arbitrary<Numbers> = fc.record({
  n: fc.constantFrom(0, 1, 2, 3),
  m: fc.constantFrom(0, 1, 2, 3),
  p: fc.boolean(),
  q: fc.boolean(),
  o: fc.record({
    n: fc.constantFrom(0, 1, 2, 3),
    p: fc.boolean(),
    list: fc.constant([0, 1, 2, 3]),
  }),
})

test('precedence, grouping and logic are those of JavaScript', () => {
  let compared = 0
  const operators = new Set<string>()
  fc.assert(
    fc.property(boolean, data, (source, values) => {
      // `--` and `++` modify their operand in JavaScript; the language refuses them.
      if (source.length > 1024 || /--|\+\+/.test(source)) return
      const expected: unknown = new Function('n', 'm', 'p', 'q', 'o', `return (${source})`)(
        values.n,
        values.m,
        values.p,
        values.q,
        values.o,
      )
      assert.equal(typeof expected, 'boolean')
      compared++
      for (const [operator] of source.matchAll(/[=!]==?|[<>]=?|&&|\|\||\bin\b|[!+-]/g)) operators.add(operator)
      assert.equal(compileRule(source, SCOPE).allows(values), expected, source)
      assert.equal(compileRule(`!(${source})`, SCOPE).allows(values), !expected, source)
    }),
    { seed: SEED, numRuns: RUNS },
  )
  assert.ok(compared > 0.8 * RUNS, `only ${compared} of ${RUNS} expressions were compared`)
  assert.deepEqual(
    [...PRECEDENCE.keys(), '!', '+', '-'].filter((operator) => !operators.has(operator)),
    [],
    'operators that stood in no expression',
  )
})
