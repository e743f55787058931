import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { prefixes } from './prefixes.ts'

for (const [pattern, expected] of [
  ['^public\\/', ['public/']],
  ['^public/', ['public/']],
  ['public\\/', ['']],
  ['\\.jpg$', ['']],
  ['^(team|shared)\\/', ['team', 'shared']],
  ['^(?:team|shared)\\/', ['team', 'shared']],
  ['^a|^b|c', ['a', 'b', '']],
  ['^users\\/[^/|]+\\/|^x', ['users/', 'x']],
  ['^ab?c', ['a']],
  ['^ab*', ['a']],
  ['^ab+c', ['ab']],
  ['^ab{2}', ['a']],
  ['^a.c', ['a']],
  ['^a\\.c\\d', ['a.c']],
  ['^(ab)?c', ['']],
  ['^x(a(b|c)|d)', ['xab', 'xac', 'xd']],
  ['^a\\|b', ['a|b']],
  ['^[(|]', ['']],
  ['^', ['']],
  ['', ['']],
] as const) {
  test(`/${pattern}/ begins with ${JSON.stringify(expected)}`, () => assert.deepEqual(prefixes(pattern), expected))
}

test('every string that a pattern matches starts with one of its prefixes', () => {
  const piece = fc.constantFrom(
    ...['^', 'a', 'b', '/', '\\.', '.', '(', ')', '(?:', '|', '*', '+', '?', '{2}', '[ab]', '\\w'],
  )
  const tested = fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 5 }).map((parts) => parts.join(''))
  let matched = 0
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 7 }), fc.array(tested, { minLength: 10 }), (pieces, inputs) => {
      const pattern = pieces.join('')
      let regex: RegExp
      try {
        regex = new RegExp(pattern)
      } catch {
        return
      }
      const beginnings = prefixes(pattern)
      for (const input of inputs.filter((candidate) => regex.test(candidate))) {
        matched++
        assert.ok(
          beginnings.some((beginning) => input.startsWith(beginning)),
          `/${pattern}/ matches ${JSON.stringify(input)}`,
        )
      }
    }),
    { numRuns: 5000 },
  )
  assert.ok(matched > 500, `only ${matched} matches`)
})
