/** The requests of one time step. */
interface TrafficPoint {
  /** When the step began, in milliseconds since the epoch. */
  readonly at: number
  readonly requests: number
  /** Failed requests, whatever the HTTP status. Denials do not count. */
  readonly errors: number
  /** Denials by the rules; each denied item of a request counts. */
  readonly denied: number
}

interface TrafficSeries {
  readonly stepSeconds: number
  /** When counting began, in milliseconds since the epoch. */
  readonly since: number
  /** Oldest first, without gaps. The last step is not over yet. */
  readonly points: readonly TrafficPoint[]
}

/** Counts requests per minute, in memory, for the last 24 hours. The Console's overview shows them. */
export interface Traffic {
  /** Counts a request. */
  count(failed: boolean): void
  /** Counts denials. */
  denied(count: number): void
  /** @param minutes length of the series, at most a day */
  series(minutes: number): TrafficSeries
}

const MINUTE_MS = 60_000
const KEPT_MINUTES = 24 * 60
/** Points per series, as many as a chart can show; longer series have longer steps. */
const MAX_POINTS = 180
/** Lengths of a step, in minutes. */
const STEPS = [1, 2, 5, 10, 15] as const

const REQUESTS = 0
const ERRORS = 1
const DENIED = 2
const KINDS = 3

/** @param now milliseconds since the epoch */
export function createTraffic(now: () => number): Traffic {
  const since = now()
  /** A ring buffer with KINDS counts per minute. */
  const counts = new Uint32Array(KEPT_MINUTES * KINDS)
  /** The minute that each slot of the ring holds, in minutes since the epoch. */
  const minutes = new Uint32Array(KEPT_MINUTES)

  /** The index of the counts of this minute. Clears the counts of the same minute a day before. */
  function current(): number {
    const minute = Math.floor(now() / MINUTE_MS)
    const slot = minute % KEPT_MINUTES
    if (minutes[slot] !== minute) {
      minutes[slot] = minute
      counts.fill(0, slot * KINDS, (slot + 1) * KINDS)
    }
    return slot * KINDS
  }

  function add(kind: number, count: number): void {
    const index = current() + kind
    counts[index] = (counts[index] ?? 0) + count
  }

  function countOf(minute: number, kind: number): number {
    const slot = minute % KEPT_MINUTES
    return minutes[slot] === minute ? (counts[slot * KINDS + kind] ?? 0) : 0
  }

  return {
    count(failed) {
      add(REQUESTS, 1)
      if (failed) add(ERRORS, 1)
    },
    denied: (count) => add(DENIED, count),
    series(wanted) {
      const step = STEPS.find((one) => wanted / one <= MAX_POINTS) ?? STEPS[STEPS.length - 1] ?? 1
      const last = Math.floor(now() / MINUTE_MS)
      const steps = Math.ceil(Math.min(wanted, KEPT_MINUTES - step) / step)
      const first = (Math.floor(last / step) - steps + 1) * step
      const points = Array.from({ length: steps }, (_, index) => {
        const start = first + index * step
        const sum = (kind: number) => {
          let total = 0
          for (let minute = start; minute < start + step && minute <= last; minute += 1) total += countOf(minute, kind)
          return total
        }
        return { at: start * MINUTE_MS, requests: sum(REQUESTS), errors: sum(ERRORS), denied: sum(DENIED) }
      })
      return { stepSeconds: step * 60, since, points }
    },
  }
}
