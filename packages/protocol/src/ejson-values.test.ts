import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EJSON } from 'bson'
import fc from 'fast-check'
import { decodeEjson, decodeEjsonValue, encodeEjson, encodeRelaxedEjson } from './ejson-values.ts'
import { CloudsteadError } from './errors.ts'
import type { DocumentValue } from './web-values.ts'

const NOW = 1_700_000_000_000

const invalidParam = (error: unknown) => error instanceof CloudsteadError && error.code === 'INVALID_PARAM'

const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !text.startsWith('$') && text !== '__proto__')
const value: fc.Arbitrary<DocumentValue> = fc.letrec<{ value: DocumentValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<DocumentValue>(
      null,
      true,
      false,
      '',
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 40,
      -(2 ** 53),
    ),
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.string(),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

describe('dialect B values', () => {
  it('survives encoding and decoding', () => {
    fc.assert(
      fc.property(value, (original) => {
        assert.deepEqual(decodeEjson(encodeEjson(original), NOW), original)
      }),
    )
  })

  it('is read by the general Extended JSON library as the same value', () => {
    fc.assert(
      fc.property(value, (original) => {
        const theirs = EJSON.parse(encodeEjson({ original }), { relaxed: true }) as { original: DocumentValue }
        assert.deepEqual(theirs.original, original)
      }),
    )
  })

  it('reads what the general Extended JSON library writes', () => {
    fc.assert(
      fc.property(value, (original) => {
        assert.deepEqual(decodeEjson(EJSON.stringify({ original }, { relaxed: false }), NOW), { original })
      }),
    )
  })

  it('survives the relaxed encoding, also as a JSON string', () => {
    fc.assert(
      fc.property(value, (original) => {
        const relaxed = encodeRelaxedEjson(original)
        assert.deepEqual(decodeEjsonValue(relaxed, NOW), original)
        assert.deepEqual(decodeEjson(JSON.stringify(relaxed), NOW), original)
      }),
    )
    assert.deepEqual(encodeRelaxedEjson({ n: 1, f: 1.5, at: new Date(0), re: /a/i, z: -0 }), {
      n: 1,
      f: 1.5,
      at: { $date: '1970-01-01T00:00:00.000Z' },
      re: { $regularExpression: { pattern: 'a', options: 'i' } },
      z: { $numberDouble: '-0.0' },
    })
  })

  it('reads regular expressions and ObjectIds', () => {
    assert.deepEqual(decodeEjson('{"a":{"$regularExpression":{"pattern":"a.b","options":"i"}}}', NOW), { a: /a.b/i })
    assert.equal(decodeEjson('{"$oid":"507F1F77BCF86CD799439011"}', NOW), '507f1f77bcf86cd799439011')
    assert.deepEqual(decodeEjson(encodeEjson({ re: /x\/y/gi }), NOW), { re: /x\/y/gi })
  })

  it('reads server dates in both forms, on which the general library throws', () => {
    const forms = [
      '{"d":{"$tcb_server_date":{"offset":{"$numberInt":"60"}}}}',
      '{"d":{"$date":{"offset":{"$numberInt":"60"}}}}',
      '{"d":{"$date":{"offset":60}}}',
    ]
    for (const text of forms) assert.deepEqual(decodeEjson(text, NOW), { d: new Date(NOW + 60) })
    assert.throws(() => EJSON.parse(forms[1] as string))
  })

  it('refuses malformed values and unsupported types', () => {
    const bad = [
      '{',
      '{"$numberInt":"x"}',
      '{"$numberInt":1}',
      '{"$numberLong":""}',
      '{"$oid":"12"}',
      '{"$date":{"offset":{}}}',
      '{"$date":{"offset":{"$numberInt":"x"}}}',
      '{"$tcb_server_date":1}',
      '{"$regularExpression":"a"}',
      '{"$regularExpression":{"pattern":"(","options":""}}',
      '{"$binary":{"base64":"","subType":"00"}}',
      '{"$code":"1"}',
      '{"$minKey":1}',
      '['.repeat(200) + ']'.repeat(200),
    ]
    for (const text of bad) assert.throws(() => decodeEjson(text, NOW), invalidParam, text)
  })
})
