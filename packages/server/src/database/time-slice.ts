import { setImmediate } from 'node:timers/promises'

/** How long work on documents may block the event loop at once, in ms. */
const SLICE = 50

/**
 * Gives the event loop a turn during work on many documents.
 *
 * @example
 * const slice = new TimeSlice()
 * for (const document of documents) {
 *   await slice.pauseIfOver()
 *   work(document)
 * }
 */
export class TimeSlice {
  #since = performance.now()

  /** Call it between two documents. Gives the event loop a turn when the time slice is over. */
  async pauseIfOver(): Promise<void> {
    if (this.isOver(performance.now())) await this.pause()
  }

  /** Whether the time slice is over at this time of `performance.now()`. */
  isOver(now: number): boolean {
    return now - this.#since > SLICE
  }

  /** Gives the event loop a turn and begins a new time slice. */
  async pause(): Promise<void> {
    await setImmediate()
    this.#since = performance.now()
  }
}
