import type { JsonObject } from './values.ts'

/**
 * Merges the changes that two people made to a document, if they changed different fields. Pure.
 *
 * @param base the document before both changes
 * @returns undefined if both changed the same field
 */
export function mergeDocuments(base: JsonObject, theirs: JsonObject, mine: JsonObject): JsonObject | undefined {
  const result: Record<string, unknown> = { ...theirs }
  for (const name of new Set([...Object.keys(base), ...Object.keys(mine)])) {
    if (isSame(base, mine, name) || isSame(theirs, mine, name)) continue
    if (!isSame(base, theirs, name)) return undefined
    if (Object.hasOwn(mine, name)) result[name] = mine[name]
    else delete result[name]
  }
  return result
}

function isSame(a: JsonObject, b: JsonObject, name: string): boolean {
  return Object.hasOwn(a, name) === Object.hasOwn(b, name) && JSON.stringify(a[name]) === JSON.stringify(b[name])
}
