import { type EntryList, packEntries } from '../entry-list.ts'
import type { CommitResult, Expectation, RecordKey, RecordWrite } from '../records.ts'

/** One write that waits for its batch; without a value it deletes. */
export interface QueuedWrite extends RecordKey {
  readonly value?: string
  readonly entries: EntryList
}

/** One `commit` that waits for its batch. */
export interface Job {
  readonly writes: readonly QueuedWrite[]
  readonly expectations: readonly Expectation[]
  /** Approximate size in bytes; bounds what is committed together. */
  readonly bytes: number
  /** When it was submitted, as `performance.now()`. */
  readonly since: number
}

/** The result of one job: it was written, or why nothing of it was. */
export type Outcome = CommitResult | { readonly error: unknown }

export const NO_ENTRIES = packEntries([])
/** Size of a commit besides its values and entries, in bytes. */
const OVERHEAD = 256
/** Bounds how long the first commit of a batch waits, and how long a transaction holds its locks. */
const MAX_BATCH_COMMITS = 512
const MAX_BATCH_BYTES = 4 * 1024 * 1024

export function toJob(writes: readonly RecordWrite[], expectations: readonly Expectation[]): Job {
  let bytes = OVERHEAD
  const queued = writes.map((write): QueuedWrite => {
    const { space, id } = write
    if (write.op === 'delete') return { space, id, entries: NO_ENTRIES }
    const entries = packEntries(write.entries)
    bytes += write.value.length + entries.length
    return { space, id, value: write.value, entries }
  })
  return { writes: queued, expectations, bytes, since: performance.now() }
}

/** Takes the jobs of the next batch from the front of the queue. */
export function takeBatch<T extends { readonly job: Job }>(queue: T[]): T[] {
  let bytes = 0
  let length = 0
  for (const { job } of queue) {
    bytes += job.bytes
    if (length === MAX_BATCH_COMMITS || (length > 0 && bytes > MAX_BATCH_BYTES)) break
    length += 1
  }
  return queue.splice(0, length)
}
