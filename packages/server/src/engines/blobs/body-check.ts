import { createHash } from 'node:crypto'
import { BlobLengthError, BlobTooLargeError, type WriteOptions } from './blobs.ts'

/** Measures a body: its size against what was announced and allowed, and its hashes. */
export interface BodyCheck {
  /** Counts a chunk. Throws as soon as the body is longer than allowed or announced. */
  count(chunk: Uint8Array): void
  /** The body has ended. Throws when it is shorter than announced. */
  end(): void
  /** Hashes chunks, in order. Apart from `count` because it is best done while the chunks are on their way to the disk. */
  hash(chunks: readonly Uint8Array[]): void
  /** Everything was counted and hashed. */
  result(): { readonly size: number; readonly sha256: string; readonly md5?: string }
}

/** Starts measuring. Throws at once when the announced length is over the limit. */
export function createBodyCheck({ length, limit, md5 }: WriteOptions): BodyCheck {
  if (length !== undefined && length > limit) {
    throw new BlobTooLargeError(`the body is announced with ${length} bytes; ${limit} are allowed`)
  }
  const sha256Hash = createHash('sha256')
  const md5Hash = md5 ? createHash('md5') : undefined
  let size = 0
  return {
    count(chunk) {
      size += chunk.byteLength
      if (size > limit) throw new BlobTooLargeError(`the body is longer than the ${limit} bytes allowed`)
      if (length !== undefined && size > length) {
        throw new BlobLengthError(`the body is longer than the ${length} bytes announced`)
      }
    },
    end() {
      if (length !== undefined && size !== length) {
        throw new BlobLengthError(`the body ended after ${size} of the ${length} bytes announced`)
      }
    },
    hash(chunks) {
      for (const chunk of chunks) {
        sha256Hash.update(chunk)
        md5Hash?.update(chunk)
      }
    },
    result() {
      const sha256 = sha256Hash.digest('hex')
      return md5Hash ? { size, sha256, md5: md5Hash.digest('hex') } : { size, sha256 }
    },
  }
}
