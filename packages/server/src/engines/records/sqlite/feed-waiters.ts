import type { DatabaseSync } from 'node:sqlite'

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

interface Waiter {
  readonly spaces: ReadonlySet<string>
  resolve(): void
  reject(reason: unknown): void
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
  const waiters = new Set<Waiter>()
  let poll: NodeJS.Timeout | undefined
  /** The `data_version` at the last check. */
  let seenState: unknown
  /** Waits for changes up to this version have been ended. */
  let seenVersion = 0
  let isClosed = false

  const readState = () => fileState.get()?.data_version

  function wake(spaces: readonly string[]): void {
    for (const waiter of waiters) if (spaces.some((space) => waiter.spaces.has(space))) waiter.resolve()
  }

  function lookAgain(): void {
    try {
      const state = readState()
      if (state === seenState) return
      seenState = state
      const rows = changedSince.all(seenVersion) as unknown as { readonly space: string; readonly version: number }[]
      seenVersion = Math.max(seenVersion, ...rows.map(({ version }) => version))
      wake(rows.map(({ space }) => space))
    } catch {
      // The callers read the feed now and get the error.
      for (const waiter of waiters) waiter.resolve()
    }
  }

  function stay(spaces: ReadonlySet<string>, signal: AbortSignal | undefined): Promise<void> {
    poll ??= setInterval(lookAgain, POLL_MS)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { spaces, resolve, reject }
    const abort = () => reject(signal?.reason)
    const longest = setTimeout(resolve, longestMs)
    signal?.addEventListener('abort', abort)
    waiters.add(waiter)
    return promise.finally(() => {
      clearTimeout(longest)
      signal?.removeEventListener('abort', abort)
      waiters.delete(waiter)
      if (waiters.size > 0) return
      clearInterval(poll)
      poll = undefined
    })
  }

  return {
    async wait(spaces, signal, look) {
      if (isClosed) throw closed()
      // Read before the look, so that no commit in between is missed.
      const state = readState()
      const version = look()
      if (version === undefined) return
      if (poll === undefined) {
        seenState = state
        seenVersion = version
      }
      await stay(spaces, signal)
    },
    wake,
    close() {
      isClosed = true
      for (const { reject } of waiters) reject(closed())
    },
  }
}

function closed(): Error {
  return new Error('the records are closed')
}
