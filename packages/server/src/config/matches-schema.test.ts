import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { type JsonSchema, matchesSchema } from './matches-schema.ts'

const schema = JSON.parse(readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8')) as JsonSchema
const validate = new Ajv({ strict: true }).compile(schema)

const EXAMPLE = {
  $schema: './config.schema.json',
  storage: {
    acl: { read: true, write: 'auth != null', maxAge: 600 },
    tempUrlMaxAge: 7200,
    maxFileSize: '1.5 MB',
    resourceOpenid: 'path',
  },
  database: {
    collections: {
      orders: { acl: 'PRIVATE', indexes: ['status', { name: 'a', fields: { a: 1, b: -1 }, unique: true }] },
      news: { acl: { read: true, create: 'auth != null' } },
    },
  },
  auth: { anonymous: true, wechat: { appid: 'wx1', secret: 's', apiBase: 'https://api.weixin.qq.com' } },
  security: { webDomains: ['https://a.example:8080', '[::1]'], hosts: ['a.example'] },
}

/** Values near the limits of the schema, and names that it knows. */
const leaf = fc.oneof(
  fc.constantFrom(
    true,
    false,
    null,
    0,
    1,
    -1,
    1.5,
    86_400,
    86_401,
    1e300,
    '',
    'PRIVATE',
    'path',
    '10MB',
    '1.5 kb',
    'wx_1',
  ),
  fc.constantFrom(
    'a'.repeat(1024),
    'a'.repeat(1025),
    '😀'.repeat(1024),
    '😀'.repeat(300),
    '中文',
    'http://x',
    'a b',
    '\n',
  ),
  fc.constantFrom(
    [],
    {},
    ['a'],
    { read: true },
    { fields: { a: 1 } },
    { fields: {} },
    { indexes: Array(21).fill('a') },
  ),
)
const names = fc.constantFrom(
  'read',
  'acl',
  'fields',
  'name',
  'a',
  'a b',
  '',
  '__proto__',
  'constructor',
  'collections',
)
const other = fc.oneof(leaf, fc.dictionary(names, leaf, { maxKeys: 3 }), fc.array(leaf, { maxLength: 3 }))

/** Every place of the example, as a path. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [path, ...below.flatMap(([key, one]) => placesIn(one, [...path, key]))]
}

/** A copy that has another value at the path. */
function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  const copy = structuredClone(value) as Record<string, unknown>
  if (typeof copy !== 'object' || copy === null) return value
  Object.defineProperty(copy, key, { value: replaced(copy[key], rest, by), enumerable: true, configurable: true })
  return copy
}

test('the example matches', () => {
  assert.equal(matchesSchema(EXAMPLE, schema), true)
  assert.equal(matchesSchema({}, schema), true)
})

test('says the same as the validator for configurations with one or two other values', () => {
  const places = fc.constantFrom(...placesIn(EXAMPLE))
  const change = fc.record({ path: places, added: fc.option(names), by: other })
  let refused = 0
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
      const value = changes.reduce<unknown>(
        (config, { path, added, by }) => replaced(config, added === null ? path : [...path, added], by),
        EXAMPLE,
      )
      const expected = validate(value)
      if (!expected) refused += 1
      assert.equal(matchesSchema(value, schema), expected, JSON.stringify(value))
    }),
    { numRuns: 5000, seed: 1 },
  )
  assert.ok(refused > 1000 && refused < 4900, `${refused} were refused`)
})

test('a keyword that is not known is an error, also one that all objects have', () => {
  for (const keyword of ['multipleOf', 'constructor', '__proto__x']) {
    assert.throws(() => matchesSchema(1, { [keyword]: 2 }), /is not known/)
  }
  assert.throws(() => matchesSchema(1, { $ref: '#/definitions/none', definitions: {} }), /has no/)
})
