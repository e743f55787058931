/** What came in one step of time. */
export interface TrafficPoint {
  /** Milliseconds since the epoch: when the step began. */
  readonly at: number
  readonly requests: number
  /** Answers that say a code of failure, whatever their status, and broken ones. */
  readonly errors: number
  /** Refusals by rules, each item of a request counted. */
  readonly denied: number
}

export interface TrafficSeries {
  readonly stepSeconds: number
  /** Milliseconds since the epoch: when counting began. */
  readonly since: number
  /** Oldest first, without gaps; the last step is not over yet. */
  readonly points: readonly TrafficPoint[]
}

/** Counts by the minute for a day, in memory: what the overview draws. */
export interface Traffic {
  /** Counts an answer. */
  count(failed: boolean): void
  denied(count: number): void
  /** @param minutes that the series covers, up to a day */
  series(minutes: number): TrafficSeries
}

const MINUTE_MS = 60_000
const KEPT_MINUTES = 24 * 60
/** A chart shows no more; longer series have longer steps. */
const MAX_POINTS = 180
/** Minutes of a step that people read easily. */
const STEPS = [1, 2, 5, 10, 15] as const

const REQUESTS = 0
const ERRORS = 1
const DENIED = 2
const KINDS = 3

/** @param now milliseconds since the epoch */
export function createTraffic(now: () => number): Traffic {
  const since = now()
  /** Three counts for each minute, in a ring; and which minute they are of. */
  const counts = new Uint32Array(KEPT_MINUTES * KINDS)
  const minutes = new Uint32Array(KEPT_MINUTES)

  /** Where the counts of this minute are; those of a day before go. */
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
