import { checkCommit, checkMaxBytes } from '../checks.ts'
import { packEntries } from '../entry-list.ts'
import type {
  CommitResult,
  Expectation,
  FindRequest,
  FindResult,
  RecordKey,
  Records,
  RecordWrite,
  StoredRecord,
} from '../records.ts'
import type { Outcome, QueuedCommit, QueuedWrite } from './batch.ts'
import { dumper } from './dump.ts'
import { sqliteFeed } from './feed.ts'
import { finder } from './find.ts'
import { prepareRows } from './rows.ts'
import { openForReading } from './schema.ts'
import { startWriter } from './writer-client.ts'

export interface SqliteRecordsOptions {
  /** The database file; it and its folder are made when missing. Two more files, `-wal` and `-shm`, lie beside it. */
  readonly file: string
  /** At least this many changes stay in the feed (default 100,000, some 10 MB). */
  readonly changesKept?: number
  /** How long a space stays followed after its feed was last read, in ms (default an hour). */
  readonly followMs?: number
  /** How much memory each of the two connections may use for pages of the file, in KiB (default 8,192). */
  readonly cacheKib?: number
}

const CHANGES_KEPT = 100_000
/** Long enough for a reader that is delayed, or loses its connection and comes back. */
const FOLLOW_MS = 60 * 60_000
const CACHE_KIB = 8_192
/** Size of a commit besides its values and entries, in bytes; only bounds how much is committed together. */
const COMMIT_OVERHEAD = 256

/**
 * Opens the embedded records engine. Other processes may have the same file open, for reading and writing. Rejects when
 * the file cannot be opened, is not a records database, or was written by a newer version.
 *
 * Reads run in the calling thread (a point read takes microseconds, less than a message to another thread) and see every
 * commit that has resolved. Commits go to the writer thread.
 *
 * @example
 * const records = await openSqliteRecords({ file: 'data/records.db' })
 * await records.commit([{ op: 'put', space: 'files', id: 'a.jpg', value: '{}', entries: [] }])
 * await records.close()
 */
export async function openSqliteRecords(options: SqliteRecordsOptions): Promise<Records> {
  const { file, changesKept = CHANGES_KEPT, followMs = FOLLOW_MS, cacheKib = CACHE_KIB } = options
  const db = await openForReading(file, cacheKib)
  const findRecords = finder(db)
  const { spaces, dump } = dumper(db)
  const writer = startWriter({ file, changesKept, followMs, cacheKib }, (spaces) => feed.wake(spaces))
  const feed = sqliteFeed({ db, followMs, follow })
  const statements = {
    begin: db.prepare('BEGIN'),
    commit: db.prepare('COMMIT'),
    get: prepareRows<readonly [version: number, value: string]>(
      db,
      'SELECT version, value FROM records WHERE space = ? AND id = ?',
    ),
    count: db.prepare('SELECT count(*) AS count FROM records WHERE space = ?'),
  }
  let closed: Promise<void> | undefined

  function getOne({ space, id }: RecordKey): StoredRecord | undefined {
    if (!space.isWellFormed() || !id.isWellFormed()) return undefined
    const row = statements.get.get(space, id)
    return row && { space, id, version: row[0], value: row[1] }
  }

  function getFirst(keys: readonly RecordKey[], maxBytes: number): readonly (StoredRecord | undefined)[] {
    const records: (StoredRecord | undefined)[] = []
    let bytes = 0
    for (const key of keys) {
      const record = getOne(key)
      records.push(record)
      if (record) bytes += Buffer.byteLength(record.value)
      if (bytes >= maxBytes) break
    }
    return records
  }

  async function follow(spaces: readonly string[]): Promise<number> {
    const outcome = await writer.submit({ follow: spaces, bytes: COMMIT_OVERHEAD })
    if (typeof outcome === 'object' && 'followedFrom' in outcome) return outcome.followedFrom
    throw failure(outcome)
  }

  return {
    async get(keys, maxBytes) {
      checkMaxBytes(maxBytes)
      const [first] = keys
      if (first && keys.length === 1) return [getOne(first)]
      // One snapshot for all keys, and one lock instead of one per key.
      statements.begin.run()
      try {
        return maxBytes === undefined ? keys.map(getOne) : getFirst(keys, maxBytes)
      } finally {
        statements.commit.run()
      }
    },
    async find<V extends boolean>(request: FindRequest<V>) {
      return findRecords(request) as FindResult<V>
    },
    async count(space) {
      return space.isWellFormed() ? Number(statements.count.get(space)?.count) : 0
    },
    async spaces() {
      return spaces()
    },
    async dump(request) {
      return dump(request)
    },
    async commit(writes, expectations = []) {
      checkCommit(writes, expectations)
      return toResult(await writer.submit(toQueued(writes, expectations)))
    },
    changes: feed.changes,
    waitForChanges: feed.wait,
    close() {
      closed ??= writer.close().finally(() => {
        feed.close()
        db.close()
      })
      return closed
    },
  }
}

function toQueued(writes: readonly RecordWrite[], expectations: readonly Expectation[]): QueuedCommit {
  let bytes = COMMIT_OVERHEAD
  const queued = writes.map((write): QueuedWrite => {
    const { space, id } = write
    if (write.op === 'delete') return { space, id }
    const entries = packEntries(write.entries)
    bytes += write.value.length + entries.length
    return { space, id, value: write.value, entries }
  })
  return { writes: queued, expectations, bytes }
}

function toResult(outcome: Outcome): CommitResult {
  if (outcome === 'done') return { done: true }
  if ('conflict' in outcome) return { done: false, reason: 'conflict', keys: outcome.conflict }
  if ('duplicate' in outcome) return { done: false, reason: 'duplicate', key: outcome.duplicate, index: outcome.index }
  throw failure(outcome)
}

function failure(outcome: Outcome): Error {
  const reason = typeof outcome === 'object' && 'error' in outcome ? outcome.error : 'unexpected outcome'
  return new Error(`the records engine failed: ${reason}`)
}
