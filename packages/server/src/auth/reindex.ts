import type { PutWrite, RecordKey, Records, StoredRecord } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { walkPages } from '../engines/records/walk.ts'
import { putJson } from './json-records.ts'

/** Records of one commit: few enough that logins of the same moment hardly wait. */
const BATCH = 200

const DONE_SPACE = 'auth:indexed'

/** Which records are to get entries, and how they are written with them. */
export interface Reindexing {
  readonly space: string
  /** Names the set of entries. When the entries of this space change, give it another name: all are written again. */
  readonly entries: string
  readonly put: (record: StoredRecord) => PutWrite
}

/**
 * Gives the records that an older version stored the index entries that a newer one asks for: once, since it is noted when
 * all are done. Every write expects what was read, so it harms nobody to run it beside the writers, or twice, or half.
 * Costs one read once it is done. Returns how many records were written.
 *
 * @param signal ends it early, to go on at the next start
 */
export async function reindex(
  records: Records,
  { space, entries, put }: Reindexing,
  signal?: AbortSignal,
): Promise<number> {
  const mark: RecordKey = { space: DONE_SPACE, id: entries }
  if ((await records.get([mark]))[0] !== undefined) return 0
  let written = 0
  for await (const page of walkPages(records, { space, limit: BATCH })) {
    if (signal?.aborted === true) return written
    await write(records, page, put)
    written += page.length
  }
  await records.commit([putJson(mark, {})])
  return written
}

async function write(records: Records, page: readonly StoredRecord[], put: Reindexing['put']): Promise<void> {
  let pending = page
  const attempt = async () => {
    if (pending.length === 0) return
    const seen = pending.map(({ space, id, version }) => ({ space, id, version }))
    if ((await records.commit(pending.map(put), seen)).done) return
    // Some were written or deleted meanwhile: read them again.
    pending = (await records.get(seen)).filter((record) => record !== undefined)
    return CONFLICT
  }
  await retryOnConflict(attempt, {
    exhausted: () => new Error('records change faster than they can be given index entries'),
  })
}
