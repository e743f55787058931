import type { OrderOperator } from '../language/ast.ts'

/** An end of an interval. The value is part of the interval unless the end is `open`. */
export interface Bound<T> {
  readonly value: T
  readonly open: boolean
}

/** A range of numbers or strings. An absent end is unbounded. */
export interface Interval<T> {
  readonly low?: Bound<T>
  readonly high?: Bound<T>
}

export function exactly<T>(value: T): Interval<T> {
  return { low: { value, open: false }, high: { value, open: false } }
}

/** The possible results of `a operator b` for values in the two intervals. */
export function compareIntervals<T extends number | string>(
  operator: OrderOperator,
  a: Interval<T>,
  b: Interval<T>,
): readonly boolean[] {
  const orEqual = operator === '<=' || operator === '>='
  const [left, right] = operator === '<' || operator === '<=' ? [a, b] : [b, a]
  if (isBefore(left.high, right.low, orEqual)) return [true]
  return isBefore(right.high, left.low, !orEqual) ? [false] : [true, false]
}

/** Whether two intervals can have a value in common. */
export function overlap<T extends number | string>(a: Interval<T>, b: Interval<T>): boolean {
  return !isBefore(a.high, b.low, false) && !isBefore(b.high, a.low, false)
}

/** Whether every value up to `high` is less than every value from `low` on, or with `orEqual`, less or equal. */
function isBefore<T extends number | string>(
  high: Bound<T> | undefined,
  low: Bound<T> | undefined,
  orEqual: boolean,
): boolean {
  if (high === undefined || low === undefined) return false
  if (high.value === low.value) return orEqual || high.open || low.open
  return high.value < low.value
}

/** The values in both intervals. */
export function intersection<T extends number | string>(a: Interval<T>, b: Interval<T>): Interval<T> {
  const low = tighter(a.low, b.low, (x, y) => x > y)
  const high = tighter(a.high, b.high, (x, y) => x < y)
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) }
}

function tighter<T>(
  a: Bound<T> | undefined,
  b: Bound<T> | undefined,
  closer: (x: T, y: T) => boolean,
): Bound<T> | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (a.value === b.value) return a.open ? a : b
  return closer(a.value, b.value) ? a : b
}
