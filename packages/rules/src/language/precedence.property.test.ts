/** Differential test: on the part of the language that JavaScript shares, both must say the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileRule } from './evaluate.ts'
import type { Scope } from './scope.ts'

interface Numbers {
  readonly n: number
  readonly m: number
  readonly p: boolean
  readonly q: boolean
}

const SCOPE: Scope<Numbers> = {
  dialect: 'storage',
  variables: new Map([
    ['n', { get: (data: Numbers) => data.n }],
    ['m', { get: (data: Numbers) => data.m }],
    ['p', { get: (data: Numbers) => data.p }],
    ['q', { get: (data: Numbers) => data.q }],
  ]),
}

const number = fc.constantFrom('n', 'm', '-n', '+m', '0', '1', '2.5', '(n)', '-(m)', '- -n', '1e1', '.5')

/** Binds as tight as an order; only parentheses make it an operand of `!` or of another order. */
const relation = fc.oneof(
  fc
    .tuple(number, fc.constantFrom('<', '<=', '>', '>=', ' < ', ' >= '), number)
    .map(([left, operator, right]) => `${left}${operator}${right}`),
  // Items equal their indices, so that JavaScript's `in`, which asks for an index, agrees with ours.
  fc
    .tuple(fc.constantFrom('n', '(m)', '0', '7'), fc.constantFrom('[]', '[0]', '[0, 1,2]'))
    .map((pair) => pair.join(' in ')),
)

/** Operators stand without parentheses wherever booleans come out whichever way they are grouped. */
const boolean: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 6, depthSize: 'medium' },
    fc.constantFrom('p', 'q', 'true', 'false', '!p', '!!q'),
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
})

test('precedence, grouping and logic are those of JavaScript', () => {
  let compared = 0
  fc.assert(
    fc.property(boolean, data, (source, values) => {
      // `--` and `++` change their operand in JavaScript; the language refuses them.
      if (source.length > 1024 || /--|\+\+/.test(source)) return
      const expected: unknown = new Function('n', 'm', 'p', 'q', `return (${source})`)(
        values.n,
        values.m,
        values.p,
        values.q,
      )
      assert.equal(typeof expected, 'boolean')
      compared++
      assert.equal(compileRule(source, SCOPE).allows(values), expected, source)
      assert.equal(compileRule(`!(${source})`, SCOPE).allows(values), !expected, source)
    }),
    { numRuns: 3000 },
  )
  assert.ok(compared > 2500, `only ${compared} of 3000 expressions were compared`)
})
