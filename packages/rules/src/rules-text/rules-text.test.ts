import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { RuleError } from '../rule-error.ts'
import { parseRulesText } from './rules-text.ts'

describe('what is read', () => {
  for (const [name, source, value] of [
    ['rules', '{"read": true, "write": "auth != null"}', { read: true, write: 'auth != null' }],
    ['the name of a preset', ' "PRIVATE"\n', 'PRIVATE'],
    ['comments', '// all\n{ /* one */ "read" /**/ : // two\n true }// end', { read: true }],
    ['a trailing comma', '{"read": true, /* last */ }', { read: true }],
    ['trailing commas inside', '{"a": [1, [2,],], "b": {"c": null,},}', { a: [1, [2]], b: { c: null } }],
    ['what looks like a comment in a string', '{"read": "\'http://x\' == \'/*\'"}', { read: "'http://x' == '/*'" }],
    ['escapes', '{"re\\u0061d": "a\\n\\"b\\""}', { read: 'a\n"b"' }],
    ['a byte order mark', '\ufeff{"read": false}', { read: false }],
    ['a key that JavaScript treats in its own way', '{"__proto__": 1}', JSON.parse('{"__proto__": 1}')],
  ] as const) {
    test(name, () => assert.deepEqual(parseRulesText(source).value, value))
  }

  test('all JSON, as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const source = JSON.stringify(value, null, indent)
        assert.deepEqual(parseRulesText(source).value, JSON.parse(source))
      }),
    )
  })
})

test('any source is parsed or refused with a RuleError', () => {
  const shards = [
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ':',
    ',',
    '"a"',
    '//',
    '/*',
    '*/',
    '\n',
    ' ',
    '\\',
    '1',
    '-',
    'true',
    'x',
  ]
  const soup = fc.array(fc.constantFrom(...shards), { maxLength: 30 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), soup), (source) => {
      try {
        parseRulesText(source)
      } catch (error) {
        assert.ok(error instanceof RuleError && error.frame !== undefined, String(error))
      }
    }),
    { numRuns: 3000 },
  )
})

test('a source with only comments is refused and does not overflow the stack', () => {
  for (const part of ['//\n', '/**/', '/* ', ' \n', '[1,', '"\\']) assert.ok(refusal(part.repeat(200_000)))
})

function refusal(source: string): RuleError {
  try {
    parseRulesText(source)
  } catch (error) {
    assert.ok(error instanceof RuleError, String(error))
    return error
  }
  return assert.fail(`${source} was accepted`)
}

describe('what is refused, and where', () => {
  for (const [source, line, column, message] of [
    ['', 1, 1, /unexpected end/],
    ['{"read": true', 1, 14, /unexpected end/],
    ['{"read": true}}', 1, 15, /unexpected "}"/],
    ['{"read" true}', 1, 9, /unexpected "t"/],
    ['{,}', 1, 2, /unexpected ","/],
    ['{"a": 1,, "b": 2}', 1, 9, /unexpected ","/],
    ['[1 2]', 1, 4, /unexpected "2"/],
    ['{read: true}', 1, 2, /unexpected "r"/],
    ["{'read': true}", 1, 2, /JSON quotes are "/],
    ['{“read”: true}', 1, 2, /JSON quotes are "/],
    ['{"read": yes}', 1, 10, /unexpected "y"/],
    ['{"read": 01}', 1, 11, /unexpected "1"/],
    ['{\n  "read": "a\n"}', 2, 11, /a string must end on the line where it starts/],
    ['{"a": "\\q"}', 1, 7, /escape/],
    ['{\n/* "read": true }', 2, 1, /the comment is not closed/],
    ['{\n  "read": true,\n  "read": false\n}', 3, 3, /duplicate key "read"; JSON keeps only the last/],
    ['{"a": {"b": 1, "b": 1}}', 1, 16, /duplicate key "b"/],
    ['['.repeat(1000), 1, 65, /nested deeper than 64/],
  ] as const) {
    test(JSON.stringify(source.slice(0, 40)), () => {
      const error = refusal(source)
      assert.match(error.message, message)
      assert.match(error.text.zh, /[\u4e00-\u9fff]/)
      assert.deepEqual([error.line, error.column], [line, column])
      assert.ok(error.frame?.endsWith('^'))
    })
  }

  test('a source that is too long', () =>
    assert.match(refusal(' '.repeat(1_000_001)).message, /at most 1000000 are allowed/))
})

test('two variants of a rule, as on old pages of the platform, are refused with a merged rule', () => {
  const pasted = `{
  // login is WeChat
  "read": "resource.openid == auth.openid",
  // login is not WeChat
  "read": "resource.openid == auth.uid",
}`
  const error = refusal(pasted)
  assert.deepEqual([error.line, error.column], [5, 3])
  assert.match(error.text.en, /Old pages of the platform/)
  const merged = '"read": "(resource.openid == auth.openid) || (resource.openid == auth.uid)"'
  assert.ok(error.text.en.endsWith(merged))
  assert.ok(error.text.zh.endsWith(merged))
  assert.match(error.frame ?? '', /"read": "resource\.openid == auth\.uid"/)
})

describe('positions in the source', () => {
  const source = '{\n  "acl": {\n    "read": "a\\u0041 \\"b\\" == c"\n  }\n}'
  const rules = parseRulesText(source)
  for (const [name, path, index, expected] of [
    ['the document', [], undefined, source.indexOf('{')],
    ['a key', ['acl', 'read'], undefined, source.indexOf('"read"')],
    ['a key that is missing', ['acl', 'write'], undefined, source.indexOf('"acl"')],
    ['the beginning of a string', ['acl', 'read'], 0, source.indexOf('a\\u')],
    ['after escapes', ['acl', 'read'], 7, source.indexOf('== c')],
    ['beyond the string', ['acl', 'read'], 99, source.indexOf('"\n  }')],
    ['inside what is no string', ['acl'], 5, source.indexOf('{\n    ')],
  ] as const) {
    test(name, () => assert.equal(rules.offsetOf(path, index), expected))
  }

  test('an error has line, column and frame of the source', () => {
    const error = rules.errorAt({ en: 'no', zh: '不' }, ['acl', 'read'], 7)
    assert.deepEqual([error.key, error.line, error.column], ['read', 3, 28])
    assert.equal(error.frame, '    "read": "a\\u0041 \\"b\\" == c"\n                           ^')
  })
})

test('an item of an array has its own position', () => {
  const { value, offsetOf, errorAt } = parseRulesText('{ "a": [1, { "b": "x" }, [true,],] }')
  assert.deepEqual(value, { a: [1, { b: 'x' }, [true]] })
  assert.equal(offsetOf(['a', '1']), 11)
  assert.equal(offsetOf(['a', '1', 'b']), 13)
  assert.equal(errorAt({ en: 'no', zh: 'no' }, ['a', '2', '0']).column, 27)
})

test('the range of a value and of a part of a string', () => {
  const source = '{ "acl": { "read": "a\\u0041 == \\"b\\"", "write": true } /* all */, "list": [1, "x"] // some\n }'
  const { rangeOf } = parseRulesText(source)
  const written = (path: readonly string[], span?: { start: number; end: number }) => {
    const range = rangeOf(path, span)
    return range === undefined ? undefined : source.slice(range.from, range.to)
  }
  assert.equal(written([]), source)
  assert.equal(written(['acl', 'read']), '"a\\u0041 == \\"b\\""')
  assert.equal(written(['acl', 'read'], { start: 0, end: 2 }), 'a\\u0041')
  assert.equal(written(['acl', 'read'], { start: 6, end: 9 }), '\\"b\\"')
  assert.equal(written(['acl', 'read'], { start: 6, end: 99 }), '\\"b\\"', 'no further than the string')
  assert.equal(written(['acl'])?.at(-1), '}', 'and nothing behind it')
  assert.equal(written(['list']), '[1, "x"]')
  assert.equal(written(['acl', 'write'], { start: 0, end: 2 }), 'true')
  assert.equal(written(['list', '1']), '"x"')
  assert.equal(written(['acl', 'create']), undefined)
  assert.equal(written(['acl', 'read', 'x']), undefined)
})
