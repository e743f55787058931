/** The queries of this session, by collection; a reload forgets them. */

/** Queries that are kept of a collection. */
const KEPT = 15

const asked = new Map<string, readonly string[]>()

export function noteQuery(collection: string, query: string): void {
  if (query === '') return
  const before = asked.get(collection) ?? []
  asked.set(collection, [query, ...before.filter((one) => one !== query)].slice(0, KEPT))
}

/** Newest first. */
export function queriesOf(collection: string): readonly string[] {
  return asked.get(collection) ?? []
}
