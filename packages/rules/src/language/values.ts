import { type Language, type Text, text } from '../text.ts'
import type { OrderOperator } from './ast.ts'

/**
 * The result of a comparison with a missing value. It is not `true`, so it denies. It is not `false` either, so `!` cannot
 * turn it into `true`: a missing id never grants access, however the rule is written.
 */
export const UNKNOWN: unique symbol = Symbol('unknown')
export type Unknown = typeof UNKNOWN

/** A value of an expression. `undefined` is a missing value. Objects and arrays come from stored data. */
export type Value = string | number | boolean | null | undefined | object | Unknown

export type Truth = boolean | Unknown

/** Thrown when an expression has no value. Always becomes a denial and never leaves the evaluator. */
export class EvaluationError extends Error {
  readonly text: Text

  constructor(text: Text) {
    super(text.en)
    this.name = 'EvaluationError'
    this.text = text
  }
}

export const NOT_COMPARABLE = text(
  'objects and arrays cannot be compared, only their members',
  '对象和数组不能比较，只能比较其成员',
)

/** A value that defines its own equality, such as a person with several ids. */
export abstract class ComparableValue {
  /** @param other never missing or unknown */
  abstract equals(other: Exclude<Value, null | undefined | Unknown>): boolean
  /** The value, as reasons in the log show it. */
  abstract show(language: Language): string
  /** How the value relates to `other`, for reasons in the log. */
  abstract relation(other: Value, language: Language): string
  /** The value as part of a document id. @throws EvaluationError when it cannot be one */
  abstract asIdPart(): string
  /** A member of the value. Most have none. */
  member(_name: string): Value {
    return undefined
  }
  /** The type, for messages. */
  get typeName(): Text {
    return TYPE_NAMES.id
  }
}

/** Items of a stored array that `in` searches. A longer array is an error, so evaluation stays bounded. */
export const MAX_ARRAY_ITEMS = 1000

/** Names with a special meaning in JavaScript. Data parsed from JSON can have them as own properties; rules cannot see them. */
export const HIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Missing: absent, or null in the data. Only the literal `null` can be compared with it. */
export function isMissing(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

/** `a == b` without conversion; UNKNOWN when either side is missing. */
export function equal(a: Value, b: Value): Truth {
  if (typeof a === 'string' && typeof b === 'string') return a === b
  if (a === UNKNOWN || b === UNKNOWN || isMissing(a) || isMissing(b)) return UNKNOWN
  if (a instanceof ComparableValue && b instanceof ComparableValue) {
    // Either side may throw, so ask both.
    const [ab, ba] = [a.equals(b), b.equals(a)]
    return ab || ba
  }
  if (a instanceof ComparableValue) return a.equals(b)
  if (b instanceof ComparableValue) return b.equals(a)
  if (typeof a === 'object' || typeof b === 'object') {
    throw new EvaluationError(NOT_COMPARABLE)
  }
  return a === b
}

/** `a == null`: the only comparison that has a result for a missing value. */
export function isNull(value: Value): Truth {
  return value === UNKNOWN ? UNKNOWN : isMissing(value)
}

/**
 * Negative, zero or positive when `a` is less than, equal to or greater than `b`; NaN when a number is NaN. Compares two
 * numbers, or two strings by UTF-16 unit. UNKNOWN when either side is missing.
 */
export function order(a: Value, b: Value, operator: string): number | Unknown {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN
  if (a === UNKNOWN || b === UNKNOWN || isMissing(a) || isMissing(b)) return UNKNOWN
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  throw new EvaluationError(notOrdered(operator, typeName(a), typeName(b)))
}

/** Whether the result of {@link order} satisfies an operator. */
export const ORDER_TESTS: Readonly<Record<OrderOperator, (sign: number) => boolean>> = {
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
}

export function notOrdered(operator: string, a: Text, b: Text): Text {
  return text(
    `${operator} needs two numbers or two strings, not ${a.en} and ${b.en}`,
    `${operator} 两边必须都是数字或都是字符串，而不是${a.zh}和${b.zh}`,
  )
}

/** An operand of the wrong type. */
export function wrongType(operator: string, needed: Text, found: Text): Text {
  return text(`${operator} needs ${needed.en}, not ${found.en}`, `${operator} 需要${needed.zh}，而不是${found.zh}`)
}

/** `left in right` for a stored array: whether `left == item` for any item. */
export function isIn(left: Value, right: Value): Truth {
  if (right === UNKNOWN || isMissing(right)) return UNKNOWN
  if (!Array.isArray(right)) throw new EvaluationError(wrongType('in', RIGHT_ARRAY, typeName(right)))
  if (right.length > MAX_ARRAY_ITEMS) {
    throw new EvaluationError(
      text(`the array has more than ${MAX_ARRAY_ITEMS} items`, `数组超过 ${MAX_ARRAY_ITEMS} 个元素`),
    )
  }
  let answer: Truth = left === UNKNOWN || isMissing(left) ? UNKNOWN : false
  for (let index = 0; index < right.length; index++) {
    const same = equal(left, own(right, String(index)))
    if (same === true) return true
    if (same === UNKNOWN) answer = UNKNOWN
  }
  return answer
}

export function notAName(found: Text): Text {
  return text(
    `a member name must be a string or a number, not ${found.en}`,
    `成员名必须是字符串或数字，而不是${found.zh}`,
  )
}

/** `object[name]`, own properties of data only. Missing when there is no such member, or no object. */
export function member(object: Value, name: Value): Value {
  if (typeof object !== 'object' || object === null || object instanceof RegExp) return undefined
  if (isMissing(name) || name === UNKNOWN) return undefined
  if (typeof name !== 'string' && typeof name !== 'number') {
    throw new EvaluationError(notAName(typeName(name)))
  }
  return object instanceof ComparableValue ? object.member(String(name)) : own(object, String(name))
}

/**
 * An own property whose type rules support; functions, symbols and bigints are missing. A date becomes its milliseconds, so
 * that it can be compared with `now`. A RegExp is present, but comparing it is an error.
 */
export function own(object: object, name: string): Value {
  if (HIDDEN.has(name) || !Object.hasOwn(object, name)) return undefined
  const value: unknown = (object as Record<string, unknown>)[name]
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    case 'object':
      if (value instanceof Date) return value.getTime()
      return value
    default:
      return undefined
  }
}

/**
 * The document id of a `get( )`: its pieces concatenated, or a number that is the only piece. Undefined when a piece is
 * missing.
 *
 * @throws EvaluationError for a piece that is neither a string nor a number
 */
export function documentId(pieces: readonly Value[]): string | number | undefined {
  const [only] = pieces
  if (pieces.length === 1 && typeof only === 'number') return only
  let id = ''
  for (const piece of pieces) {
    if (piece === UNKNOWN || isMissing(piece)) return undefined
    if (piece instanceof ComparableValue) id += piece.asIdPart()
    else if (typeof piece === 'string' || typeof piece === 'number') id += String(piece)
    else throw new EvaluationError(wrongType('get( )', A_NAME, typeName(piece)))
  }
  return id
}

/** The types of values, for messages. */
export const TYPE_NAMES = {
  unknown: text('an undecided comparison', '未决的比较'),
  missing: text('a missing value', '缺失的值'),
  array: text('an array', '数组'),
  id: text('an id', 'id'),
  object: text('an object', '对象'),
  string: text('a string', '字符串'),
  number: text('a number', '数字'),
  boolean: text('a boolean', '布尔值'),
} as const satisfies Readonly<Record<string, Text>>

export const RIGHT_ARRAY = text('an array on its right', '右边是数组')
export const A_BOOLEAN = text('true or false', ' true 或 false')
export const A_NUMBER = TYPE_NAMES.number
export const A_STRING = TYPE_NAMES.string
const A_NAME = text('strings and numbers', '字符串和数字')

/** The type of a value, for messages. */
export function typeName(value: Value): Text {
  if (value === UNKNOWN) return TYPE_NAMES.unknown
  if (isMissing(value)) return TYPE_NAMES.missing
  if (Array.isArray(value)) return TYPE_NAMES.array
  if (value instanceof ComparableValue) return value.typeName
  switch (typeof value) {
    case 'string':
      return TYPE_NAMES.string
    case 'number':
      return TYPE_NAMES.number
    case 'boolean':
      return TYPE_NAMES.boolean
    default:
      return TYPE_NAMES.object
  }
}
