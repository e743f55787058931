import type { DatabaseSync } from 'node:sqlite'
import type { Expectation, RecordKey } from '../records.ts'
import { type EntryList, packEntries, unpackEntries } from './entry-list.ts'
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
  /** About how many bytes it writes; bounds what is committed together. */
  readonly bytes: number
}

/** What became of one commit: the seq of its last change, or why nothing of it was written. */
export type Outcome =
  | number
  | { readonly conflict: readonly RecordKey[] }
  | { readonly duplicate: RecordKey; readonly index: string }
  | { readonly error: string }

/** The values of `changes.op`. */
export const CHANGE_PUT = 1
export const CHANGE_DELETE = 2

/** Old changes are dropped this many at a time, so that most commits drop none. */
const TRIM_STEP = 1_000

const NO_ENTRIES = packEntries([])

interface RecordRow {
  readonly rid: number
  readonly version: number
  readonly entries: EntryList
}

/**
 * Makes the function that writes several commits in one transaction. Each is judged by itself, in order, after the
 * ones before it; a failing one does not fail the others. It never throws: when the engine fails (disk full, locked for
 * too long) the commits concerned have an error for an outcome, and nothing of them was written.
 */
export function batchWriter(db: DatabaseSync, changesKept: number): (commits: readonly QueuedCommit[]) => Outcome[] {
  const statements = {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    mark: db.prepare('SAVEPOINT one'),
    undo: db.prepare('ROLLBACK TO one'),
    release: db.prepare('RELEASE one'),
    find: db.prepare('SELECT rid, version, entries FROM records WHERE space = ? AND id = ?'),
    insert: db.prepare('INSERT INTO records (space, id, version, entries, value) VALUES (?, ?, ?, ?, ?)'),
    update: db.prepare('UPDATE records SET version = ?, entries = ?, value = ? WHERE rid = ?'),
    delete: db.prepare('DELETE FROM records WHERE rid = ?'),
    addEntry: db.prepare('INSERT INTO entries (space, idx, key, id, rid) VALUES (?, ?, ?, ?, ?)'),
    dropEntry: db.prepare('DELETE FROM entries WHERE space = ? AND idx = ? AND key = ? AND id = ?'),
    holder: db.prepare('SELECT 1 FROM entries WHERE space = ? AND idx = ? AND key = ? AND id <> ? LIMIT 1'),
    addChange: db.prepare('INSERT INTO changes (seq, op, space, id) VALUES (?, ?, ?, ?)'),
    newest: db.prepare('SELECT max(seq) AS seq FROM changes'),
    oldest: db.prepare('SELECT min(seq) AS seq FROM changes'),
    trim: db.prepare('DELETE FROM changes WHERE seq <= ?'),
  }
  let seq = 0

  const find = ({ space, id }: RecordKey) => statements.find.get(space, id) as RecordRow | undefined

  /** Returns the name of the unique index that refuses the write, before anything of the write was written. */
  function put(write: QueuedWrite, value: string): string | undefined {
    const { space, id } = write
    const row = find(write)
    const list = write.entries ?? NO_ENTRIES
    const unchanged = row !== undefined && Buffer.compare(row.entries, list) === 0
    const next = unpackEntries(unchanged ? undefined : list)
    for (const entry of next.values()) {
      if (entry.unique && statements.holder.get(space, entry.index, entry.key, id)) return entry.index
    }
    seq += 1
    statements.addChange.run(seq, CHANGE_PUT, space, id)
    const rid = row?.rid ?? Number(statements.insert.run(space, id, seq, list, value).lastInsertRowid)
    if (row) statements.update.run(seq, list, value, rid)
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
    seq += 1
    statements.addChange.run(seq, CHANGE_DELETE, write.space, write.id)
    for (const entry of unpackEntries(row.entries).values()) {
      statements.dropEntry.run(write.space, entry.index, entry.key, write.id)
    }
    statements.delete.run(row.rid)
  }

  function write(writes: readonly QueuedWrite[]): Outcome {
    for (const one of writes) {
      if (one.value === undefined) remove(one)
      else {
        const index = put(one, one.value)
        if (index !== undefined) return { duplicate: { space: one.space, id: one.id }, index }
      }
    }
    return seq
  }

  /** Writes so that what precedes a refused write can be taken back alone. */
  function writeAllOrNone(writes: readonly QueuedWrite[]): Outcome {
    const before = seq
    statements.mark.run()
    const outcome = write(writes)
    if (typeof outcome !== 'number') {
      statements.undo.run()
      seq = before
    }
    statements.release.run()
    return outcome
  }

  function judge({ writes, expectations }: QueuedCommit): Outcome {
    const conflict = expectations.filter((seen) => (find(seen)?.version ?? null) !== seen.version)
    if (conflict.length > 0) return { conflict: conflict.map(({ space, id }) => ({ space, id })) }
    // A lone write is refused before it has written anything.
    return writes.length > 1 ? writeAllOrNone(writes) : write(writes)
  }

  function trim(): void {
    const oldest = Number(statements.oldest.get()?.seq ?? 0)
    if (seq - oldest >= changesKept + TRIM_STEP) statements.trim.run(seq - changesKept)
  }

  function transaction(commits: readonly QueuedCommit[]): Outcome[] {
    statements.begin.run()
    seq = Number(statements.newest.get()?.seq ?? 0)
    const outcomes = commits.map(judge)
    trim()
    statements.commit.run()
    return outcomes
  }

  function rollback(): void {
    try {
      statements.rollback.run()
    } catch {
      // Nothing was begun, or the engine has already taken it back.
    }
  }

  return function writeBatch(commits): Outcome[] {
    try {
      return transaction(commits)
    } catch (error) {
      rollback()
      if (commits.length === 1 || isBusy(error)) {
        const outcome = { error: messageOf(error) }
        return commits.map(() => outcome)
      }
    }
    // An error undoes the whole transaction; each by itself, only those at fault fail.
    return commits.flatMap((commit) => writeBatch([commit]))
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
