import { type DocumentData, isFields } from '../database/context.ts'
import { hasOperators } from '../database/query-conditions.ts'
import { text } from '../text.ts'
import type { JsonCursor } from './json-cursor.ts'

/** Replaces `{ "$date": "2026-11-22T12:00:00Z" }`, or milliseconds, with dates, which JSON does not have. */
function withDates(cursor: JsonCursor): unknown {
  const { value } = cursor
  if (Array.isArray(value)) return cursor.items().map(withDates)
  if (!isFields(value)) return value
  const date = cursor.at('$date')
  if (date !== undefined && Object.keys(value).length === 1) return readDate(date)
  return Object.fromEntries(cursor.members().map(([name, member]) => [name, withDates(member)]))
}

/** @throws {RuleError} unless the value is an object */
export function readData(cursor: JsonCursor): DocumentData {
  const value = withDates(cursor)
  return isFields(value) ? value : cursor.failAs(text('an object', '对象'))
}

/** Reads ISO 8601, milliseconds since the epoch, or a Date. @throws {RuleError} */
export function readDate(cursor: JsonCursor): Date {
  const { value } = cursor
  const date = typeof value === 'string' || typeof value === 'number' || value instanceof Date ? new Date(value) : null
  if (date === null || Number.isNaN(date.getTime())) {
    cursor.failAs(text('a time: ISO 8601 or milliseconds since 1970', '时间：ISO 8601 或 1970 年以来的毫秒数'))
  }
  return date
}

/**
 * Flattens nested objects to dotted paths, as the SDK sends them: `{ a: { b: 1 } }` becomes `{ 'a.b': 1 }`. Objects of
 * operators, arrays and dates are kept.
 */
export function flatten(data: DocumentData): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]): (readonly [string, unknown])[] => {
      if (name.startsWith('$') || !isFields(value) || hasOperators(value)) return [[name, value]]
      return Object.entries(flatten(value)).map(([inner, item]) => [`${name}.${inner}`, item])
    }),
  )
}
