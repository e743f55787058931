/** What lies in the data directory of a server, for tests that say what must not be left there. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface Entry {
  readonly path: string
  readonly isDirectory: boolean
  /** Permission bits. */
  readonly mode: number
}

/** Everything below a directory and the directory itself. */
export async function entriesOf(dir: string): Promise<readonly Entry[]> {
  const names = await readdir(dir, { recursive: true })
  const paths = [dir, ...names.map((name) => join(dir, name))]
  const entries = await Promise.all(
    paths.map(async (path) => {
      // A file of the database may go at any moment.
      const info = await stat(path).catch(() => undefined)
      return info && { path, isDirectory: info.isDirectory(), mode: info.mode & 0o777 }
    }),
  )
  return entries.filter((entry) => entry !== undefined)
}

/** The files that hold uploaded bytes, finished or not. */
export async function blobFiles(dataDir: string): Promise<readonly string[]> {
  const entries = await entriesOf(dataDir)
  return entries.filter((entry) => !entry.isDirectory && /[\\/]blobs[\\/]/.test(entry.path)).map(({ path }) => path)
}
