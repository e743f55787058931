import { createHash } from 'node:crypto'
import { BlobLengthError, BlobTooLargeError, type WriteOptions } from './blobs.ts'

/** Checks the size of a body against the announced and the allowed length, and computes its hashes. */
export interface BodyCheck {
  /** Counts a chunk. Throws as soon as the body is longer than allowed or announced. */
  count(chunk: Uint8Array): void
  /** Call at the end of the body. Throws when it is shorter than announced. */
  end(): void
  /** Hashes chunks, in order. Separate from `count`: hashing is best done while the disk writes the chunks. */
  hash(chunks: readonly Uint8Array[]): void
  /** Call when everything has been counted and hashed. */
  result(): { readonly size: number; readonly sha256: string; readonly md5?: string }
}

/** Starts a check. Throws when the announced length is over the limit. */
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
