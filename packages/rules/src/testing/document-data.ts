import type { DocumentData } from '../database/context.ts'
import { text } from '../text.ts'
import { isObject, type Part } from './json-cursor.ts'

/** JSON has no dates: `{ "$date": "2026-11-22T12:00:00Z" }`, or milliseconds, stands for one. */
export function withDates(part: Part): unknown {
  const { value } = part
  if (Array.isArray(value)) return part.items().map(withDates)
  if (!isObject(value)) return value
  const date = part.at('$date')
  if (date !== undefined && Object.keys(value).length === 1) return readDate(date)
  return Object.fromEntries(part.members().map(([name, member]) => [name, withDates(member)]))
}

/** An object of document data. */
export function readData(part: Part): DocumentData {
  const value = withDates(part)
  return isObject(value) ? value : part.failAs(text('an object', '对象'))
}

/** ISO text, milliseconds since 1970, or a Date. */
export function readDate(part: Part): Date {
  const { value } = part
  const date = typeof value === 'string' || typeof value === 'number' || value instanceof Date ? new Date(value) : null
  if (date === null || Number.isNaN(date.getTime())) {
    part.failAs(text('a time: ISO 8601 or milliseconds since 1970', '时间：ISO 8601 或 1970 年以来的毫秒数'))
  }
  return date
}

/**
 * Nested objects as dotted paths, which is how the SDK sends them: `{ a: { b: 1 } }` is `{ 'a.b': 1 }`. Objects of
 * operators, arrays and dates stay.
 */
export function flattened(data: DocumentData): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]): (readonly [string, unknown])[] => {
      if (name.startsWith('$') || !isObject(value) || hasOperators(value)) return [[name, value]]
      return Object.entries(flattened(value)).map(([inner, item]) => [`${name}.${inner}`, item])
    }),
  )
}

export function hasOperators(value: object): boolean {
  return Object.keys(value).some((name) => name.startsWith('$'))
}
