import type { Denial } from '@cloudstead/admin-api'

/** The most denials on the page: as many as the server keeps. */
const MAX_DENIALS = 1_000

/**
 * Puts new denials before the listed ones. A request that was denied again moves to the front with its new count.
 *
 * @returns the same array if nothing is new
 */
export function mergeDenials(
  listed: readonly Denial[],
  latest: readonly Denial[],
): { readonly rows: readonly Denial[]; readonly news: number } {
  const known = new Map(listed.map((denial) => [denial.id, denial]))
  const fresh = latest.filter(({ id, count, requestId }) => {
    const old = known.get(id)
    return old === undefined || old.count !== count || old.requestId !== requestId
  })
  if (fresh.length === 0) return { rows: listed, news: 0 }
  const moved = new Set(fresh.map(({ id }) => id))
  return { rows: [...fresh, ...listed.filter(({ id }) => !moved.has(id))].slice(0, MAX_DENIALS), news: fresh.length }
}

/**
 * The time from which to request new denials. It is a millisecond before the newest listed one, because others may have
 * been denied in the same millisecond; `mergeDenials` drops the known ones.
 */
export function sinceOf(listed: readonly Denial[]): number {
  return listed.reduce((latest, { at }) => Math.max(latest, at), 0) - 1
}
