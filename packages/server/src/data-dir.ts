import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The paths of the data of one environment. */
export interface DataPaths {
  readonly dir: string
  /** A file, or the URL of the database that has the records. */
  readonly records: string
  readonly blobs: string
  /** Absent when the records are in the directory. */
  readonly claim?: DirectoryClaim
}

/** Ties a directory to the records in a database, which has the identifier too. */
export interface DirectoryClaim {
  readonly id: string
  /** Whether a server has run on it: then the database must know the directory. */
  readonly isConfirmed: boolean
}

/** Says that the records of a directory are in a database, and identifies the directory. */
const ELSEWHERE_FILE = 'records-elsewhere.json'
const ID_BYTES = 16

/** A data directory cannot be used with these options; the message says what to do. */
class DataDirError extends Error {
  override readonly name = 'DataDirError'
}

/**
 * Creates the environment's directory in the data directory if it is missing, readable by its owner only.
 *
 * A server removes stored files that no record names, so the files of a directory and the records must belong together: a
 * directory stays with the kind of records that it was made with.
 *
 * @param recordsUrl the database that has the records instead of the directory
 * @throws DataDirError when the directory was made with the other kind of records
 */
export function openDataDir(dataDir: string, env: string, recordsUrl?: string): DataPaths {
  const dir = join(dataDir, env)
  const file = join(dir, 'records.sqlite')
  const marker = join(dir, ELSEWHERE_FILE)
  if (recordsUrl === undefined && existsSync(marker)) {
    throw new DataDirError(`the records of ${dir} are in PostgreSQL: start with the --records that it was made with`)
  }
  if (recordsUrl !== undefined && existsSync(file)) {
    throw new DataDirError(
      `${dir} has records of its own, in ${file}: start without --records, or choose a new directory with --data-dir`,
    )
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const blobs = join(dir, 'blobs')
  if (recordsUrl === undefined) return { dir, records: file, blobs }
  if (!existsSync(marker)) writeClaim(marker, { id: randomBytes(ID_BYTES).toString('hex'), isConfirmed: false })
  const claim = JSON.parse(readFileSync(marker, 'utf8')) as DirectoryClaim
  return { dir, records: recordsUrl, blobs, claim }
}

/** Notes that the database knows the directory. */
export function confirmClaim({ dir, claim }: DataPaths): void {
  if (claim && !claim.isConfirmed) writeClaim(join(dir, ELSEWHERE_FILE), { ...claim, isConfirmed: true })
}

/** Replaces the file in one step. */
function writeClaim(marker: string, claim: DirectoryClaim): void {
  const temporary = `${marker}.tmp`
  writeFileSync(temporary, `${JSON.stringify(claim)}\n`, { mode: 0o600, flush: true })
  renameSync(temporary, marker)
}

/** The ids of the environments in a data directory; none when it does not exist. */
export function environmentsIn(dataDir: string): readonly string[] {
  if (!existsSync(dataDir)) return []
  return readdirSync(dataDir)
    .filter((name) => ['secrets.json', ELSEWHERE_FILE].some((file) => existsSync(join(dataDir, name, file))))
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
