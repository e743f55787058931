import type { DatabaseSync } from 'node:sqlite'
import { createWaits } from '../waits.ts'

/** The pending waits for changes. */
export interface FeedWaiters {
  /**
   * Resolves when one of these spaces may have changed, or after the longest wait.
   *
   * @param look looks for changes: undefined when there are some already, else the newest version that it saw
   * @throws the reason of the signal; an error after `close`
   */
  wait(spaces: ReadonlySet<string>, signal: AbortSignal | undefined, look: () => number | undefined): Promise<void>
  wake(spaces: readonly string[]): void
  close(): void
}

/** How often to check for commits of other processes while somebody waits. A check takes microseconds. */
const POLL_MS = 100

/**
 * Commits of this process end the waits through `wake`. Commits of other processes are found by polling SQLite's
 * `data_version`, only while there are waits.
 *
 * @param longestMs the longest wait, in ms
 */
export function feedWaiters(db: DatabaseSync, longestMs: number): FeedWaiters {
  const fileState = db.prepare('PRAGMA data_version')
  const changedSince = db.prepare(
    'SELECT space, max(version) AS version FROM feed_changes WHERE version > ? GROUP BY space',
  )
  let poll: NodeJS.Timeout | undefined
  /** The `data_version` at the last check. */
  let seenState: unknown
  /** Waits for changes up to this version have been ended. */
  let seenVersion = 0
  const waits = createWaits({
    longestMs,
    onLast() {
      clearInterval(poll)
      poll = undefined
    },
  })

  const readState = () => fileState.get()?.data_version

  function lookAgain(): void {
    try {
      const state = readState()
      if (state === seenState) return
      seenState = state
      const rows = changedSince.all(seenVersion) as unknown as { readonly space: string; readonly version: number }[]
      seenVersion = Math.max(seenVersion, ...rows.map(({ version }) => version))
      waits.wake(rows.map(({ space }) => space))
    } catch {
      // The callers read the feed now and get the error.
      waits.wakeAll()
    }
  }

  return {
    wait: (spaces, signal, look) =>
      waits.during(spaces, signal, async (woken) => {
        // Read before the look, so that no commit in between is missed.
        const state = readState()
        const version = look()
        if (version === undefined) return
        if (poll === undefined) {
          seenState = state
          seenVersion = version
          poll = setInterval(lookAgain, POLL_MS)
        }
        await woken
      }),
    wake: waits.wake,
    close: waits.close,
  }
}
