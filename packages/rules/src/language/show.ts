import type { Language } from '../text.ts'
import { ComparableValue, typeName, type Value } from './values.ts'

/** Characters of one value in a message: enough to recognize a path or an id, too few to flood a log. */
const MAX_VALUE = 120

/** A value as shown in a message: quoted, on one line, clipped. */
export function show(value: Value, language: Language): string {
  if (value instanceof ComparableValue) return value.show(language)
  if (typeof value === 'string') return clip(JSON.stringify(value), MAX_VALUE)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeName(value)[language]
}

/** Cuts a string that is longer than `limit` characters. */
export function clip(string: string, limit: number): string {
  return string.length <= limit ? string : `${string.slice(0, limit - 1)}…`
}
