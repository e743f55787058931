import type { DatabaseSync } from 'node:sqlite'
import type {
  ChangesResult,
  CommitResult,
  Expectation,
  FindRequest,
  FindResult,
  RecordChange,
  RecordKey,
  Records,
  RecordWrite,
  StoredRecord,
} from '../records.ts'
import { CHANGE_PUT, type Outcome, type QueuedCommit, type QueuedWrite } from './batch.ts'
import { packEntries } from './entry-list.ts'
import { checkMaxBytes, finder } from './find.ts'
import { openForReading } from './schema.ts'
import { startWriter, type WriterClient } from './writer-client.ts'

export interface SqliteRecordsOptions {
  /** The database file; it and its folder are made when missing. Two more files, `-wal` and `-shm`, lie beside it. */
  readonly file: string
  /** At least this many changes stay in the feed (default 100,000, some 10 MB). */
  readonly changesKept?: number
  /** How much memory each of the two connections may use for pages of the file, in KiB (default 8,192). */
  readonly cacheKib?: number
}

const CHANGES_KEPT = 100_000
const CACHE_KIB = 8_192
/** What a commit weighs besides its values and entries, in bytes; only bounds how much is committed together. */
const COMMIT_OVERHEAD = 256

/**
 * Opens the embedded records engine. Other processes may have the same file open, for reading and writing. Rejects when
 * the file cannot be opened, is not a records database, or was written by a newer version.
 *
 * @example
 * const records = await openSqliteRecords({ file: 'data/records.db' })
 * await records.commit([{ op: 'put', space: 'files', id: 'a.jpg', value: '{}', entries: [] }])
 * await records.close()
 */
export async function openSqliteRecords(options: SqliteRecordsOptions): Promise<Records> {
  const { file, changesKept = CHANGES_KEPT, cacheKib = CACHE_KIB } = options
  const db = await openForReading(file, cacheKib)
  return new SqliteRecords(db, startWriter({ file, changesKept, cacheKib }))
}

/**
 * Reads run here, in the calling thread (a point read takes microseconds, less than a message to a thread would), and
 * see every commit that was answered; commits go to the writer.
 */
class SqliteRecords implements Records {
  readonly #db: DatabaseSync
  readonly #writer: WriterClient
  readonly #find: (request: FindRequest) => FindResult
  readonly #statements
  #closed: Promise<void> | undefined

  constructor(db: DatabaseSync, writer: WriterClient) {
    this.#db = db
    this.#writer = writer
    this.#find = finder(db)
    this.#statements = {
      begin: db.prepare('BEGIN'),
      commit: db.prepare('COMMIT'),
      get: db.prepare('SELECT version, value FROM records WHERE space = ? AND id = ?'),
      count: db.prepare('SELECT count(*) AS count FROM records WHERE space = ?'),
      changes: db.prepare('SELECT seq, op, space, id FROM changes WHERE seq > ? ORDER BY seq LIMIT ?'),
      newest: db.prepare('SELECT max(seq) AS seq FROM changes'),
    }
  }

  async get(keys: readonly RecordKey[], maxBytes?: number): Promise<readonly (StoredRecord | undefined)[]> {
    checkMaxBytes(maxBytes)
    const [first] = keys
    if (first && keys.length === 1) return [this.#get(first)]
    // One snapshot for all of them, and one lock instead of one per key.
    this.#statements.begin.run()
    try {
      return maxBytes === undefined ? keys.map((key) => this.#get(key)) : this.#getFirst(keys, maxBytes)
    } finally {
      this.#statements.commit.run()
    }
  }

  #getFirst(keys: readonly RecordKey[], maxBytes: number): readonly (StoredRecord | undefined)[] {
    const records: (StoredRecord | undefined)[] = []
    let bytes = 0
    for (const key of keys) {
      const record = this.#get(key)
      records.push(record)
      if (record) bytes += Buffer.byteLength(record.value)
      if (bytes >= maxBytes) break
    }
    return records
  }

  #get({ space, id }: RecordKey): StoredRecord | undefined {
    if (!space.isWellFormed() || !id.isWellFormed()) return undefined
    const row = this.#statements.get.get(space, id) as { version: number; value: string } | undefined
    return row && { space, id, version: row.version, value: row.value }
  }

  async find(request: FindRequest): Promise<FindResult> {
    return this.#find(request)
  }

  async count(space: string): Promise<number> {
    return Number(this.#statements.count.get(space)?.count)
  }

  async commit(writes: readonly RecordWrite[], expectations: readonly Expectation[] = []): Promise<CommitResult> {
    return toResult(await this.#writer.commit(toQueued(writes, expectations)))
  }

  async changesSince(seq: number, limit: number): Promise<ChangesResult> {
    if (!Number.isSafeInteger(seq) || seq < 0) throw new RangeError('the seq of a change is a whole number from 0')
    if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError('the limit is a whole number from 1')
    const rows = this.#statements.changes.all(seq, limit) as unknown as ChangeRow[]
    const [first] = rows
    // Seqs have no gaps, so a first change that is not the next one says that those between were dropped.
    if (first?.seq === seq + 1) return { changes: rows.map(toChange), next: seq + rows.length, truncated: false }
    const newest = Number(this.#statements.newest.get()?.seq ?? 0)
    // A seq from the future is one of another database, such as the one before a backup was restored.
    if (first || newest < seq) return { changes: [], next: newest, truncated: true }
    return { changes: [], next: seq, truncated: false }
  }

  close(): Promise<void> {
    this.#closed ??= this.#writer.close().finally(() => this.#db.close())
    return this.#closed
  }
}

interface ChangeRow {
  readonly seq: number
  readonly op: number
  readonly space: string
  readonly id: string
}

function toChange({ seq, op, space, id }: ChangeRow): RecordChange {
  return { seq, op: op === CHANGE_PUT ? 'put' : 'delete', space, id, version: seq }
}

function toQueued(writes: readonly RecordWrite[], expectations: readonly Expectation[]): QueuedCommit {
  let bytes = COMMIT_OVERHEAD
  for (const { space, id } of expectations) checkText(space, id)
  const queued = writes.map((write): QueuedWrite => {
    const { space, id } = write
    checkText(space, id)
    if (write.op === 'delete') return { space, id }
    checkText(write.value)
    const entries = packEntries(write.entries)
    bytes += write.value.length + entries.length
    return { space, id, value: write.value, entries }
  })
  return { writes: queued, expectations, bytes }
}

/** In UTF-8 a lone surrogate becomes another character: the write would hit another record, or keep another value. */
function checkText(...texts: string[]): void {
  if (!texts.every((text) => text.isWellFormed())) throw new TypeError('records hold well-formed Unicode only')
}

function toResult(outcome: Outcome): CommitResult {
  if (typeof outcome === 'number') return { done: true, seq: outcome }
  if ('error' in outcome) throw new Error(`the records engine failed: ${outcome.error}`)
  if ('conflict' in outcome) return { done: false, reason: 'conflict', keys: outcome.conflict }
  return { done: false, reason: 'duplicate', key: outcome.duplicate, index: outcome.index }
}
