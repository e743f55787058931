import { setImmediate } from 'node:timers/promises'
import type { FindRequest, FoundRecord, Records } from './records.ts'

/** A walk over all pages of a find. `limit` and `maxBytes` bound each page; the walk starts after `after`. */
export interface WalkRequest<V extends boolean = true> extends FindRequest<V> {
  /** The limit of the first page, for callers that may not need a second one (default `limit`). */
  readonly firstLimit?: number
  /** Ends the walk before its next page; it then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Yields the pages of a find and gives the event loop a turn between two of them. No page is empty: a walk that finds
 * nothing yields none. Each page is its own snapshot. A record that is neither written nor deleted during the walk comes
 * exactly once (with a multikey index: once per entry), so the caller may write or delete the records of a page before it
 * asks for the next one.
 *
 * @throws what `find` throws; the reason of the signal
 *
 * @example
 * for await (const page of walkPages(records, { space: 'files', limit: 500 })) {
 *   for (const { id } of page) count(id)
 * }
 */
export async function* walkPages<V extends boolean = true>(
  records: Pick<Records, 'find'>,
  { firstLimit, signal, ...request }: WalkRequest<V>,
): AsyncGenerator<readonly FoundRecord<V>[], void, undefined> {
  signal?.throwIfAborted()
  let page = await records.find({ ...request, limit: firstLimit ?? request.limit })
  if (page.records.length > 0) yield page.records
  while (page.next !== undefined) {
    await setImmediate()
    signal?.throwIfAborted()
    page = await records.find({ ...request, after: page.next })
    if (page.records.length > 0) yield page.records
  }
}
