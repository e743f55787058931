import { type Direction, encodeBracket, encodeKey, encodeTextPrefix, type IndexValue } from './key-encoding.ts'
import type { KeyRange } from './records.ts'

/** The smallest key above all keys that begin with these bytes, or undefined when there is none. */
export function successor(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1
  if (length === 0) return undefined
  const next = prefix.slice(0, length)
  next[length - 1] = (next[length - 1] ?? 0) + 1
  return next
}

/** All keys that begin with these components; all keys of the index when there are none. */
export function keyPrefixRange(values: readonly IndexValue[], directions: readonly Direction[] = []): KeyRange {
  return bytesPrefixRange(encodeKey(values, directions))
}

/**
 * All keys that begin with the components `values` and whose next component is a text that begins with `text`.
 *
 * @example
 * textPrefixRange([], 'users/alice/') // what lies in a folder, when the path is indexed
 */
export function textPrefixRange(
  values: readonly IndexValue[],
  text: string,
  directions: readonly Direction[] = [],
): KeyRange {
  const prefix = encodeKey(values, directions)
  return bytesPrefixRange(concat(prefix, encodeTextPrefix(text, directions[values.length])))
}

/** Conditions on one component. Each also asks that the component has the type of its value. */
export interface Bounds {
  readonly gt?: IndexValue
  readonly gte?: IndexValue
  readonly lt?: IndexValue
  readonly lte?: IndexValue
}

/**
 * All keys that begin with the components `values` and whose next component keeps all the bounds. As in MongoDB a bound
 * compares only values of its own type, so bounds of two types leave nothing. NaN, the first of the numbers, is in the
 * range below a number; a caller that evaluates the condition again drops it.
 *
 * With a multikey index the elements of one array may keep the bounds severally, so give only one bound there.
 *
 * @example
 * componentRange(['alice'], { gte: 10, lt: 20 }) // of an index over name and age
 */
export function componentRange(
  values: readonly IndexValue[],
  bounds: Bounds,
  directions: readonly Direction[] = [],
): KeyRange {
  const prefix = encodeKey(values, directions)
  const direction = directions[values.length] ?? 1
  let range = bytesPrefixRange(prefix)
  for (const operator of ['gt', 'gte', 'lt', 'lte'] as const) {
    if (!Object.hasOwn(bounds, operator)) continue
    const value = bounds[operator]
    const key = concat(prefix, encodeKey([value], [direction]))
    const upwards = operator.startsWith('g') === (direction === 1)
    const next = successor(key)
    // A whole component is never all ones, so there is a next key; the components after it are why it is needed.
    const edge = operator.endsWith('e') === upwards ? key : (next ?? key)
    const side: KeyRange = upwards ? { from: { key: edge, inclusive: true } } : { to: { key: edge, inclusive: false } }
    range = intersect(range, intersect(bytesPrefixRange(concat(prefix, encodeBracket(value, direction))), side))
  }
  return range
}

function bytesPrefixRange(prefix: Uint8Array): KeyRange {
  if (prefix.length === 0) return {}
  const end = successor(prefix)
  return { from: { key: prefix, inclusive: true }, ...(end && { to: { key: end, inclusive: false } }) }
}

/** What lies in both; the lower bounds are all inclusive here, and the upper ones all exclusive. */
function intersect(a: KeyRange, b: KeyRange): KeyRange {
  const from = a.from && b.from ? (Buffer.compare(a.from.key, b.from.key) > 0 ? a.from : b.from) : (a.from ?? b.from)
  const to = a.to && b.to ? (Buffer.compare(a.to.key, b.to.key) < 0 ? a.to : b.to) : (a.to ?? b.to)
  return { ...(from && { from }), ...(to && { to }) }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}
