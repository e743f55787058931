import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { regexOf } from '@cloudstead/protocol'
import { codeThrown } from './database.fixture.ts'
import { compileRegex } from './regex.ts'
import { RequestBudget } from './request-budget.ts'

const matches = (pattern: string, text: string, options = '') =>
  compileRegex(regexOf(pattern, options), new RequestBudget())(text)

describe('regular expressions of queries', () => {
  const yes: readonly (readonly [pattern: string, text: string, options?: string])[] = [
    ['^.$', '🍒'],
    ['^[🍒🍎]$', '🍎'],
    ['^[^a]$', '🍒'],
    ['^.{2}$', '樱🍒'],
    ['(?i)ABC', 'xabc'],
    ['a(?i)b', 'aB'],
    ['a(?i:b)c', 'aBc'],
    ['(?s)a.b', 'a\nb'],
    ['a.b', 'a\nb', 's'],
    ['(?x) a b # the rest\n c', 'abc'],
    ['a b', 'ab', 'x'],
    ['a[ ]b', 'a b', 'x'],
    ['(?m)^b$', 'a\nb\nc'],
    ['^b$', 'a\nb\nc', 'm'],
    ['^[[:digit:]]+$', '123'],
    ['^[[:^digit:]x]+$', 'abx'],
    ['^[[:space:]]$', '\v'],
    ['\\Aab\\z', 'ab'],
    ['ab\\Z', 'ab\n'],
    ['ab$', 'ab\n'],
    ['^(foo|bar$)', 'bar\n'],
    ['^\\Qa.b*(\\E+$', 'a.b*(('],
    ['^[\\Q^]\\E]+$', '^]'],
    ['^\\h+$', ' \t\u00a0\u3000'],
    ['^\\H$', 'a'],
    ['^\\s+$', '\v \t'],
    ['^[\\S]$', 'é'],
    ['^\\R$', '\r\n'],
    ['^\\v$', '\u2028'],
    ['^\\N$', 'x'],
    ['^[]a]+$', ']a'],
    ['^\\x41\\x{1F352}$', 'A🍒'],
    ['^\\u6a31[\\u4e00-\\u9fa5]$', '樱桃'],
    ['^\\e\\cA$', '\x1b\x01'],
    ['^a{2,3}$', 'aaa'],
    ['a{,3}', 'a{,3}'],
    ['(?#note)a', 'a'],
    ['^(?<y>\\d{4})-(?P<m>\\d\\d)$', '2026-11'],
    ['^\\p{Han}+$', '樱桃'],
    ['straße', 'STRAßE', 'i'],
    ['^Ä', 'ä', 'gi'],
    ['a\\/b', 'a/b'],
    ['^\\é$', 'é'],
    ['', 'anything'],
    ['^(\\/|$).*', '/x'],
    ['\\bfoo\\b', 'a foo b'],
    ['^[\\b]$', '\b'],
    ['^[a\\-z]+$', 'a-z'],
  ]
  for (const [pattern, text, options] of yes) {
    it(`/${pattern}/${options ?? ''} matches ${JSON.stringify(text)}`, () => assert.ok(matches(pattern, text, options)))
  }

  const no: readonly (readonly [pattern: string, text: string, options?: string])[] = [
    ['^..$', '🍒'],
    ['^[[:digit:]]+$', 'dig:t'],
    ['\\Ab', 'a\nb', 'm'],
    ['ab\\z', 'ab\n'],
    ['^\\h$', 'h'],
    ['^\\s$', '\u00a0'],
    ['^\\d$', '٣'],
    ['^.$', '\n'],
    ['(?i:a)b', 'AB'],
    ['b$', 'b\n\n'],
  ]
  for (const [pattern, text, options] of no) {
    it(`/${pattern}/${options ?? ''} does not match ${JSON.stringify(text)}`, () =>
      assert.ok(!matches(pattern, text, options)))
  }

  it('refuses by name what RE2 cannot express', () => {
    const refused: readonly (readonly [pattern: string, named: RegExp])[] = [
      ['a(?=b)', /look-ahead/],
      ['a(?!b)', /look-ahead/],
      ['(?<=a)b', /look-behind/],
      ['(?<!a)b', /look-behind/],
      ['(a)\\1', /back reference/],
      ['(?<n>a)\\k<n>', /back reference/],
      ['(?P<n>a)(?P=n)', /back reference/],
      ['(?>a)', /atomic/],
      ['a++', /possessive/],
      ['a$\\n', /after the end/],
      ['\\Ga', /\\G/],
      ['a\\Kb', /\\K/],
      ['\\y', /\\y/],
      ['(*UCP)a', /UCP/],
      ['[[.a.]]', /\[\./],
      ['[[:nothing:]]', /nothing/],
      ['a{2000}', /1000/],
      ['(a{900}){900}', /repetitions/],
      ['[b-a]', /./],
    ]
    for (const [pattern, named] of refused) {
      assert.throws(
        () =>
          compileRegex(new Proxy(/a/, { get: (_, name) => (name === 'source' ? pattern : '') }), new RequestBudget()),
        (error: Error) =>
          error.message.startsWith('the regular expression cannot be used') && named.test(error.message),
        pattern,
      )
    }
    assert.equal(
      codeThrown(() => matches('a(?=b)', 'ab')),
      'INVALID_PARAM',
    )
  })

  it('stops before a long text and a large pattern block the server', () => {
    const started = process.threadCpuUsage().user
    assert.equal(
      codeThrown(() => matches('\\pL{1000}x', 'é'.repeat(1_000_000))),
      'DATABASE_REQUEST_FAILED',
    )
    assert.ok(process.threadCpuUsage().user - started < 2_000_000)
  })
})
