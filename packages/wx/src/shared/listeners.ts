import { callSafely, type ReportCallbackError } from './callbacks.ts'

/** The listeners behind one `onX` / `offX` pair. */
export class Listeners<Event> {
  readonly #listeners: Array<(event: Event) => void> = []
  readonly #report: ReportCallbackError

  constructor(report: ReportCallbackError) {
    this.#report = report
  }

  /** `wx.onX(listener)`; what is not a function is ignored. */
  readonly on = (listener: (event: Event) => void): void => {
    if (typeof listener === 'function') this.#listeners.push(listener)
  }

  /** `wx.offX(listener)`; without an argument it removes all, as in WeChat. */
  readonly off = (listener?: (event: Event) => void): void => {
    if (listener === undefined) {
      this.#listeners.length = 0
      return
    }
    const at = this.#listeners.indexOf(listener)
    if (at >= 0) this.#listeners.splice(at, 1)
  }

  /** Calls every listener; one that throws does not stop the others. */
  emit(event: Event): void {
    for (const listener of [...this.#listeners]) callSafely(this.#report, listener, event)
  }

  get size(): number {
    return this.#listeners.length
  }
}
