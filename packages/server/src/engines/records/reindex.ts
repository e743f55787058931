import type { PutWrite, RecordKey, Records, StoredRecord } from './records.ts'
import { CONFLICT, retryOnConflict } from './retry.ts'
import { walkPages } from './walk.ts'

/** Records per commit: few enough not to delay logins and uploads. */
const BATCH = 200

/** The first spaces that were indexed this way were those of `auth`, hence the name. */
const DONE_SPACE = 'auth:indexed'

/** Which records get index entries, and how they are written with them. */
export interface Reindexing {
  readonly space: string
  /** Names the set of entries. A new name, for when the entries of the space change, writes all of them again. */
  readonly entries: string
  readonly put: (record: StoredRecord) => PutWrite
}

/**
 * Writes the index entries of records that an older version of the program stored without them. Runs once: a mark
 * records that all are done, and from then on it costs one read. Every write expects what was read, so it may run beside
 * other writers, run twice, or be interrupted. Returns how many records were written.
 *
 * @param signal ends it early; the next start begins again
 */
export async function reindex(
  records: Records,
  { space, entries, put }: Reindexing,
  signal?: AbortSignal,
): Promise<number> {
  if (await isIndexed(records, entries)) return 0
  let written = 0
  for await (const page of walkPages(records, { space, limit: BATCH })) {
    if (signal?.aborted === true) return written
    await write(records, page, put)
    written += page.length
  }
  await records.commit([{ op: 'put', ...markOf(entries), value: '{}', entries: [] }])
  return written
}

/** Whether a reindexing with this name has been finished. */
export async function isIndexed(records: Records, entries: string): Promise<boolean> {
  return (await records.get([markOf(entries)]))[0] !== undefined
}

function markOf(entries: string): RecordKey {
  return { space: DONE_SPACE, id: entries }
}

async function write(records: Records, page: readonly StoredRecord[], put: Reindexing['put']): Promise<void> {
  let pending = page
  const attempt = async () => {
    if (pending.length === 0) return
    const seen = pending.map(({ space, id, version }) => ({ space, id, version }))
    if ((await records.commit(pending.map(put), seen)).done) return
    // Some were written or deleted in the meantime: read them again.
    pending = (await records.get(seen)).filter((record) => record !== undefined)
    return CONFLICT
  }
  await retryOnConflict(attempt, {
    exhausted: () => new Error('records change too often to write their index entries'),
  })
}
