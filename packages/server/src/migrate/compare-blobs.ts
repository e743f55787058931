import type { BlobId } from '../engines/blobs/blobs.ts'
import type { NamedBlob } from '../storage/named-blob.ts'

/** A blob that the store does not have, or one that no record names. */
export type BlobDifference = { readonly missing: NamedBlob } | { readonly unnamed: BlobId }

/**
 * Walks the blobs that records name and those that a store has in step, and yields the differences. Both come in ascending
 * order of their ids (ASCII); a named one may be repeated.
 */
export async function* compareBlobs(
  named: AsyncIterable<NamedBlob>,
  stored: AsyncIterable<BlobId>,
): AsyncGenerator<BlobDifference, void, undefined> {
  const walk = stored[Symbol.asyncIterator]()
  let last: BlobId | undefined
  let here = await walk.next()
  try {
    for await (const one of named) {
      const { blob } = one
      if (blob === last) continue
      last = blob
      for (; !here.done && here.value < blob; here = await walk.next()) yield { unnamed: here.value }
      if (!here.done && here.value === blob) here = await walk.next()
      else yield { missing: one }
    }
    for (; !here.done; here = await walk.next()) yield { unnamed: here.value }
  } finally {
    await walk.return?.()
  }
}
