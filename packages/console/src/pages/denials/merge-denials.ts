import type { AnsweringServer } from '@cloudstead/admin-api'
import type { ShownDenial } from './poll-denials.ts'

/** The most denials on the page: as many as a server keeps. */
const MAX_DENIALS = 1_000

/**
 * Adds new denials to the listed ones, newest first. A request that was denied again moves to the front with its new count.
 *
 * @returns the same array if nothing is new
 */
export function mergeDenials(
  listed: readonly ShownDenial[],
  latest: readonly ShownDenial[],
): { readonly rows: readonly ShownDenial[]; readonly news: number } {
  const known = new Map(listed.map((denial) => [denial.id, denial]))
  const fresh = latest.filter(({ id, count, requestId }) => {
    const old = known.get(id)
    return old === undefined || old.count !== count || old.requestId !== requestId
  })
  if (fresh.length === 0) return { rows: listed, news: 0 }
  const moved = new Set(fresh.map(({ id }) => id))
  const rows = [...fresh, ...listed.filter(({ id }) => !moved.has(id))]
  return { rows: newestFirst(rows).slice(0, MAX_DENIALS), news: fresh.length }
}

/** Those of the same time keep their order. */
export function newestFirst(rows: readonly ShownDenial[]): readonly ShownDenial[] {
  return rows.toSorted((a, b) => b.at - a.at)
}

/** The servers that have answered, with one more. The same array if nothing has changed. */
export function keepServer(known: readonly AnsweringServer[], server: AnsweringServer): readonly AnsweringServer[] {
  const { id, servers } = server
  if (known.length <= servers && known.some((one) => one.id === id && one.servers === servers)) return known
  return [...known.filter((one) => one.id !== id), server].slice(-servers)
}
