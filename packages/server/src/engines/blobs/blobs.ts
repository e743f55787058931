/**
 * The blobs seam: bytes. A blob is written once under an id that the engine makes, and never changes; an overwrite of a
 * file is a new blob. What `write` resolved survives a kill -9 and a power loss; a write that failed leaves nothing.
 */

/** The engine's own name of a blob: `[a-z0-9-]+`, never derived from user input. */
export type BlobId = string & { readonly __brand: 'BlobId' }

export interface WriteOptions {
  /** Bytes the sender announced, when known. A body that differs is refused with `BlobLengthError`. */
  readonly length?: number
  /** Bytes at most; a longer body is refused with `BlobTooLargeError` as soon as that is known. */
  readonly limit: number
  /** Compute the MD5 too, for a sender that announced one. */
  readonly md5?: boolean
}

export interface WrittenBlob {
  readonly id: BlobId
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly md5?: string
}

/** Bytes `start` to `end`, both included, as in an HTTP range. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export class BlobTooLargeError extends Error {
  override readonly name = 'BlobTooLargeError'
}
export class BlobLengthError extends Error {
  override readonly name = 'BlobLengthError'
}
/** There is no such blob (any more). */
export class BlobMissingError extends Error {
  override readonly name = 'BlobMissingError'
}

export interface ListOptions {
  /** Where a former list ended. It need not exist any more. */
  readonly after?: BlobId
}

export interface ListedBlob {
  readonly id: BlobId
  /** Milliseconds since the epoch. */
  readonly writtenAt: number
}

/** The seam itself. Every implementation passes blobs.contract.ts. */
export interface Blobs {
  /** Durable when it resolves. The source is destroyed or drained to where the failure was noticed. */
  write(source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenBlob>
  /** A stream of the blob or of a part of it. The blob may be removed while it is read; the reader still gets it whole. */
  read(id: BlobId, range?: ByteRange): Promise<import('node:stream').Readable>
  /** The whole blob in memory, for small ones. */
  readAll(id: BlobId): Promise<Uint8Array>
  /** Removes blobs; those that do not exist are passed over. */
  remove(ids: readonly BlobId[]): Promise<void>
  /**
   * Everything that was written and not removed, in the order of the ids (bytes of ASCII), those after `after`. Blobs that
   * come or go meanwhile are met or not; none is met twice.
   */
  list(options?: ListOptions): AsyncIterable<ListedBlob>
  /**
   * Milliseconds since the epoch, when this engine is the only one that writes to its place: it was opened then, no blob of
   * its own is dated earlier, and whoever wrote an earlier one has ended. Undefined when others may write, too.
   */
  readonly exclusiveSince: number | undefined
  /** Waits for the writes in flight. */
  close(): Promise<void>
}
