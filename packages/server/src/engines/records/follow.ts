import timers from 'node:timers/promises'
import type { FeedCursor, RecordChange, Records } from './records.ts'

/** Changes in one read of the feed. */
const BATCH = 500
/** The pause after a failure, such as a database that is away. */
const RETRY_MS = 500

export interface FollowOptions {
  readonly records: Pick<Records, 'changes' | 'waitForChanges'>
  readonly spaces: readonly string[]
  /**
   * Called with the changes of the spaces by all processes, one call at a time. Without changes: anything may have changed,
   * as at the beginning and after a long interruption. When it rejects, it is called again with the same changes or more.
   */
  readonly changed: (changes: readonly RecordChange[] | undefined) => void | Promise<void>
  /** Reports a failure once, until the feed works again. */
  readonly failed: (error: unknown) => void
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Follows the change feed of some spaces until the signal aborts. Never rejects. */
export async function followChanges(options: FollowOptions): Promise<void> {
  const { records, spaces, changed, failed, signal } = options
  let after: FeedCursor | undefined
  let isFailing = false

  async function step(): Promise<void> {
    if (after !== undefined) await records.waitForChanges({ spaces, after, signal })
    const { changes, next, truncated } = await records.changes({ spaces, after, limit: BATCH })
    const isInterrupted = after === undefined || truncated
    if (isInterrupted) await changed(undefined)
    else if (changes.length > 0) await changed(changes)
    after = next
    isFailing = false
  }

  while (!signal.aborted) {
    try {
      await step()
    } catch (error) {
      if (signal.aborted) return
      if (!isFailing) failed(error)
      isFailing = true
      await timers.setTimeout(RETRY_MS, undefined, { signal, ref: false }).catch(() => {})
    }
  }
}
