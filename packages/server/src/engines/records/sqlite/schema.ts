import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'

/** How long a connection waits for another one's lock, such as that of a `keys` command beside a running server. */
const BUSY_TIMEOUT_MS = 5_000
/** Marks the file as ours ("Clst"), so that some other program's database is never migrated. */
const APPLICATION_ID = 0x436c7374
/** After a burst of writes the write-ahead log is truncated to this size. */
const WAL_KEPT_BYTES = 64 * 1024 * 1024
const RETRY_MS = 10

/**
 * The schema, one step per version, each run once and never edited after it was released.
 *
 * `records` has a rowid because its values are large: in a table WITHOUT ROWID a lookup compares whole rows on its way
 * down (measured: 4x slower reads at 10 KB, half the insert rate). `entries` precedes `value` so that a write can
 * read the old entries without reading the value. `entries` is its own index; `rid` saves a search per record found.
 *
 * `counters` is one row: `version` of the newest write; `feeds`, which grows when a space is followed or no longer
 * followed; `store`, the identifier of the store. A row of `feeds` says that `feed_changes` has every change of the space
 * above version `since`. It is deleted after `expires` (ms since the epoch) unless it is renewed.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE records (
     rid INTEGER PRIMARY KEY,
     space TEXT NOT NULL,
     id TEXT NOT NULL,
     version INTEGER NOT NULL,
     entries BLOB NOT NULL,
     value TEXT NOT NULL,
     UNIQUE (space, id)
   ) STRICT;
   CREATE TABLE entries (
     space TEXT NOT NULL,
     idx TEXT NOT NULL,
     key BLOB NOT NULL,
     id TEXT NOT NULL,
     rid INTEGER NOT NULL,
     PRIMARY KEY (space, idx, key, id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE changes (
     seq INTEGER PRIMARY KEY,
     op INTEGER NOT NULL,
     space TEXT NOT NULL,
     id TEXT NOT NULL
   ) STRICT;`,
  // `changes` had every write; `feed_changes` has those of followed spaces. The new name makes a process of the older
  // version that still has the file open fail, instead of starting its count of versions again.
  `CREATE TABLE counters (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     version INTEGER NOT NULL,
     feeds INTEGER NOT NULL,
     store BLOB NOT NULL
   ) STRICT;
   INSERT INTO counters SELECT 1, coalesce(max(seq), 0), 0, randomblob(16) FROM changes;
   DROP TABLE changes;
   CREATE TABLE feeds (
     space TEXT PRIMARY KEY,
     since INTEGER NOT NULL,
     expires INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE feed_changes (
     version INTEGER PRIMARY KEY,
     op INTEGER NOT NULL,
     space TEXT NOT NULL,
     id TEXT NOT NULL
   ) STRICT;`,
]

/** The schema version that this code reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length

/**
 * Opens the database for reading. Creates the file (mode 0600) and its folder when missing, and brings the schema up to
 * date. Safe to run twice and by several processes at once. Throws when the file was written by a newer version or is not
 * our database.
 */
export async function openForReading(file: string, cacheKib: number): Promise<DatabaseSync> {
  protectFiles(file)
  const db = new DatabaseSync(file)
  try {
    configure(db, cacheKib)
    await switchToWal(db)
    migrate(db, file)
    // All writes go through the writer.
    db.exec('PRAGMA query_only = 1')
    return db
  } catch (error) {
    db.close()
    if (!isDamage(error)) throw error
    throw new RecordsFileError(`${file} is damaged (${(error as Error).message}): restore it from a backup`)
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function isDamage(error: unknown): boolean {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode
  return code === 11 || code === 26
}

/** Opens the database for writing, once `openForReading` has prepared the file. */
export function openForWriting(file: string, cacheKib: number): DatabaseSync {
  const db = new DatabaseSync(file)
  configure(db, cacheKib)
  db.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`)
  return db
}

function configure(db: DatabaseSync, cacheKib: number): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA cache_size = -${cacheKib}`)
}

function protectFiles(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // SQLite gives new -wal and -shm files the mode of the database; only existing ones need a change.
  closeSync(openSync(file, 'a', 0o600))
  for (const path of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(path)) chmodSync(path, 0o600)
}

async function switchToWal(db: DatabaseSync): Promise<void> {
  const deadline = performance.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      if (readPragma(db, 'journal_mode') !== 'wal') db.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      // SQLite does not wait for its busy timeout here when another process makes the same switch.
      if (!isBusy(error) || performance.now() > deadline) throw error
      await wait(RETRY_MS)
    }
  }
}

/** The file cannot be used by this version; the message says what to do. */
class RecordsFileError extends Error {
  override readonly name = 'RecordsFileError'
}

function migrate(db: DatabaseSync, file: string): void {
  if (readPragma(db, 'user_version') === SCHEMA_VERSION && readPragma(db, 'application_id') === APPLICATION_ID) return
  db.exec('BEGIN IMMEDIATE')
  try {
    // Read again under the lock: another process may just have done all of it.
    const version = Number(readPragma(db, 'user_version'))
    const application = readPragma(db, 'application_id')
    const isNew = version === 0 && application === 0 && isEmpty(db)
    if (!isNew && application !== APPLICATION_ID)
      throw new RecordsFileError(`${file} is not a Cloudstead records database`)
    if (version > SCHEMA_VERSION) {
      throw new RecordsFileError(
        `${file} was written by a newer Cloudstead (schema ${version}, this one knows ${SCHEMA_VERSION}): start that version or a later one`,
      )
    }
    for (const step of MIGRATIONS.slice(version)) db.exec(step)
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

function isEmpty(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
}

function readPragma(db: DatabaseSync, name: string): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name]
}

/** Whether an error says that another connection held the lock for too long. */
export function isBusy(error: unknown): boolean {
  const SQLITE_BUSY = 5
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY
}
