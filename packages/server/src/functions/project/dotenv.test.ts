import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseDotenv } from './dotenv.ts'

function parse(source: string) {
  const problems: string[] = []
  const variables = parseDotenv(source, ({ en }) => problems.push(en))
  return { variables: Object.fromEntries(variables), problems }
}

for (const [title, source, expected] of [
  ['a plain value', 'A=1', { A: '1' }],
  ['spaces around it, CRLF, a byte order mark', '\ufeff A = two words \r\nB=2\r\n', { A: 'two words', B: '2' }],
  ['export', 'export A=1', { A: '1' }],
  ['comments', '# first\nA=1 # one\n\n  # B=2\nC=a#b', { A: '1', C: 'a' }],
  ['an empty value', 'A=\nB=""', { A: '', B: '' }],
  ['equals signs and quotes within', 'A=x=1&y="2"', { A: 'x=1&y="2"' }],
  ['quotes keep # and spaces', `A=" x # y " # z\nB='#'\nC=\`"'\``, { A: ' x # y ', B: '#', C: `"'` }],
  ['escapes in double quotes only', 'A="a\\n\\"b\\"\\\\n"\nB=\'a\\n\'', { A: 'a\n"b"\\n', B: 'a\\n' }],
  ['several lines', 'A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
  ['a quote that is not closed', 'A="one\nB=2', { A: '"one', B: '2' }],
  ['the last of two', 'A=1\nA=2', { A: '2' }],
] as const) {
  test(title, () => assert.deepEqual(parse(source), { variables: expected, problems: [] }))
}

test('names that every object has are variables like others', () => {
  assert.deepEqual([...parseDotenv('__proto__=1\nconstructor=2', () => {}).keys()], ['__proto__', 'constructor'])
})

test('a line that is none is reported, and the others are read', () => {
  assert.deepEqual(parse('A=1\nwhat is this\nB: 2\nC=3'), {
    variables: { A: '1', C: '3' },
    problems: ['line 2 is not NAME=value', 'line 3 is not NAME=value'],
  })
})

test('every value survives in double quotes', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (first, second) => {
      const quoted = (value: string) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`
      assert.deepEqual(parse(`A=${quoted(first)}\nB=${quoted(second)}`).variables, { A: first, B: second })
    }),
  )
})

test('no text takes long or fails', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('A', '=', '"', "'", '\\', '\n', '#', ' ', 'export ')), (parts) => {
      parse(parts.join(''))
    }),
  )
  parse('A="'.repeat(20_000))
  parse(`A=${' '.repeat(100_000)}x`)
})
