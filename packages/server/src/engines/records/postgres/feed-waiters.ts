import { createWaits } from '../waits.ts'
import type { Database } from './database.ts'
import type { Row } from './statements.ts'

export interface FeedWaitersOptions {
  readonly database: Database
  /** The longest wait, in ms. */
  readonly longestMs: number
  /** Lanes that were not used for this long are not looked at, in ms. */
  readonly idleMs: number
}

/** The pending waits for changes. */
export interface FeedWaiters {
  /**
   * Resolves when one of these spaces may have changed, or after the longest wait.
   *
   * @param look whether there are changes already
   * @throws the reason of the signal; an error after `close`; what `look` throws
   */
  wait(spaces: ReadonlySet<string>, signal: AbortSignal | undefined, look: () => Promise<boolean>): Promise<void>
  wake(spaces: readonly string[]): void
  close(): void
}

/** How often to look for commits of other processes while somebody waits, with some randomness so that they spread out. */
const POLL_MS = 200
const POLL_JITTER_MS = 100

const LANES = `SELECT lane, version FROM lanes WHERE used > now() - $1 * interval '1 ms'`
const CHANGED = `SELECT DISTINCT c.space FROM unnest($1::bigint[], $2::bigint[]) k(lane, version)
  JOIN changes c ON c.lane = k.lane AND c.version > k.version`

/**
 * Commits of this process end the waits through `wake`. Those of other processes are found by polling the lanes, only
 * while there are waits.
 */
export function feedWaiters({ database, longestMs, idleMs }: FeedWaitersOptions): FeedWaiters {
  /** The lanes at the last poll; undefined while nobody waits. */
  let seen: Promise<ReadonlyMap<number, number>> | undefined
  let timer: NodeJS.Timeout | undefined
  const waits = createWaits({
    longestMs,
    onLast() {
      clearTimeout(timer)
      seen = undefined
    },
  })

  async function readLanes(): Promise<ReadonlyMap<number, number>> {
    const rows = await database.query({ text: LANES, values: [idleMs] })
    return new Map(rows.map(({ lane, version }: Row) => [Number(lane), Number(version)]))
  }

  async function poll(): Promise<void> {
    try {
      const before = await (seen ?? readLanes())
      const now = await readLanes()
      seen = Promise.resolve(now)
      const moved = [...now].filter(([lane, version]) => version > (before.get(lane) ?? 0))
      if (moved.length > 0) {
        const lanes = moved.map(([lane]) => lane)
        const versions = lanes.map((lane) => before.get(lane) ?? 0)
        waits.wake(
          (await database.query({ text: CHANGED, values: [lanes, versions] })).map(({ space }) => String(space)),
        )
      }
    } catch {
      // The callers read the feed now and get the error.
      waits.wakeAll()
    }
    if (waits.count > 0) schedule()
    else seen = undefined
  }

  /** A poll that outlived its waits may find that the next wait has scheduled one already: there is one timer. */
  function schedule(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void poll(), POLL_MS + Math.random() * POLL_JITTER_MS)
  }

  /** Polling starts before the caller looks, so that no commit in between is missed. */
  async function startPolling(): Promise<void> {
    if (seen === undefined) {
      seen = readLanes()
      seen.catch(() => {})
      schedule()
    }
    await seen
  }

  return {
    wait: (spaces, signal, look) =>
      waits.during(spaces, signal, async (woken) => {
        await startPolling()
        if (!(await look())) await woken
      }),
    wake: waits.wake,
    close: waits.close,
  }
}
