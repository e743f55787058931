/** Lists the data directory of a server, for tests of what must not be left there. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

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

/** The files with uploaded bytes, complete or not. */
export async function blobFiles(dataDir: string): Promise<readonly string[]> {
  const entries = await entriesOf(dataDir)
  return entries.filter((entry) => !entry.isDirectory && /[\\/]blobs[\\/]/.test(entry.path)).map(({ path }) => path)
}
