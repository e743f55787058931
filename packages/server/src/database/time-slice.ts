import { setImmediate } from 'node:timers/promises'

/** How long work on documents may hold up everybody else at a stretch, in ms. */
const STRETCH = 50

/**
 * Lets others have their turn in work on many documents.
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

  /** Call it between two documents: goes on at once until the stretch is over. */
  async pauseIfOver(): Promise<void> {
    if (performance.now() - this.#since <= STRETCH) return
    await setImmediate()
    this.#since = performance.now()
  }
}
