import { setImmediate } from 'node:timers/promises'
import type { FindRequest, FoundRecord, Records } from './records.ts'

/** A walk over all pages of a find. `limit` and `maxBytes` bound each page, `after` is where the walk begins. */
export interface WalkRequest<V extends boolean = true> extends FindRequest<V> {
  /** At most this many records in the first page, when the caller may need no second one (default `limit`). */
  readonly firstLimit?: number
  /** Ends the walk before its next page: it rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Walks what a find finds, page by page, and gives the event loop a turn between two pages. No page is empty: a walk
 * that finds nothing yields none. Each page is as of its own moment; a record that is neither written nor deleted during
 * the walk comes exactly once (with a multikey index: once per entry), so the caller may write and delete what it was
 * given before it asks for the next page.
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
