import { randomBytes } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { close, open, unlinkIfThere, writeFully } from '../files.ts'

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
  let pending: Promise<void> = Promise.resolve()
  return {
    async append(chunks) {
      await pending
      pending = writeFully(fd, chunks)
      // The next call rejects with the failure; until then it must not count as unhandled.
      pending.catch(() => {})
    },
    written: () => pending,
    stream: (start, end) =>
      createReadStream('', { fd, start, end: end - 1, autoClose: false, highWaterMark: READ_BYTES }),
    async close() {
      await pending.catch(() => {})
      await close(fd)
      if (!isNameless) await unlinkIfThere(path)
    },
  }
}
