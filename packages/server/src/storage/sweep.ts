import type { BlobId } from '../engines/blobs/blobs.ts'
import { isReferenced, type StorageParts } from './store.ts'

/**
 * Between the rename of a blob and the commit of its record no file names it yet. While the server runs, blobs younger
 * than this are left alone.
 */
const MIN_AGE_MS = 60 * 60 * 1000

/** Checks the noted blobs and removes those that no file names. Resolves to how many were removed. */
export type Sweep = (signal: AbortSignal) => Promise<number>

/**
 * Notes the blobs that may be orphans: what a crash left between bytes and record, or between an overwrite and the removal
 * of the old bytes. At start, before the first upload, that may be any blob; later only those old enough.
 */
export async function planSweep(parts: StorageParts, atStart: boolean): Promise<Sweep> {
  const newest = atStart ? Number.POSITIVE_INFINITY : parts.now() - MIN_AGE_MS
  const candidates: BlobId[] = []
  for await (const { id, writtenAt } of parts.blobs.list()) if (writtenAt <= newest) candidates.push(id)
  return async (signal) => {
    let removed = 0
    for (const id of candidates) {
      if (signal.aborted) break
      if (await isReferenced(parts, id)) continue
      await parts.blobs.remove([id])
      removed += 1
    }
    return removed
  }
}
