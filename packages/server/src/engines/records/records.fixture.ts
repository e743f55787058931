/** Helpers for tests of records. */
import assert from 'node:assert/strict'
import type {
  CommitResult,
  DeleteWrite,
  FeedCursor,
  IndexEntry,
  PutWrite,
  RecordChange,
  RecordKey,
  Records,
  StoredRecord,
} from './records.ts'

/** An engine under test, opened on a store of its own. */
export interface OpenedRecords {
  readonly records: Records
  /** Closes the engine and opens the same store again. Absent where a store does not outlive its engine. */
  reopen?(): Promise<Records>
  /**
   * Opens the same store once more beside the first, as another process does. The caller closes it. Absent where a store
   * has one engine.
   */
  another?(): Promise<Records>
  /** Closes what is open and removes the store. */
  dispose(): Promise<void>
}

/** What the tests of the contract share: one engine, and a name for a space that no other test uses. */
export interface ContractContext {
  readonly records: Records
  space(): string
}

export function put(space: string, id: string, value: string, entries: readonly IndexEntry[] = []): PutWrite {
  return { op: 'put', space, id, value, entries }
}

export function remove(space: string, id: string): DeleteWrite {
  return { op: 'delete', space, id }
}

export function entry(index: string, key: string, unique = false): IndexEntry {
  return { index, key: new TextEncoder().encode(key), unique }
}

export async function getOne(records: Records, key: RecordKey): Promise<StoredRecord | undefined> {
  const [record] = await records.get([key])
  return record
}

/** A commit that has to succeed. */
export async function done(result: Promise<CommitResult>): Promise<void> {
  const settled = await result
  assert.deepEqual(settled, { done: true })
}

/** The longest lag of a feed that tests accept, in ms. */
const PATIENCE_MS = 10_000

/** Waits for changes, with a timeout. */
export function waitForChanges(records: Records, spaces: readonly string[], after: FeedCursor): Promise<void> {
  return records.waitForChanges({ spaces, after, signal: AbortSignal.timeout(PATIENCE_MS) })
}

/** Reads the feed until it has this many changes; waits when there are none yet. */
export async function readChanges(
  records: Records,
  spaces: readonly string[],
  from: FeedCursor,
  count: number,
  limit = 100,
): Promise<{ readonly changes: readonly RecordChange[]; readonly next: FeedCursor }> {
  const changes: RecordChange[] = []
  let next = from
  const signal = AbortSignal.timeout(PATIENCE_MS)
  for (;;) {
    const page = await records.changes({ spaces, after: next, limit })
    assert.equal(page.truncated, false)
    assert.ok(page.changes.length <= limit)
    changes.push(...page.changes)
    next = page.next
    if (changes.length >= count) return { changes, next }
    if (page.changes.length === 0) await records.waitForChanges({ spaces, after: next, signal })
  }
}
