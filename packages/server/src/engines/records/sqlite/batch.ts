import type { DatabaseSync } from 'node:sqlite'
import { type EntryList, packEntries, unpackEntries } from '../entry-list.ts'
import { type Expectation, keyText, type RecordKey } from '../records.ts'
import { CHANGE_DELETE, CHANGE_PUT, type FeedOptions, feedRecorder } from './feed-recorder.ts'
import { prepareRows } from './rows.ts'
import { isBusy } from './schema.ts'

/** One write on its way to the writer; without a value it deletes. */
export interface QueuedWrite extends RecordKey {
  readonly value?: string
  readonly entries?: EntryList
}

/** One `commit` on its way to the writer. */
export interface QueuedCommit {
  readonly writes: readonly QueuedWrite[]
  readonly expectations: readonly Expectation[]
  /** Approximate size in bytes; bounds what is committed together. */
  readonly bytes: number
}

/** One wish to follow spaces on its way to the writer. */
interface QueuedFollow {
  readonly follow: readonly string[]
  readonly bytes: number
}

export type QueuedJob = QueuedCommit | QueuedFollow

/** The result of one job: a commit was written, or why it was not; or the version from which spaces are followed. */
export type Outcome =
  | 'done'
  | { readonly followedFrom: number }
  | { readonly conflict: readonly RecordKey[] }
  | { readonly duplicate: RecordKey; readonly index: string }
  | { readonly error: string }

export interface BatchResult {
  /** One for each job, in the same order. */
  readonly outcomes: readonly Outcome[]
  /** The followed spaces that may have changed. */
  readonly changed: readonly string[]
}

const NO_ENTRIES = packEntries([])

interface RecordRow {
  readonly rid: number
  readonly version: number
  readonly entries: EntryList
}

/**
 * Makes the function that writes several commits in one transaction. Each is judged on its own, in order, on top of those
 * before it; one that fails does not fail the others. It never throws: when the engine fails (disk full, locked for too
 * long), the outcome of the affected commits is an error, and nothing of them was written.
 */
export function batchWriter(db: DatabaseSync, options: FeedOptions): (jobs: readonly QueuedJob[]) => BatchResult {
  const statements = {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    mark: db.prepare('SAVEPOINT one'),
    undo: db.prepare('ROLLBACK TO one'),
    release: db.prepare('RELEASE one'),
    find: prepareRows<readonly [rid: number, version: number, entries: EntryList]>(
      db,
      'SELECT rid, version, entries FROM records WHERE space = ? AND id = ?',
    ),
    insert: db.prepare('INSERT INTO records (space, id, version, entries, value) VALUES (?, ?, ?, ?, ?)'),
    update: db.prepare('UPDATE records SET version = ?, entries = ?, value = ? WHERE rid = ?'),
    delete: db.prepare('DELETE FROM records WHERE rid = ?'),
    addEntry: db.prepare('INSERT INTO entries (space, idx, key, id, rid) VALUES (?, ?, ?, ?, ?)'),
    dropEntry: db.prepare('DELETE FROM entries WHERE space = ? AND idx = ? AND key = ? AND id = ?'),
    holder: db.prepare('SELECT 1 FROM entries WHERE space = ? AND idx = ? AND key = ? AND id <> ? LIMIT 1'),
    counters: db.prepare('SELECT version, feeds FROM counters WHERE one = 1'),
    countVersions: db.prepare('UPDATE counters SET version = ? WHERE one = 1'),
  }
  const feed = feedRecorder(db, options)
  /** Of the newest write. One counter serves all records, so versions also grow across a delete. */
  let version = 0

  /** The records that this transaction has looked for or written, as they are now. */
  const seen = new Map<string, RecordRow | undefined>()

  /** Often the commits of a transaction expect the same record, and most commits write what they expect. */
  function find(key: RecordKey): RecordRow | undefined {
    const text = keyText(key)
    if (seen.has(text)) return seen.get(text)
    const found = statements.find.get(key.space, key.id)
    const row = found && { rid: found[0], version: found[1], entries: found[2] }
    seen.set(text, row)
    return row
  }

  /** Returns the name of the unique index that refuses the write; nothing was written then. */
  function put(write: QueuedWrite, value: string): string | undefined {
    const { space, id } = write
    const row = find(write)
    const list = write.entries ?? NO_ENTRIES
    const unchanged = row !== undefined && Buffer.compare(row.entries, list) === 0
    const next = unpackEntries(unchanged ? undefined : list)
    for (const entry of next.values()) {
      if (entry.unique && statements.holder.get(space, entry.index, entry.key, id)) return entry.index
    }
    version += 1
    feed.record(CHANGE_PUT, space, id, version)
    const rid = row?.rid ?? Number(statements.insert.run(space, id, version, list, value).lastInsertRowid)
    if (row) statements.update.run(version, list, value, rid)
    seen.set(keyText(write), { rid, version, entries: list })
    if (unchanged) return undefined
    const former = unpackEntries(row?.entries)
    for (const [text, entry] of former) if (!next.has(text)) statements.dropEntry.run(space, entry.index, entry.key, id)
    for (const [text, entry] of next) {
      if (!former.has(text)) statements.addEntry.run(space, entry.index, entry.key, id, rid)
    }
    return undefined
  }

  function remove(write: QueuedWrite): void {
    const row = find(write)
    if (!row) return
    version += 1
    feed.record(CHANGE_DELETE, write.space, write.id, version)
    for (const entry of unpackEntries(row.entries).values()) {
      statements.dropEntry.run(write.space, entry.index, entry.key, write.id)
    }
    statements.delete.run(row.rid)
    seen.set(keyText(write), undefined)
  }

  function write(writes: readonly QueuedWrite[]): Outcome {
    for (const one of writes) {
      if (one.value === undefined) remove(one)
      else {
        const index = put(one, one.value)
        if (index !== undefined) return { duplicate: { space: one.space, id: one.id }, index }
      }
    }
    return 'done'
  }

  /** Writes under a savepoint, so that a refused write undoes only its own commit. */
  function writeAllOrNone(writes: readonly QueuedWrite[]): Outcome {
    const before = version
    statements.mark.run()
    const outcome = write(writes)
    if (outcome !== 'done') {
      statements.undo.run()
      version = before
      seen.clear()
    }
    statements.release.run()
    return outcome
  }

  function judge(job: QueuedJob): Outcome {
    if ('follow' in job) {
      feed.follow(job.follow, version)
      return { followedFrom: version }
    }
    const { writes, expectations } = job
    const conflict = expectations.filter((seen) => (find(seen)?.version ?? null) !== seen.version)
    if (conflict.length > 0) return { conflict: conflict.map(({ space, id }) => ({ space, id })) }
    // A single write is refused before it has written anything.
    return writes.length > 1 ? writeAllOrNone(writes) : write(writes)
  }

  function transaction(jobs: readonly QueuedJob[]): BatchResult {
    statements.begin.run()
    seen.clear()
    const counters = statements.counters.get() as { readonly version: number; readonly feeds: number }
    version = counters.version
    feed.begin(counters.feeds)
    const outcomes = jobs.map(judge)
    const changed = feed.end()
    if (version !== counters.version) statements.countVersions.run(version)
    statements.commit.run()
    seen.clear()
    return { outcomes, changed }
  }

  function rollback(): void {
    try {
      statements.rollback.run()
    } catch {
      // No transaction was begun, or the engine has rolled it back already.
    }
  }

  return function writeBatch(jobs): BatchResult {
    try {
      return transaction(jobs)
    } catch (error) {
      rollback()
      feed.forget()
      if (jobs.length === 1 || isBusy(error)) {
        const outcome = { error: messageOf(error) }
        return { outcomes: jobs.map(() => outcome), changed: [] }
      }
    }
    // An error undoes the whole transaction. Run on their own, only the jobs at fault fail.
    const results = jobs.map((job) => writeBatch([job]))
    return {
      outcomes: results.flatMap(({ outcomes }) => outcomes),
      changed: results.flatMap(({ changed }) => changed),
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
