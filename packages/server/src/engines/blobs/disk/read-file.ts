import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { BlobMissingError, type ByteRange, type ReadOptions } from '../blobs.ts'
import { close, fstat, isMissing, open, readFully } from '../files.ts'
import type { Allocate } from '../recycled-memory.ts'
import { RecyclingStream } from './recycling-stream.ts'

/** The largest buffer of a stream. With 1 MiB a large file takes a third of the time that it takes with Node's 64 KiB. */
const LARGE_BUFFER_BYTES = 1024 * 1024
/** Up to this size, one call reads the whole file. */
const SMALL_FILE_BYTES = 256 * 1024

/** Streams a file or a range of it. The whole file needs one more call, for its size. */
export async function streamFile(
  path: string,
  range?: ByteRange,
  { recycled = false }: ReadOptions = {},
): Promise<Readable> {
  const fd = await openToRead(path)
  const { start, end } = range ?? { start: 0, end: (await sizeOf(fd)) - 1 }
  const length = end - start + 1
  if (length <= 0) {
    await close(fd)
    return Readable.from([])
  }
  // A shorter one has too few pieces to use a buffer twice.
  if (recycled && length > LARGE_BUFFER_BYTES) return new RecyclingStream(fd, start, length)
  const highWaterMark =
    length <= SMALL_FILE_BYTES ? length : length <= LARGE_BUFFER_BYTES ? SMALL_FILE_BYTES : LARGE_BUFFER_BYTES
  return createReadStream('', { fd, start, end, highWaterMark })
}

/** Reads a whole file. */
export async function wholeFile(
  path: string,
  // Not from Node's shared pool: a cache that keeps the bytes would keep the pool's buffer alive.
  allocate: Allocate = Buffer.allocUnsafeSlow,
): Promise<Uint8Array> {
  const fd = await openToRead(path)
  try {
    const size = await sizeOf(fd)
    const bytes = allocate(size)
    if ((await readFully(fd, [bytes], 0)) < size) throw new Error(`${path} became shorter while it was read`)
    return bytes
  } finally {
    // Not awaited: a failure to close a file that was only read does not matter.
    close(fd).catch(() => {})
  }
}

async function openToRead(path: string): Promise<number> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (isMissing(error)) throw new BlobMissingError('there is no such blob')
    throw error
  }
}

async function sizeOf(fd: number): Promise<number> {
  try {
    return (await fstat(fd)).size
  } catch (error) {
    await close(fd)
    throw error
  }
}
