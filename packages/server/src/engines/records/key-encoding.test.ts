import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Direction, encodeBracket, encodeKey, type IndexValue, MAX_NESTING } from './key-encoding.ts'
import { componentRange, keyPrefixRange, successor, textPrefixRange } from './key-ranges.ts'
import type { KeyRange } from './records.ts'

const BRACKETS = ['null', 'number', 'string', 'object', 'array', 'boolean', 'date', 'regex']

/** MongoDB's order, written down a second time and naively. */
function compare(a: IndexValue, b: IndexValue): number {
  const byType = BRACKETS.indexOf(typeOf(a)) - BRACKETS.indexOf(typeOf(b))
  if (byType !== 0) return Math.sign(byType)
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (a instanceof RegExp && b instanceof RegExp) return compare(a.source, b.source) || compare(a.flags, b.flags)
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b, compare)
  if (typeOf(a) === 'object')
    return compareLists(Object.entries(a as object), Object.entries(b as object), compareField)
  const [x, y] = [Number(a ?? 0), Number(b ?? 0)]
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x))
  return x < y ? -1 : x > y ? 1 : 0
}

type Field = [string, IndexValue]

function compareField([nameA, a]: Field, [nameB, b]: Field): number {
  const byType = Math.sign(BRACKETS.indexOf(typeOf(a)) - BRACKETS.indexOf(typeOf(b)))
  return byType || compare(nameA, nameB) || compare(a, b)
}

function compareLists<T>(a: readonly T[], b: readonly T[], each: (a: T, b: T) => number): number {
  for (const [at, left] of a.entries()) {
    if (at >= b.length) return 1
    const order = each(left, b[at] as T)
    if (order !== 0) return order
  }
  return a.length < b.length ? -1 : 0
}

function typeOf(value: IndexValue): string {
  if (value === undefined || value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Date) return 'date'
  if (value instanceof RegExp) return 'regex'
  return typeof value
}

const texts = fc.oneof(
  fc.constantFrom('', '\0', 'a', 'a\0', 'a\0b', 'a\0\u0001', 'a\u0001', 'ab', 'b', '中', '\uffff', '😀', '\u{10ffff}'),
  fc.string({ unit: 'binary' }),
)

const scalars: fc.Arbitrary<IndexValue> = fc.oneof(
  fc.constantFrom(undefined, null, true, false),
  fc.constantFrom(0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 5e-324, -5e-324, 2 ** 53),
  fc.double(),
  fc.integer(),
  texts,
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/a/, /a/i, /ab/, /b/gi),
)

const values: fc.Arbitrary<IndexValue> = fc.letrec<{ value: IndexValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalars,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', ''), tie('value'), { maxKeys: 3 }),
  ),
})).value

const directions = fc.array(fc.constantFrom<Direction>(1, -1), { minLength: 3, maxLength: 3 })
const compounds = fc.array(values, { maxLength: 3 })

function isIn(key: Uint8Array, { from, to }: KeyRange): boolean {
  const low = from ? Buffer.compare(key, from.key) : 1
  const high = to ? Buffer.compare(key, to.key) : -1
  return (low > 0 || (low === 0 && from?.inclusive === true)) && (high < 0 || (high === 0 && to?.inclusive === true))
}

describe('encodeKey', () => {
  test('the order of the keys is the order of the values', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        assert.equal(Buffer.compare(encodeKey([a]), encodeKey([b])), compare(a, b))
      }),
      { numRuns: 2_000 },
    )
  })

  test('every pair of a list that is in order', () => {
    const ordered: IndexValue[] = [
      null,
      Number.NaN,
      -Infinity,
      -1.5,
      -5e-324,
      0,
      5e-324,
      1,
      2 ** 53,
      Infinity,
      '',
      '\0',
      'A',
      'a',
      'a\0',
      'ab',
      '中',
      '\uffff',
      '😀',
      {},
      { b: 1 },
      { a: 'x' },
      [],
      [null],
      [1],
      [1, 2],
      ['a'],
      [[]],
      false,
      true,
      new Date(-1),
      new Date(0),
      new Date('2026-01-01'),
      /a/,
      /a/i,
      /b/,
    ]
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) {
        assert.equal(Buffer.compare(encodeKey([a]), encodeKey([b])), Math.sign(i - j), `${i} and ${j}`)
        assert.equal(Buffer.compare(encodeKey([a], [-1]), encodeKey([b], [-1])), Math.sign(j - i), `${i} and ${j} down`)
      }
    }
  })

  test('components of a compound key compare one after the other, each in its direction', () => {
    fc.assert(
      fc.property(compounds, compounds, directions, (a, b, ways) => {
        const expected = a.length === b.length ? naive(a, b, ways) : undefined
        const actual = Buffer.compare(encodeKey(a, ways), encodeKey(b, ways))
        if (expected !== undefined) assert.equal(actual, expected)
        else if (naive(a, b, ways) !== 0) assert.equal(actual, naive(a, b, ways))
        else assert.equal(actual, Math.sign(a.length - b.length))
      }),
      { numRuns: 2_000 },
    )
    function naive(a: IndexValue[], b: IndexValue[], ways: Direction[]): number {
      for (let at = 0; at < Math.min(a.length, b.length); at++) {
        const order = compare(a[at], b[at]) * (ways[at] ?? 1)
        if (order !== 0) return order
      }
      return 0
    }
  })

  test('components never run into each other', () => {
    const hex = (parts: IndexValue[]) => Buffer.from(encodeKey(parts)).toString('hex')
    assert.notEqual(hex(['a', 'b']), hex(['ab', '']))
    assert.notEqual(hex(['a\0', 'b']), hex(['a', '\0b']))
    assert.notEqual(hex([['a'], 'b']), hex([['a', 'b']]))
  })

  test('missing, undefined and null are one value, and so are 0 and -0', () => {
    assert.deepEqual(encodeKey([undefined]), encodeKey([null]))
    assert.deepEqual(encodeKey([-0]), encodeKey([0]))
  })

  test('what has no place in an index is refused', () => {
    const refused: unknown[] = [1n, Symbol('s'), () => 1, new Map(), new Uint8Array(1)]
    for (const value of refused) assert.throws(() => encodeKey([value as IndexValue]), TypeError)
    let deep: IndexValue = []
    for (let depth = 1; depth < MAX_NESTING; depth++) deep = [deep]
    assert.ok(encodeKey([deep]))
    assert.throws(() => encodeKey([[deep]]), RangeError)
  })

  test('a key is nothing but its own bytes', () => {
    const key = encodeKey(['x'.repeat(1_000)])
    assert.equal(key.buffer.byteLength, key.length)
  })
})

describe('ranges', () => {
  test('the successor of a prefix is above all that begins with it, and below all else that is larger', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 5 }), (prefix, key) => {
        const next = successor(prefix)
        const begins = Buffer.compare(key.subarray(0, prefix.length), prefix) === 0
        const below = next === undefined || Buffer.compare(key, next) < 0
        assert.equal(Buffer.compare(key, prefix) >= 0 && below, begins)
      }),
    )
  })

  test('a prefix range holds the keys that begin with these components and no other', () => {
    fc.assert(
      fc.property(compounds, compounds, directions, (prefix, other, ways) => {
        const range = keyPrefixRange(prefix, ways)
        assert.ok(isIn(encodeKey([...prefix, ...other], ways), range))
        const begins = other.length >= prefix.length && prefix.every((value, at) => compare(value, other[at]) === 0)
        assert.equal(isIn(encodeKey(other, ways), range), begins)
      }),
      { numRuns: 1_000 },
    )
    assert.deepEqual(keyPrefixRange([]), {})
  })

  test('a text prefix range holds the texts that begin so', () => {
    const cases = fc.tuple(compounds, texts, fc.oneof(values, texts), texts, fc.constantFrom<Direction>(1, -1))
    fc.assert(
      fc.property(cases, ([before, text, value, after, way]) => {
        const ways: Direction[] = [...before.map((): Direction => 1), way]
        const range = textPrefixRange(before, text, ways)
        assert.equal(
          isIn(encodeKey([...before, value, after], ways), range),
          typeof value === 'string' && value.startsWith(text),
        )
        assert.ok(isIn(encodeKey([...before, text + after, after], ways), range))
      }),
      { numRuns: 1_000 },
    )
  })

  test('the range of a component holds what keeps all its bounds', () => {
    const operators = ['gt', 'gte', 'lt', 'lte'] as const
    const bounds = fc.record({ gt: scalars, gte: scalars, lt: scalars, lte: scalars }, { requiredKeys: [] })
    const cases = fc.tuple(compounds, bounds, fc.oneof(scalars, values), values, fc.constantFrom<Direction>(1, -1))
    fc.assert(
      fc.property(cases, ([before, limits, value, after, way]) => {
        const ways: Direction[] = [...before.map((): Direction => 1), way]
        const keeps = operators.every((operator) => {
          if (!Object.hasOwn(limits, operator)) return true
          const order = compare(value, limits[operator])
          const sameType = typeOf(value) === typeOf(limits[operator])
          const held = order === 0 ? operator.endsWith('e') : order > 0 === operator.startsWith('g')
          return sameType && held
        })
        assert.equal(isIn(encodeKey([...before, value, after], ways), componentRange(before, limits, ways)), keeps)
      }),
      { numRuns: 3_000 },
    )
  })

  test('bounds of the same kind of value, near each other', () => {
    const small = fc.integer({ min: 0, max: 4 })
    fc.assert(
      fc.property(small, small, small, fc.constantFrom<Direction>(1, -1), (low, high, value, way) => {
        const key = encodeKey([value, 'rest'], [way])
        assert.equal(isIn(key, componentRange([], { gte: low, lt: high }, [way])), value >= low && value < high)
        assert.equal(isIn(key, componentRange([], { gt: low, lte: high }, [way])), value > low && value <= high)
      }),
    )
  })

  test('a bracket is the first byte of every key of its type', () => {
    fc.assert(
      fc.property(values, fc.constantFrom<Direction>(1, -1), (value, way) => {
        assert.deepEqual(encodeKey([value], [way]).subarray(0, 1), encodeBracket(value, way))
      }),
    )
  })
})
