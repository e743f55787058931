import { type BlobId, BlobLengthError, BlobMissingError, type Blobs } from '../engines/blobs/blobs.ts'
import type { NamedBlob } from '../storage/named-blob.ts'

/**
 * Copies a blob to another store, under its id.
 *
 * @returns false when the source does not have it
 */
export async function copyBlob(source: Blobs, target: Blobs, { blob, size }: NamedBlob): Promise<boolean> {
  try {
    await writeCopy(source, target, blob, size)
    return true
  } catch (error) {
    if (error instanceof BlobMissingError) return false
    if (!(error instanceof BlobLengthError)) throw error
  }
  // Damaged in the source: what there is moves too, and the verification reports it.
  await writeCopy(source, target, blob, undefined)
  return true
}

async function writeCopy(source: Blobs, target: Blobs, id: BlobId, length: number | undefined): Promise<void> {
  const body = await source.read(id)
  try {
    await target.write(body, { ...(length === undefined ? {} : { length }), limit: Number.MAX_SAFE_INTEGER, id })
  } finally {
    body.destroy()
  }
}
