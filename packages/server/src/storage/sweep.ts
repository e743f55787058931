import type { BlobId, Blobs } from '../engines/blobs/blobs.ts'
import { withLease } from '../engines/records/lease.ts'
import type { StorageOptions } from './options.ts'

/** A blob is written before the record that names it, so a blob that is younger than this may be about to be named. */
const MIN_AGE_MS = 60 * 60 * 1000
/** Blobs that are judged at once: some milliseconds, after which other requests get their turn. */
const BATCH = 500

/**
 * Removes what nobody needs: what a crash left between the bytes and their record, or between an overwrite and the removal
 * of the old bytes. Walks all blobs and all references side by side, so memory does not grow with their number. Safe
 * beside uploads and beside sweeps of other processes; one process at a time sweeps.
 *
 * @returns how many blobs were removed; 0 when another process sweeps
 * @throws the reason of the signal
 */
export async function sweepBlobs(options: StorageOptions, signal: AbortSignal): Promise<number> {
  const { records, now } = options
  return (await withLease({ records, name: 'sweep-blobs', now, signal }, (held) => sweep(options, held))) ?? 0
}

async function sweep(options: StorageOptions, signal: AbortSignal): Promise<number> {
  const { blobs, references, now } = options
  const settled = settledBefore(blobs, now())
  const walk = references.walk(signal)
  let batch: BlobId[] = []
  let removed = 0
  const judgeBatch = async () => {
    signal.throwIfAborted()
    const candidates = await walk.unreferenced(batch)
    batch = []
    removed += await removeUnreferenced(options, candidates)
  }
  try {
    for await (const { id, writtenAt } of blobs.list()) {
      if (writtenAt < settled) batch.push(id)
      if (batch.length === BATCH) await judgeBatch()
    }
    await judgeBatch()
    return removed
  } finally {
    await walk.close()
  }
}

/**
 * No write of this or another process is about to name a blob that is older. Where the engine is alone, that holds for
 * every blob of a former process, however young: that process is gone.
 */
function settledBefore({ exclusiveSince = 0 }: Blobs, now: number): number {
  return Math.max(now - MIN_AGE_MS, exclusiveSince)
}

/**
 * Removes bytes that may have become unreferenced by a commit. A failure does not change the answer to the request: the
 * sweep finds what stays behind.
 */
export async function dropUnreferenced(options: StorageOptions, ids: readonly BlobId[]): Promise<void> {
  try {
    await removeUnreferenced(options, ids)
  } catch (error) {
    options.onBackgroundError(error, 'removing bytes that are no longer needed')
  }
}

/** Returns how many of these blobs it removed: those that nobody needs at this moment. */
async function removeUnreferenced({ blobs, references }: StorageOptions, ids: readonly BlobId[]): Promise<number> {
  const orphans: BlobId[] = []
  for (const id of ids) if (!(await references.isReferenced(id))) orphans.push(id)
  await blobs.remove(orphans)
  return orphans.length
}
