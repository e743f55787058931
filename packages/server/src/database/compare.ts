import { type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import type { RequestBudget } from './request-budget.ts'

/**
 * MongoDB's order of values: by type first, then by value. Index keys have the same order, so that a walk over an index
 * and a sort in memory agree.
 */

const RANK = { nothing: 1, number: 2, string: 3, object: 4, array: 5, boolean: 8, date: 9, regex: 11 } as const

/** The rank of a value's type in the order of types. A missing value counts as null. */
export function typeRank(value: DocumentValue | undefined): number {
  switch (typeof value) {
    case 'number':
      return RANK.number
    case 'string':
      return RANK.string
    case 'boolean':
      return RANK.boolean
    case 'object':
      if (value === null) return RANK.nothing
      if (value instanceof Date) return RANK.date
      if (value instanceof RegExp) return RANK.regex
      return Array.isArray(value) ? RANK.array : RANK.object
    default:
      return RANK.nothing
  }
}

/** Units of a string whose comparison has a cost, and how many of them cost as much as one small value. */
const LONG = 256
const UNITS_PER_COST = 16

/** Compares strings by code point, which is the byte order of their UTF-8; `<` compares UTF-16 units instead. */
function compareStrings(a: string, b: string, budget?: RequestBudget): number {
  const length = Math.min(a.length, b.length)
  if (length > LONG) budget?.spend(length / UNITS_PER_COST)
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right) return byCodePoint(left) - byCodePoint(right)
  }
  return a.length - b.length
}

/** Maps a UTF-16 unit so that surrogates, which encode the highest code points, come after all other units. */
function byCodePoint(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/** NaN comes before all numbers. */
function compareNumbers(a: number, b: number): number {
  if (a === b) return 0
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1
  if (Number.isNaN(b)) return 1
  return a < b ? -1 : 1
}

function compareArrays(a: readonly DocumentValue[], b: readonly DocumentValue[], budget?: RequestBudget): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    budget?.spend(1)
    const order = compareValues(a[at], b[at], budget)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareObjects(a: DocumentObject, b: DocumentObject, budget?: RequestBudget): number {
  const left = Object.entries(a)
  const right = Object.entries(b)
  budget?.spend(left.length + right.length)
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at += 1) {
    const [leftKey, leftValue] = left[at] as [string, DocumentValue]
    const [rightKey, rightValue] = right[at] as [string, DocumentValue]
    const order =
      typeRank(leftValue) - typeRank(rightValue) ||
      compareStrings(leftKey, rightKey) ||
      compareValues(leftValue, rightValue, budget)
    if (order !== 0) return order
  }
  return left.length - right.length
}

/**
 * Negative when `a` comes before `b`, positive when after, 0 when they are equal in order.
 *
 * @param budget spends the cost of comparing long strings, arrays and objects
 */
export function compareValues(
  a: DocumentValue | undefined,
  b: DocumentValue | undefined,
  budget?: RequestBudget,
): number {
  const rank = typeRank(a)
  const order = rank - typeRank(b)
  if (order !== 0) return order
  switch (rank) {
    case RANK.number:
      return compareNumbers(a as number, b as number)
    case RANK.string:
      return compareStrings(a as string, b as string, budget)
    case RANK.boolean:
      return Number(a) - Number(b)
    case RANK.date:
      return (a as Date).getTime() - (b as Date).getTime()
    case RANK.regex: {
      const [left, right] = [a as RegExp, b as RegExp]
      return compareStrings(left.source, right.source) || compareStrings(left.flags, right.flags)
    }
    case RANK.array:
      return compareArrays(a as readonly DocumentValue[], b as readonly DocumentValue[], budget)
    case RANK.object:
      return compareObjects(a as DocumentObject, b as DocumentObject, budget)
    default:
      return 0
  }
}

/** Names of an object from which V8 keeps them in a hash table, whose listing takes several times as long for each. */
const MANY_NAMES = 1000

function listingCost(names: number): number {
  return names > MANY_NAMES ? 5 * names : names
}

/**
 * Whether two values are equal. The order of an object's fields does not matter; a missing value equals null.
 *
 * @param budget spends the cost of comparing arrays and objects
 */
export function sameValue(a: DocumentValue | undefined, b: DocumentValue | undefined, budget?: RequestBudget): boolean {
  if (a === b) return true
  if (typeof a === 'string' || typeof b === 'string') return false
  if (isDocumentObject(a)) {
    if (!isDocumentObject(b)) return false
    const keys = Object.keys(a)
    const others = Object.keys(b).length
    // Listing the keys of the larger one is the cost, also where the other one is empty.
    budget?.spend(listingCost(keys.length) + listingCost(others))
    if (keys.length !== others) return false
    return keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key], budget))
  }
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, at) => {
      budget?.spend(1)
      return sameValue(item, b[at], budget)
    })
  }
  return compareValues(a, b) === 0
}
