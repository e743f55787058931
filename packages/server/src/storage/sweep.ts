import type { BlobId, Blobs } from '../engines/blobs/blobs.ts'
import type { RecordKey, Records } from '../engines/records/records.ts'
import type { StorageOptions } from './options.ts'

/** A blob is written before the record that references it, so younger blobs may be about to be referenced. */
const MIN_AGE_MS = 24 * 60 * 60 * 1000
/** The blobs of one step: it takes some milliseconds, then other requests get their turn. */
const BATCH = 500
/** What the last sweep had reached is judged once more: clocks differ. */
const OVERLAP_MS = 60 * 60 * 1000
const STATE: RecordKey = { space: 'storage', id: 'sweep' }

/**
 * Removes the blobs that a crash left between writing the bytes and committing the record. (Those that lose their last
 * reference go through the trash.) Each blob is judged once, when it is a day old; where the engine has the store to
 * itself, all are judged, and those of ended processes at any age. Walks blobs and references in step, so the memory does
 * not depend on their number. Uploads may go on meanwhile, and two processes may do it at once.
 *
 * @returns the number of removed blobs
 * @throws the reason of the signal
 */
export async function sweepBlobs(options: StorageOptions, signal: AbortSignal): Promise<number> {
  const { records, blobs, now } = options
  const settled = Math.max(now() - MIN_AGE_MS, blobs.exclusiveSince ?? 0)
  if (blobs.exclusiveSince !== undefined) return sweepSpan(options, 0, settled, signal)
  const reached = await readReached(records)
  // A clock that was far ahead may have noted it.
  const since = reached > settled ? 0 : reached
  const removed = await sweepSpan(options, since, settled, signal)
  const value = JSON.stringify({ reached: settled - OVERLAP_MS })
  await records.commit([{ op: 'put', ...STATE, value, entries: [] }])
  return removed
}

/** Up to which time of writing blobs have been judged, in milliseconds since the epoch; 0 before the first sweep. */
async function readReached(records: Records): Promise<number> {
  const [record] = await records.get([STATE])
  return record === undefined ? 0 : (JSON.parse(record.value) as { readonly reached: number }).reached
}

/** Judges the blobs that were written from `since` on and before `settled`, in milliseconds since the epoch. */
async function sweepSpan(
  options: StorageOptions,
  since: number,
  settled: number,
  signal: AbortSignal,
): Promise<number> {
  const { blobs, references } = options
  let walk: ReturnType<typeof references.walk> | undefined
  let batch: BlobId[] = []
  let removed = 0
  const judgeBatch = async () => {
    signal.throwIfAborted()
    const [first] = batch
    if (first === undefined) return
    walk ??= references.walk(signal, first)
    const candidates = await walk.unreferenced(batch)
    batch = []
    removed += await removeUnreferenced(options, candidates)
  }
  try {
    for await (const { id, writtenAt } of blobs.list({ since })) {
      if (writtenAt >= since && writtenAt < settled) batch.push(id)
      if (batch.length === BATCH) await judgeBatch()
    }
    await judgeBatch()
    return removed
  } finally {
    await walk?.close()
  }
}

/** Removes a blob that may not be needed any more. The sweep removes it when this fails. */
export async function dropBlob(options: StorageOptions, id: BlobId): Promise<void> {
  try {
    await removeUnreferenced(options, [id])
  } catch (error) {
    options.onBackgroundError(error, 'removing bytes that are no longer needed')
  }
}

/** Removes those of these blobs that nobody needs now. Returns their number. */
export async function removeUnreferenced(
  { blobs, references }: Pick<StorageOptions, 'references'> & { readonly blobs: Pick<Blobs, 'remove'> },
  ids: readonly BlobId[],
): Promise<number> {
  const orphans: BlobId[] = []
  for (const id of ids) if (!(await references.isReferenced(id))) orphans.push(id)
  if (orphans.length > 0) await blobs.remove(orphans)
  return orphans.length
}
