import type { Denial } from '@cloudstead/admin-api'

/** Denials that the page holds: as many as the server keeps. */
const MOST = 1_000

export interface Merged {
  readonly items: readonly Denial[]
  /** How many are new, or were denied once more. */
  readonly news: number
}

/** Puts what came lately before what is shown; one that was denied again moves to the front with its new count. */
export function merge(shown: readonly Denial[], latest: readonly Denial[]): Merged {
  const known = new Map(shown.map((denial) => [denial.id, denial]))
  const fresh = latest.filter(({ id, count, requestId }) => {
    const old = known.get(id)
    return old === undefined || old.count !== count || old.requestId !== requestId
  })
  if (fresh.length === 0) return { items: shown, news: 0 }
  const moved = new Set(fresh.map(({ id }) => id))
  return { items: [...fresh, ...shown.filter(({ id }) => !moved.has(id))].slice(0, MOST), news: fresh.length }
}

/**
 * From when on to ask for what is new. A millisecond before the newest, because others may have been denied in the same
 * one; `merge` drops what is known.
 */
export function sinceOf(shown: readonly Denial[]): number {
  return shown.reduce((latest, { at }) => Math.max(latest, at), 0) - 1
}
