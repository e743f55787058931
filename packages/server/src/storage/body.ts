import type { Readable } from 'node:stream'
import { type BlobId, BlobMissingError, type ByteRange } from '../engines/blobs/blobs.ts'
import { createHotCache, type Loader, type Loan } from '../engines/blobs/hot-cache.ts'
import { etagOf, type FileRecord } from './file-record.ts'
import type { StorageOptions } from './options.ts'

/** Small objects that are read often stay in memory: a stream costs open, stat, read and close in the thread pool. */
const HOT_CACHE_BYTES = 48 * 1024 * 1024
const HOT_ITEM_BYTES = 256 * 1024

/** The bytes that an answer sends, and their HTTP metadata. */
export interface Body {
  readonly blob: BlobId
  /** Bytes. */
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  /** Content-Type. */
  readonly type: string
}

/** The body of a file as it was uploaded. */
export function bodyOf(file: FileRecord): Body {
  return { blob: file.blob, size: file.size, etag: etagOf(file), type: file.contentType }
}

/** Reads bodies. Undefined for one that has been replaced or removed: then read its record again. */
export interface BodyReader {
  /** A body, or a range of it, to be sent: a piece of a stream is good until the next but one is taken. */
  bytes(body: Body, range?: ByteRange): Promise<Uint8Array | Readable | undefined>
  /** A small body, for a reader that says when it is done. */
  lend(body: Body): Loan | Promise<Loan | undefined>
}

/** Whether a body of so many bytes is read into memory. */
export function isSmall(size: number): boolean {
  return size <= HOT_ITEM_BYTES
}

/** Makes a reader that keeps small bodies in memory. */
export function createBodyReader(options: StorageOptions): BodyReader {
  const { blobs } = options
  const hot = createHotCache({ maxBytes: HOT_CACHE_BYTES, maxItemBytes: HOT_ITEM_BYTES })
  const loaderOf =
    (blob: BlobId): Loader =>
    (allocate) =>
      blobs.readAll(blob, allocate)
  return {
    bytes: ({ blob, size }, range) =>
      unlessRemoved(options, blob, async () => {
        if (!isSmall(size)) return blobs.read(blob, range ?? { start: 0, end: size - 1 }, { recycled: true })
        const whole = await hot.load(blob, loaderOf(blob))
        return range === undefined ? whole : whole.subarray(range.start, range.end + 1)
      }),
    lend: ({ blob }) => hot.lendKept(blob) ?? unlessRemoved(options, blob, () => hot.lend(blob, loaderOf(blob))),
  }
}

/**
 * The path of the file with the bytes of a body, below the store's directory of such files. Undefined when there is no such
 * file, or the body is so small that it is better sent from memory.
 */
export async function largeFilePath({ blobs }: StorageOptions, { blob, size }: Body): Promise<string | undefined> {
  return isSmall(size) ? undefined : blobs.filePath?.(blob)
}

/**
 * The result of `read`, or undefined when the blob has been removed because nobody needs it any more: usually the file was
 * overwritten or deleted after its record was read.
 *
 * @throws BlobMissingError when the blob is still needed: its bytes are lost
 */
export async function unlessRemoved<T>(
  { references }: StorageOptions,
  blob: BlobId,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof BlobMissingError) || (await references.isReferenced(blob))) throw error
    return undefined
  }
}
