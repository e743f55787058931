import { type EntryList, packEntries } from '../entry-list.ts'
import { type CommitResult, type Expectation, keyText, type RecordKey, type RecordWrite } from '../records.ts'

/** A key with its `keyText`, which a batch needs several times. */
export interface QueuedKey extends RecordKey {
  readonly text: string
}

/** One write that waits for its batch; without a value it deletes. */
export interface QueuedWrite extends QueuedKey {
  readonly value?: string
  readonly entries: EntryList
}

type QueuedExpectation = Expectation & QueuedKey

/** One `commit` that waits for its batch. */
export interface Job {
  readonly writes: readonly QueuedWrite[]
  readonly expectations: readonly QueuedExpectation[]
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
    const text = keyText(write)
    if (write.op === 'delete') return { space, id, text, entries: NO_ENTRIES }
    const entries = packEntries(write.entries)
    bytes += write.value.length + entries.length
    return { space, id, text, value: write.value, entries }
  })
  const seen = expectations.map(({ space, id, version }) => ({ space, id, version, text: keyText({ space, id }) }))
  return { writes: queued, expectations: seen, bytes, since: performance.now() }
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
