import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CloudsteadError } from './errors.ts'
import {
  checkJsonStructure,
  type JsonStructure,
  jsonStructure,
  MAX_JSON_DEPTH,
  MAX_JSON_MEMBERS,
  MAX_JSON_VALUES,
} from './json-structure.ts'

/** The same counts, from the parsed value. A member that occurs twice would be lost, so the generator makes none. */
function counted(value: unknown): JsonStructure {
  if (typeof value !== 'object' || value === null) return { values: 1, members: 0, depth: 0 }
  const keys = Array.isArray(value) ? 0 : Object.keys(value).length
  const inner = Object.values(value).map(counted)
  return {
    values: 1 + keys + inner.reduce((sum, { values }) => sum + values, 0),
    members: keys + inner.reduce((sum, { members }) => sum + members, 0),
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
  }
}

/** Counts to the end of a text. */
function structureOf(text: string): JsonStructure {
  const scan = jsonStructure(text)
  for (;;) {
    const step = scan.next()
    if (step.done === true) return step.value
  }
}

test('the counts are those of the parsed value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom('', ' ', '\t', '\n  '), (value, space) => {
      assert.deepEqual(structureOf(JSON.stringify(value, undefined, space)), counted(value))
    }),
    { numRuns: 500 },
  )
})

test('strings full of quotes, backslashes and brackets are one value each', () => {
  const strings = fc.array(fc.string({ unit: fc.constantFrom('"', '\\', '[', '{', ',', ':', 'x', '\n', '\u{1f600}') }))
  fc.assert(
    fc.property(strings, (list) => {
      assert.deepEqual(structureOf(JSON.stringify(list)), { values: list.length + 1, members: 0, depth: 1 })
    }),
    { numRuns: 500 },
  )
})

test('no text makes it fail, and it never counts more than one value for a character', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', ':', '1') }),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const { values, members, depth } = structureOf(text)
      assert.ok(values + members <= text.length && depth <= values)
    }),
    { numRuns: 500 },
  )
})

test('a text at the limits is accepted, one beyond them is refused with the limit', () => {
  const refusal = (text: string): string => {
    try {
      for (const _ of checkJsonStructure([text])) {
        // A slice of a long text.
      }
      return ''
    } catch (error) {
      assert.ok(error instanceof CloudsteadError && error.code === 'INVALID_PARAM')
      return error.message
    }
  }
  const list = (items: number) => `[${Array.from({ length: items }, () => '{}').join(',')}]`
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  assert.equal(refusal(list(MAX_JSON_VALUES - 1)), '')
  assert.match(refusal(list(MAX_JSON_VALUES)), new RegExp(`${MAX_JSON_VALUES} JSON values`))
  const object = (members: number) => `{${Array.from({ length: members }, (_, at) => `"${at}":1`).join(',')}}`
  assert.equal(refusal(object(MAX_JSON_MEMBERS)), '')
  assert.match(refusal(object(MAX_JSON_MEMBERS + 1)), new RegExp(`${MAX_JSON_MEMBERS} members`))
  const numbers = `[${Array.from({ length: MAX_JSON_MEMBERS + 1 }, () => '{"$numberInt":"1"}').join(',')}]`
  assert.equal(refusal(numbers), '', 'numbers of Extended JSON are not members')
  assert.equal(refusal(nested(MAX_JSON_DEPTH)), '')
  assert.match(refusal(nested(MAX_JSON_DEPTH + 1)), new RegExp(`${MAX_JSON_DEPTH} levels`))
  assert.match(refusal('['.repeat(5_000_000)), /levels/)
  assert.match(refusal('""'.repeat(5_000_000)), /values/)
  assert.equal(refusal(`{"text":"${'[{,:'.repeat(1_000_000)}"}`), '', 'a long string is one value')
})

test('a long text is scanned in slices, wherever they end', () => {
  const words = Array.from({ length: 200 }, (_, at) => '1'.repeat(at * 997)).filter(Boolean)
  const strings = words.map((word) => JSON.stringify(word.replaceAll('11', '"\\')))
  const list = [...words, ...strings, ' '.repeat(3_000_000), '[{"a":[]}]']
  const text = `[${list.filter((item) => item.trim() !== '').join(`,${' '.repeat(10_007)}`)}${' '.repeat(3_000_000)}]`
  const slices = [...jsonStructure(text)].length
  assert.ok(slices > 10, `${slices}`)
  assert.deepEqual(structureOf(text), { values: 1 + words.length + strings.length + 4, members: 1, depth: 4 })
})
