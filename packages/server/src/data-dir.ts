import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The paths of the data of one environment. */
export interface DataPaths {
  readonly dir: string
  readonly records: string
  readonly blobs: string
}

/** Creates the environment's directory in the data directory if it is missing, readable by its owner only. */
export function openDataDir(dataDir: string, env: string): DataPaths {
  const dir = join(dataDir, env)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return { dir, records: join(dir, 'records.sqlite'), blobs: join(dir, 'blobs') }
}

/** The ids of the environments in a data directory; none when it does not exist. */
export function environmentsIn(dataDir: string): readonly string[] {
  if (!existsSync(dataDir)) return []
  return readdirSync(dataDir)
    .filter((name) => existsSync(join(dataDir, name, 'secrets.json')))
    .sort()
}

/** Another server already uses the data directory. */
class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError'
}

/**
 * Locks the directory for as long as this process lives: the sweep at start would remove the unfinished uploads of another
 * server. The lock is an open SQLite transaction, which the operating system releases even after `kill -9`.
 *
 * @returns a function that releases the lock
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
