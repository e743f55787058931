/** Regular expressions match what JavaScript matches. Patterns that JavaScript reads differently are refused. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { RuleError } from '../rule-error.ts'
import { compilePattern, MAX_PATTERN, MAX_TESTED } from './pattern.ts'

function compiled(pattern: string, flags = '') {
  return compilePattern({ pattern, flags, start: 0, end: pattern.length + 2 }, `/${pattern}/`)
}

describe('what a pattern matches', () => {
  for (const [pattern, flags, tested, expected] of [
    ['^weekly-reports\\/', '', 'weekly-reports/1.pdf', true],
    ['^weekly-reports\\/', '', 'x/weekly-reports/1.pdf', false],
    ['weekly', '', 'x/weekly/1', true],
    ['\\.(?:jpe?g|png)$', '', 'a.jpeg', true],
    ['\\.(jpe?g|png)$', '', 'a.JPG', false],
    ['\\.(jpe?g|png)$', 'i', 'a.JPG', true],
    ['^team\\/[^/]+\\/\\d{4}$', '', 'team/red/2024', true],
    ['^team\\/[^/]+\\/\\d{4}$', '', 'team/red/x/2024', false],
    ['^[\\s\\S]{3}$', '', 'a\nb', true],
    ['^.$', '', '\n', false],
    ['a$', '', 'a\n', false],
    ['标签', '', 'x/标签.jpg', true],
    ['[\\]\\-]', '', ']', true],
    ['', '', 'anything', true],
    ['^users\\/[^/]+\\/[0-9a-f]{64}\\.png$', '', `users/a/${'0f'.repeat(32)}.png`, true],
    ['^users\\/[^/]+\\/[0-9a-f]{64}\\.png$', '', `users/a/${'0f'.repeat(31)}.png`, false],
  ] as const) {
    test(`/${pattern}/${flags} on ${JSON.stringify(tested)}`, () => {
      assert.equal(compiled(pattern, flags)(tested), expected)
      assert.equal(new RegExp(pattern, flags).test(tested), expected)
    })
  }
})

describe('what is refused, and where', () => {
  for (const [pattern, index, message] of [
    ['(?=a)', 1, /groups that start with \(\?/],
    ['a(?<!b)', 2, /groups/],
    ['(?<name>a)', 1, /groups/],
    ['(?i)a', 1, /groups/],
    ['(a)\\1', 4, /\\1 is not supported/],
    ['\\A', 1, /\\A is not supported/],
    ['\\z', 1, /\\z/],
    ['\\Qa\\E', 1, /\\Q/],
    ['\\pL', 1, /\\p/],
    ['\\x41', 1, /\\x/],
    ['\\u0041', 1, /\\u/],
    ['\\0', 1, /\\0/],
    ['[\\b]', 2, /\\b/],
    ['[[:alpha:]]', 2, /write \\\[ for a bracket/],
    ['[]a]', 1, /empty class/],
    ['[^]', 2, /empty class/],
    ['[^]a]', 2, /empty class/],
    ['a**', 0, /cannot be used: Nothing to repeat/],
    ['\\b?', 0, /cannot be used: Nothing to repeat/],
    ['(a', 0, /cannot be used: Unterminated group/],
    ['[b-a]', 0, /cannot be used: Range out of order/],
    ['(a{100}){100}', 0, /cannot be used: invalid repeat count/],
    ['(.{40}){40}', 0, /too many repetitions|invalid repeat count/],
    ['a{200}b{200}', 0, /too many repetitions/],
    ['a'.repeat(MAX_PATTERN + 1), 0, /257 characters; at most 256 are allowed/],
  ] as const) {
    test(`/${pattern.slice(0, 40)}/`, () => {
      assert.throws(
        () => compiled(pattern),
        (error: unknown) => {
          assert.ok(error instanceof RuleError)
          assert.match(error.message, message)
          assert.equal(error.index, index)
          return true
        },
      )
    })
  }
})

test('an accepted pattern agrees with JavaScript', () => {
  const piece = fc.constantFrom(
    '(?:a|b){0,70}',
    ...['a', 'b', '/', '\\/', '.', '\\.', '[ab]', '[^/]', '[a-c_]', '\\d', '\\w', '\\W', '\\b', '^', '$', '|'],
    ...['(', ')', '(?:', '*', '+', '?', '{2}', '{1,2}', '*?', '1', '-', ' ', '[\\d-]', '\\-', ']', '{', '}', ','],
  )
  const tested = fc.array(fc.constantFrom('a', 'b', 'c', '/', '.', '1', '_', '-', ' ', 'ab', 'é', '标'), {
    maxLength: 8,
  })
  let compared = 0
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 7 }),
      fc.array(tested, { minLength: 5, maxLength: 5 }),
      fc.constantFrom('', 'i'),
      (pieces, inputs, flags) => {
        const pattern = pieces.join('')
        let test: (input: string) => boolean
        try {
          test = compiled(pattern, flags)
        } catch (error) {
          assert.ok(error instanceof RuleError, pattern)
          return
        }
        compared++
        const reference = new RegExp(pattern, flags)
        for (const input of inputs.map((parts) => parts.join(''))) {
          assert.equal(test(input), reference.test(input), `/${pattern}/${flags} on ${JSON.stringify(input)}`)
        }
      },
    ),
    { numRuns: 3000 },
  )
  assert.ok(compared > 800, `only ${compared} of 3000 patterns were compared`)
})

test('a pattern that takes exponential time in other engines takes linear time', () => {
  const reads = (pattern: string): boolean => compiled(pattern)('ab'.repeat(MAX_TESTED / 2))
  assert.equal(reads('^(a|b|ab)*c$'), false)
  assert.equal(reads('^((a|b)+)+$'), true)
  assert.equal(reads('(.*)(.*)(.*)(.*)(.*)(.*)=$'), false)
  assert.equal(reads('[ab]*a[ab]{200}[^ab]$'), false)
})
