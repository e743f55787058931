/**
 * The blobs seam: bytes. A blob is written once, under an id that the engine makes, and never changes. Overwriting a file
 * makes a new blob. A write that has resolved survives a kill -9 and a power loss; a write that fails leaves nothing.
 */

import type { Allocate } from './recycled-memory.ts'

/** The engine's name for a blob: `[a-z0-9-]+`, never derived from user input. */
export type BlobId = string & { readonly __brand: 'BlobId' }

export interface WriteOptions {
  /** The length that the sender announced, in bytes, if known. A body of another length is refused with `BlobLengthError`. */
  readonly length?: number
  /** The maximum length in bytes. A longer body is refused with `BlobTooLargeError` as soon as that is known. */
  readonly limit: number
  /** Also computes the MD5, for a sender that announced one. */
  readonly md5?: boolean
  /** Nobody else reads the chunks of the source, so the engine may free their memory when it has stored them. Default false. */
  readonly disposable?: boolean
  /** The id that the blob had in another store. Writing the same bytes under one id again is allowed. Default: a new id. */
  readonly id?: BlobId
}

export interface WrittenBlob {
  readonly id: BlobId
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly md5?: string
}

/** The bytes from `start` to `end`, both included, as in an HTTP range. */
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
/** The blob does not exist, or no longer exists. */
export class BlobMissingError extends Error {
  override readonly name = 'BlobMissingError'
}
/** The store cannot be reached, and the engine has tried for some seconds. It may be back soon. */
export class BlobsUnavailableError extends Error {
  override readonly name = 'BlobsUnavailableError'
}

/** The headers of an answer that the store gives in place of the server. */
interface DirectHeaders {
  readonly cacheControl: string
  readonly contentDisposition: string
  readonly contentType: string
}

export interface ListOptions {
  /** The last id of an earlier list. The blob may have been removed since. */
  readonly after?: BlobId
  /**
   * Blobs that were written before this time, in milliseconds since the epoch, may be left out: a walk over recent blobs
   * need not list all. Blobs that came from another store may count as old.
   */
  readonly since?: number
}

export interface ListedBlob {
  readonly id: BlobId
  /** Milliseconds since the epoch. */
  readonly writtenAt: number
}

export interface ReadOptions {
  /**
   * The reader sends or copies each piece before it takes the next but one, so the engine may use its memory again. A pipe
   * to a connection does. Default false.
   */
  readonly recycled?: boolean
}

/**
 * The seam itself. Every implementation passes blobs.contract.ts. An engine on another machine rejects with
 * BlobsUnavailableError when it cannot be reached.
 */
export interface Blobs {
  /** Durable when it resolves. When it fails, the rest of the source is not read. */
  write(source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenBlob>
  /** Streams the blob, or a range of it. The reader gets all of it even if the blob is removed during the read. */
  read(id: BlobId, range?: ByteRange, options?: ReadOptions): Promise<import('node:stream').Readable>
  /**
   * Reads the whole blob into memory; for small blobs.
   *
   * @param allocate makes the memory for it, where the engine can use it. Default: new memory, for this blob alone.
   */
  readAll(id: BlobId, allocate?: Allocate): Promise<Uint8Array>
  /**
   * A URL at which anybody can GET the blob, or ranges of it, from the store itself, for a minute from now. Undefined for a
   * blob that should be read here, as most are. Absent when the store can be reached by the server only.
   *
   * @param size of the blob, in bytes
   */
  directUrl?(id: BlobId, size: number, headers: DirectHeaders): string | undefined
  /**
   * The path of the file that has exactly the bytes of the blob, below the engine's directory of such files: `[a-z0-9/-]+`.
   * Undefined when there is no such file: small blobs share files. Absent when blobs are no files.
   */
  filePath?(id: BlobId): Promise<string | undefined>
  /** Removes blobs. Ids that do not exist are ignored. */
  remove(ids: readonly BlobId[]): Promise<void>
  /**
   * Lists the blobs in ascending order of their ids (ASCII), starting after `after`. A blob that is written or removed
   * during the walk may be listed or not; no blob is listed twice.
   */
  list(options?: ListOptions): AsyncIterable<ListedBlob>
  /**
   * Set when no other process writes to this store: the time at which the engine was opened, in milliseconds since the
   * epoch. Every blob that it writes is dated then or later, and the process that wrote an earlier one has ended. Undefined
   * when other processes may write.
   */
  readonly exclusiveSince: number | undefined
  /** Removes what writes left behind that have not gone on for a day. One process at a time should do it. */
  removeUnfinished(): Promise<void>
  /**
   * The mark of the store: a short text that identifies it, put there once.
   *
   * @param text makes it the mark, if the store has none
   * @returns the mark that the store has now, durably; undefined when there is none
   */
  mark(text?: string): Promise<string | undefined>
  /** Resolves when the store answers. @throws BlobsUnavailableError within some seconds */
  check(): Promise<void>
  /** Waits for the writes that are in progress. */
  close(): Promise<void>
}
