import { encodeKey } from '../engines/records/key-encoding.ts'
import type { Records } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'

/** Index of records by their expiry time. */
export const BY_EXPIRY = 'expiresAt'

/** Deletes in one commit: few enough not to delay other writers. */
const BATCH = 200

/**
 * Deletes the records of a space that have expired. Returns how many.
 *
 * @param now milliseconds since the epoch
 */
export async function deleteExpired(records: Records, space: string, now: number): Promise<number> {
  const ranges = [{ to: { key: encodeKey([now]), inclusive: true } }]
  let deleted = 0
  for await (const page of walkPages(records, { space, index: BY_EXPIRY, ranges, limit: BATCH })) {
    const { done } = await records.commit(
      page.map(({ id }) => ({ op: 'delete', space, id })),
      page.map(({ id, version }) => ({ space, id, version })),
    )
    // Another process is deleting them at the same time.
    if (!done) return deleted
    deleted += page.length
  }
  return deleted
}
