import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { CloudsteadError } from './errors.ts'
import { type DocumentValue, decodeWebValue, encodeWebValue, MAX_VALUE_DEPTH, MAX_VALUE_NODES } from './web-values.ts'

const NOW = 1_700_000_000_000

const invalidParam = (error: unknown) => error instanceof CloudsteadError && error.code === 'INVALID_PARAM'

const name = fc.string({ maxLength: 8 }).filter((text) => !text.startsWith('$'))
const value: fc.Arbitrary<DocumentValue> = fc.letrec<{ value: DocumentValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<DocumentValue>(null, true, false, '', '__proto__', /a\/b/gi, /^x.+$/),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.string(),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(name, fc.constantFrom('__proto__', 'constructor', 'toString')), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value

describe('dialect A values', () => {
  it('survive encoding, JSON and decoding', () => {
    fc.assert(
      fc.property(value, (original) => {
        const wire = JSON.stringify(encodeWebValue(original))
        // JSON has no -0, so the JSON of both values is compared.
        const back = decodeWebValue(JSON.parse(wire), NOW)
        assert.equal(JSON.stringify(encodeWebValue(back)), wire)
        if (!wire.includes('-0')) assert.deepEqual(normal(back), normal(original))
      }),
    )
  })

  it('decodes the golden body of an add', () => {
    const body =
      '{"s":"x","n":1,"f":1.5,"b":true,"nul":null,"date":{"$date":1700000000000},"sd":{"$date":{"offset":0}},"re":{"$regex":"a.b","$options":"gi"},"pt":{"type":"Point","coordinates":[113,23]},"arr":[1,{"d":{"$date":0}}],"nested":{"a":{"b":1}},"nan":null,"line":{"type":"LineString","coordinates":[[1,1],[2,2]]}}'
    assert.deepEqual(decodeWebValue(JSON.parse(body), NOW + 5), {
      s: 'x',
      n: 1,
      f: 1.5,
      b: true,
      nul: null,
      date: new Date(NOW),
      sd: new Date(NOW + 5),
      re: /a.b/gi,
      pt: { type: 'Point', coordinates: [113, 23] },
      arr: [1, { d: new Date(0) }],
      nested: { a: { b: 1 } },
      nan: null,
      line: {
        type: 'LineString',
        coordinates: [
          [1, 1],
          [2, 2],
        ],
      },
    })
  })

  it('takes ISO dates and server dates with an offset', () => {
    assert.deepEqual(decodeWebValue({ $date: '2026-01-02T03:04:05.678Z' }, NOW), new Date('2026-01-02T03:04:05.678Z'))
    assert.deepEqual(decodeWebValue({ a: { $lt: { $date: { offset: -1000 } } } }, NOW), {
      a: { $lt: new Date(NOW - 1000) },
    })
  })

  it('encodes every date as an ISO string, including the epoch, and non-JSON numbers as null', () => {
    assert.deepEqual(encodeWebValue({ d: new Date(0), n: Number.NaN, i: [Number.POSITIVE_INFINITY] }), {
      d: { $date: '1970-01-01T00:00:00.000Z' },
      n: null,
      i: [null],
    })
  })

  it('does not copy what needs no encoding', () => {
    const plain = { a: [1, { b: 'x' }] }
    assert.equal(encodeWebValue(plain), plain)
  })

  it('keeps __proto__ and constructor as plain own fields', () => {
    const decoded = decodeWebValue(JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}'), NOW)
    assert.equal(Object.getPrototypeOf(decoded), Object.prototype)
    assert.equal((decoded as { admin?: unknown }).admin, undefined)
    assert.equal(({} as { x?: unknown }).x, undefined)
    assert.deepEqual(Object.keys(decoded as object), ['__proto__', 'constructor'])
  })

  it('refuses malformed values, and values that are too deep or too large', () => {
    let deep: unknown = 1
    for (let level = 0; level <= MAX_VALUE_DEPTH; level += 1) deep = [deep]
    const bad: unknown[] = [
      { $date: 'yesterday' },
      { $date: 1e300 },
      { $date: { offset: 'x' } },
      { $date: null },
      { $date: {} },
      { $regex: '(', $options: '' },
      { $regex: 'a', $options: 'z' },
      { $regex: 'a', $options: 1 },
      { $regex: 'a'.repeat(2000) },
      deep,
      new Array(MAX_VALUE_NODES + 1).fill(0),
      undefined,
      () => 1,
    ]
    for (const json of bad) assert.throws(() => decodeWebValue(json, NOW), invalidParam)
  })

  it('keeps operator objects', () => {
    const query = { a: { $gt: 1, $lt: 5 }, b: { $regex: 'x', $ne: 'y' } }
    assert.deepEqual(decodeWebValue(query, NOW), query)
  })
})

/** Compares RegExps by their source, and -0 as 0, because that is what JSON keeps. */
function normal(input: DocumentValue): unknown {
  if (input instanceof RegExp) return String(input)
  if (Array.isArray(input)) return input.map(normal)
  if (typeof input === 'object' && input !== null && !(input instanceof Date)) {
    return Object.entries(input).map(([key, item]) => [key, normal(item)])
  }
  return Object.is(input, -0) ? 0 : input
}
