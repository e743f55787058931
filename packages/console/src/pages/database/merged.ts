import type { JsonObject } from './values.ts'

/**
 * A document with what two people changed of it, where they changed different fields; undefined where they did not. Pure.
 *
 * @param seen the document with which both began
 */
export function merged(seen: JsonObject, theirs: JsonObject, mine: JsonObject): JsonObject | undefined {
  const result: Record<string, unknown> = { ...theirs }
  for (const name of new Set([...Object.keys(seen), ...Object.keys(mine)])) {
    if (same(seen, mine, name) || same(theirs, mine, name)) continue
    if (!same(seen, theirs, name)) return undefined
    if (Object.hasOwn(mine, name)) result[name] = mine[name]
    else delete result[name]
  }
  return result
}

function same(a: JsonObject, b: JsonObject, name: string): boolean {
  return Object.hasOwn(a, name) === Object.hasOwn(b, name) && JSON.stringify(a[name]) === JSON.stringify(b[name])
}
