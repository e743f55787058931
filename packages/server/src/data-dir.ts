import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Where everything of one environment lives. */
export interface DataPaths {
  readonly dir: string
  readonly records: string
  readonly blobs: string
}

/** The directory of an environment inside the data directory, made when missing, readable by its owner only. */
export function openDataDir(dataDir: string, env: string): DataPaths {
  const dir = join(dataDir, env)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return { dir, records: join(dir, 'records.sqlite'), blobs: join(dir, 'blobs') }
}

/** Another server already uses the directory. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError'
}

/**
 * Makes this process the only server on the directory, for as long as it lives: the sweep of orphaned bytes at start must
 * not meet uploads of another server. The lock is an open SQLite transaction, which the system drops also after a kill -9.
 *
 * @returns gives the directory back
 * @throws DataDirInUseError
 */
export function lockDataDir({ dir }: DataPaths): () => void {
  const database = new DatabaseSync(join(dir, 'server.lock'))
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch {
    database.close()
    throw new DataDirInUseError(`another server is already running on ${dir}`)
  }
  return () => database.close()
}
