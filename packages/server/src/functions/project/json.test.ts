import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { member, parseLooseJson } from './json.ts'

function parse(source: string) {
  const problems: string[] = []
  const value = parseLooseJson(source, ({ en }) => problems.push(en))
  return { value, problems }
}

test('comments and trailing commas', () => {
  assert.deepEqual(parse('{ // one\n "a": [1, /* two */], }'), { value: { a: [1] }, problems: [] })
})

test('of a duplicate key the last value counts; the values are not in the problem', () => {
  const source = '{\n "a": "secret-1", // "b": 1,\n "a": "x // , ]",\n "c": [1, /* , */ ], }'
  assert.deepEqual(parse(source), {
    value: { a: 'x // , ]', c: [1] },
    problems: ['the key "a" appears twice (line 3, column 2); the last one counts'],
  })
})

test('what is not valid, with its place', () => {
  const { value, problems } = parse('{\n "a": }')
  assert.equal(value, undefined)
  assert.deepEqual(problems, ['not valid JSON: unexpected "}" (line 2, column 7)'])
  assert.equal(parse('{"a": 1, "a": 2, b}').problems.length, 2)
})

test('members are own ones', () => {
  const { value } = parse('{ "__proto__": { "x": 1 } }')
  assert.equal(member(value, 'x'), undefined)
  assert.equal(member(value, 'toString'), undefined)
  assert.deepEqual(member(value, '__proto__'), { x: 1 })
  assert.equal(member(null, 'x'), undefined)
})

test('every JSON is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (source) => assert.deepEqual(parse(source).value, JSON.parse(source))),
  )
})
