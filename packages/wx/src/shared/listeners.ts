import { callSafely, type ReportCallbackError } from './callbacks.ts'

/** The listeners of one event. One that throws does not stop the others. */
export class Listeners<Event> {
  readonly #listeners: Array<(event: Event) => void> = []
  readonly #report: ReportCallbackError

  /** `report` receives the exceptions of listeners; default console.error. */
  constructor(report: ReportCallbackError = (error) => console.error(error)) {
    this.#report = report
  }

  /** `wx.onX(listener)`; anything but a function is ignored. */
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

  /** Adds a listener and returns a function that removes it. */
  add(listener: (event: Event) => void): () => void {
    this.on(listener)
    return () => this.off(listener)
  }

  emit(event: Event): void {
    for (const listener of [...this.#listeners]) callSafely(this.#report, listener, event)
  }
}
