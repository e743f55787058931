import type { BlobId, Blobs } from '../engines/blobs/blobs.ts'
import { withLease } from '../engines/records/lease.ts'
import type { StorageOptions } from './options.ts'

/** A blob is written before the record that references it, so younger blobs may be about to be referenced. */
const MIN_AGE_MS = 60 * 60 * 1000
/** The blobs of one step: it takes some milliseconds, then other requests get their turn. */
const BATCH = 500

/**
 * Removes the blobs that nobody needs: those that a crash left between writing the bytes and committing the record, or
 * between an overwrite and the removal of the old bytes. Walks all blobs and all references in step, so the memory does not
 * depend on their number. Uploads and other processes may go on meanwhile. One process at a time sweeps: the only one that
 * has the blobs open, or else the holder of a lease.
 *
 * @returns the number of removed blobs; 0 when another process sweeps
 * @throws the reason of the signal
 */
export async function sweepBlobs(options: StorageOptions, signal: AbortSignal): Promise<number> {
  const { records, blobs, now } = options
  // Without others there is nothing to wait for: a lease that is held was left behind by a process that was killed.
  if (blobs.exclusiveSince !== undefined) return sweep(options, signal)
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
 * The time before which no blob is about to be referenced. When the engine has the store to itself, every blob that was
 * written before it was opened is settled too, at any age: the process that wrote it has ended.
 */
function settledBefore({ exclusiveSince = 0 }: Blobs, now: number): number {
  return Math.max(now - MIN_AGE_MS, exclusiveSince)
}

/**
 * Removes blobs that a commit may have left unreferenced. A failure does not affect the answer to the request: the sweep
 * removes what remains.
 */
export async function dropUnreferenced(options: StorageOptions, ids: readonly BlobId[]): Promise<void> {
  try {
    await removeUnreferenced(options, ids)
  } catch (error) {
    options.onBackgroundError(error, 'removing bytes that are no longer needed')
  }
}

/** Removes those of these blobs that nobody needs now. Returns their number. */
async function removeUnreferenced({ blobs, references }: StorageOptions, ids: readonly BlobId[]): Promise<number> {
  const orphans: BlobId[] = []
  for (const id of ids) if (!(await references.isReferenced(id))) orphans.push(id)
  await blobs.remove(orphans)
  return orphans.length
}
