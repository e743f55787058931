import type { DatabaseSync } from 'node:sqlite'

/** Those who wait for changes. */
export interface FeedWaiters {
  /**
   * Waits until one of these spaces may have changed, or for long.
   *
   * @param look whether there is something already: undefined if so, else the newest version that it saw
   * @throws the reason of the signal; an error when `close` is called
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

/** How often it is asked, while somebody waits, whether another process has written; a question takes microseconds. */
const POLL_MS = 100

/**
 * Makes the list of those who wait. Commits of this process wake them at once, through `wake`; those of other processes
 * are found by asking SQLite whether the file has changed, and only while somebody waits.
 *
 * @param longestMs how long a waiter waits at most
 */
export function feedWaiters(db: DatabaseSync, longestMs: number): FeedWaiters {
  const fileState = db.prepare('PRAGMA data_version')
  const changedSince = db.prepare(
    'SELECT space, max(version) AS version FROM feed_changes WHERE version > ? GROUP BY space',
  )
  const waiters = new Set<Waiter>()
  let poll: NodeJS.Timeout | undefined
  /** What SQLite calls the state of the file when it was last looked at. */
  let seenState: unknown
  /** Changes up to this version have woken those who wait for them. */
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
      // They read the feed now, and are told what is wrong.
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
      // Before the look, so that no commit comes in between unseen.
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
