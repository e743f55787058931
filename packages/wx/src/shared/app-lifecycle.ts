import type { ReportCallbackError } from './callbacks.ts'
import { Listeners } from './listeners.ts'
import { backgroundTimer } from './timers.ts'

/** WeChat ends unfinished network calls this long after the program is hidden, in milliseconds. */
export const INTERRUPT_AFTER_MS = 5000

export interface AppShowEvent {
  path: string
  query: Record<string, string>
  scene: number
}

/** Scene 1001 is WeChat's list of recently used programs. */
const LAUNCHED_FROM_LIST: AppShowEvent = { path: 'pages/index/index', query: {}, scene: 1001 }

/** The lifecycle calls of `wx`. */
export interface AppLifecycleApi {
  onAppShow: (listener: (event: AppShowEvent) => void) => void
  offAppShow: (listener?: (event: AppShowEvent) => void) => void
  onAppHide: (listener: (event: object) => void) => void
  offAppHide: (listener?: (event: object) => void) => void
}

/** Moves the program to the background and back. */
export class AppLifecycle {
  readonly api: AppLifecycleApi
  readonly #shown: Listeners<AppShowEvent>
  readonly #hidden: Listeners<object>
  readonly #interruptAfterMs: number
  readonly #network: { suspend: () => void; resume: () => void }
  #timer: ReturnType<typeof setTimeout> | undefined
  #inBackground = false

  constructor(
    network: { suspend: () => void; resume: () => void },
    interruptAfterMs: number,
    report: ReportCallbackError,
  ) {
    this.#network = network
    this.#interruptAfterMs = interruptAfterMs
    this.#shown = new Listeners(report)
    this.#hidden = new Listeners(report)
    this.api = {
      onAppShow: this.#shown.on,
      offAppShow: this.#shown.off,
      onAppHide: this.#hidden.on,
      offAppHide: this.#hidden.off,
    }
  }

  /** Hides the program; if it stays hidden for long enough, the network is suspended. */
  background(): void {
    if (this.#inBackground) return
    this.#inBackground = true
    this.#hidden.emit({})
    this.#timer = backgroundTimer(() => this.#network.suspend(), this.#interruptAfterMs)
  }

  /** Shows the program again. The network is resumed before onAppShow, so that its listeners can retry. */
  foreground(event: AppShowEvent = LAUNCHED_FROM_LIST): void {
    if (!this.#inBackground) return
    this.#inBackground = false
    clearTimeout(this.#timer)
    this.#network.resume()
    this.#shown.emit(event)
  }

  dispose(): void {
    clearTimeout(this.#timer)
  }
}
