import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { close, open, read, unlinkIfThere, writeFully } from '../files.ts'

const CREATE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL
const MODE = 0o600
const READ_BYTES = 256 * 1024

/** A private file for the bytes of one body, until they are in the store. */
export interface SpillFile {
  /** Starts a write and waits only for the previous one. A failure rejects the next call. */
  append(chunks: readonly Uint8Array[]): Promise<void>
  /** Waits until everything that was appended can be read. */
  written(): Promise<void>
  /** The bytes from `start` to before `end`. */
  stream(start: number, end: number): Readable
  /** Removes the file. */
  close(): Promise<void>
}

/** Creates the file, which has no name any more when this resolves: a process that is killed leaves nothing. */
export async function createSpillFile(directory: string): Promise<SpillFile> {
  const path = join(directory, `cloudstead-upload-${randomBytes(12).toString('hex')}`)
  const fd = await open(path, CREATE, MODE)
  // Windows keeps the name of an open file.
  const isNameless = await unlinkIfThere(path).then(
    () => true,
    () => false,
  )
  const reading = new Set<Promise<unknown>>()
  let pending: Promise<void> = Promise.resolve()
  let isClosed = false

  /** Not a stream of Node's: those close the descriptor when they are destroyed, and it may be another file's by then. */
  async function* pieces(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      if (isClosed) throw new Error('the file of a body was closed while it was read')
      const piece = Buffer.allocUnsafe(Math.min(READ_BYTES, end - at))
      const done = read(fd, piece, 0, piece.byteLength, at)
      reading.add(done)
      const { bytesRead } = await done.finally(() => reading.delete(done))
      if (bytesRead === 0) throw new Error('the file of a body became shorter while it was read')
      at += bytesRead
      yield piece.subarray(0, bytesRead)
    }
  }

  return {
    async append(chunks) {
      await pending
      pending = writeFully(fd, chunks)
      // The next call rejects with the failure; until then it must not count as unhandled.
      pending.catch(() => {})
    },
    written: () => pending,
    stream: (start, end) => Readable.from(pieces(start, end), { objectMode: false }),
    async close() {
      isClosed = true
      await Promise.allSettled([pending, ...reading])
      await close(fd)
      if (!isNameless) await unlinkIfThere(path)
    },
  }
}
