/** The recent queries of each collection. Reloading the window clears them. */

/** The most queries kept for a collection. */
const KEPT = 15

const recent = new Map<string, readonly string[]>()

export function noteQuery(collection: string, query: string): void {
  if (query === '') return
  const before = recent.get(collection) ?? []
  recent.set(collection, [query, ...before.filter((one) => one !== query)].slice(0, KEPT))
}

/** Newest first. */
export function queriesOf(collection: string): readonly string[] {
  return recent.get(collection) ?? []
}
