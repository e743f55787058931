import type { Key } from '@cloudstead/admin-api'

/**
 * The keys that are revoked with a key: those that it created, those that they created, and so on.
 *
 * @param keep the id of a created key that stays, with those that it created
 */
export function madeBy(keys: readonly Key[], id: string, keep?: string): readonly Key[] {
  const ids = new Set([id])
  const made: Key[] = []
  for (let before = -1; before < made.length; ) {
    before = made.length
    for (const key of keys) {
      if (key.id === keep || ids.has(key.id) || !ids.has(key.by ?? '')) continue
      ids.add(key.id)
      made.push(key)
    }
  }
  return made
}
