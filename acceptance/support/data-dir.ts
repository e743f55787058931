/** Lists the data directory of a server, for tests of what must not be left there. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** An empty file beside the unfinished uploads: somebody writes the segment. */
const SEGMENT_CLAIM = /[\\/]tmp[\\/][0-9a-f]{16}-0[0-9a-z]{6}$/

export interface DirectoryEntry {
  readonly path: string
  readonly isDirectory: boolean
  /** Permission bits. */
  readonly mode: number
}

/** A directory and everything below it. */
export async function entriesOf(dir: string): Promise<readonly DirectoryEntry[]> {
  const names = await readdir(dir, { recursive: true })
  const paths = [dir, ...names.map((name) => join(dir, name))]
  const entries = await Promise.all(
    paths.map(async (path) => {
      // Files of the database may be deleted at any moment.
      const info = await stat(path).catch(() => undefined)
      return info && { path, isDirectory: info.isDirectory(), mode: info.mode & 0o777 }
    }),
  )
  return entries.filter((entry) => entry !== undefined)
}

/**
 * What has uploaded bytes, complete or not: the paths of files, and `<path>#<number>` for each body that lives in a segment,
 * a file with the bytes of many small uploads.
 */
export async function blobFiles(dataDir: string): Promise<readonly string[]> {
  const entries = await entriesOf(dataDir)
  const files = entries.filter((entry) => !entry.isDirectory && /[\\/]blobs[\\/]/.test(entry.path))
  return (await Promise.all(files.map(({ path }) => blobsIn(path)))).flat()
}

/** The blobs in one file of a directory of blobs, in the words of `blobFiles`. */
export async function blobsIn(path: string): Promise<readonly string[]> {
  if (SEGMENT_CLAIM.test(path)) return []
  return path.endsWith('.segment') ? bodiesIn(path) : [path]
}

/** Page 0 of a segment has a byte for each body, 0 while it lives; each body has a header with the distance to the next. */
async function bodiesIn(path: string): Promise<string[]> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  const found: string[] = []
  let offset = 4096
  for (let number = 0; bytes.toString('latin1', offset, offset + 4) === 'CSB1'; number += 1) {
    if (bytes[64 + number] === 0) found.push(`${path}#${number}`)
    offset += bytes.readUInt32LE(offset + 12)
  }
  return found
}
