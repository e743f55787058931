import { ERRNO, networkFailure, WxFailure } from './failure.ts'
import { delay } from './timers.ts'

/** WeChat runs at most ten of request, uploadFile and downloadFile at once; the others wait. */
export const MAX_IN_FLIGHT = 10
/** WeChat's default for request, uploadFile and downloadFile. */
export const DEFAULT_TIMEOUT_MS = 60_000

export type NetworkType = 'wifi' | '2g' | '3g' | '4g' | '5g' | 'unknown' | 'none'

/** The state of the simulated network; tests change it while the program runs. */
export interface NetworkConditions {
  /** `none` is offline: running transfers and new calls fail. */
  type: NetworkType
  /** Added before each request, upload and download, in milliseconds. */
  latencyMs: number
  /** Upload speed limit; Infinity is as fast as the machine. */
  uploadBytesPerSecond: number
  /** The connection is cut after this many bytes of a request body; Infinity never cuts. */
  cutUploadAfterBytes: number
}

/** A perfect network. */
export const GOOD_NETWORK: NetworkConditions = {
  type: 'wifi',
  latencyMs: 0,
  uploadBytesPerSecond: Number.POSITIVE_INFINITY,
  cutUploadAfterBytes: Number.POSITIVE_INFINITY,
}

interface Waiter {
  grant: () => void
  signal: AbortSignal
}

/**
 * The queue of request, uploadFile and downloadFile: ten run at once, each with a timeout. Going offline and going to the
 * background end all of them.
 */
export class TransferQueue {
  #conditions: NetworkConditions = { ...GOOD_NETWORK }
  readonly #active = new Set<AbortController>()
  readonly #waiting: Waiter[] = []
  #inFlight = 0
  #suspended = false

  /** How many transfers run now; never more than MAX_IN_FLIGHT. */
  get inFlight(): number {
    return this.#inFlight
  }

  get conditions(): Readonly<NetworkConditions> {
    return this.#conditions
  }

  /** Changes some of the conditions. Going offline fails every transfer. */
  change(conditions: Partial<NetworkConditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions }
    if (this.#conditions.type === 'none') this.failAll(disconnected())
  }

  /** The program has been in the background for long enough: unfinished transfers and new calls fail. */
  suspend(): void {
    this.#suspended = true
    this.failAll(new WxFailure('interrupted', ERRNO.networkInterrupted))
  }

  /** The program is in the foreground again. */
  resume(): void {
    this.#suspended = false
  }

  /** Ends every waiting and running transfer with `failure`. */
  failAll(failure: WxFailure): void {
    for (const controller of [...this.#active]) controller.abort(failure)
  }

  /** Fails if no call may start: offline, or suspended in the background. */
  assertUsable(): void {
    if (this.#suspended) {
      throw new WxFailure('network api interrupted in suspend state', ERRNO.networkInterrupted)
    }
    if (this.#conditions.type === 'none') throw disconnected()
  }

  /**
   * Runs `work` once fewer than MAX_IN_FLIGHT transfers run. Rejects with the reason of `controller` as soon as it is
   * aborted, whether the transfer waits or runs, and with `timeout` `timeoutMs` after it has left the queue.
   */
  async run<T>(controller: AbortController, timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const { signal } = controller
    const aborted = Promise.withResolvers<never>()
    const onAbort = (): void => aborted.reject(signal.reason)
    aborted.promise.catch(() => undefined)
    if (signal.aborted) throw signal.reason
    this.assertUsable()
    signal.addEventListener('abort', onAbort, { once: true })
    this.#active.add(controller)
    try {
      return await Promise.race([this.#runInTurn(controller, timeoutMs, work), aborted.promise])
    } finally {
      this.#active.delete(controller)
      signal.removeEventListener('abort', onAbort)
    }
  }

  async #runInTurn<T>(controller: AbortController, timeoutMs: number, work: () => Promise<T>): Promise<T> {
    await this.#acquire(controller.signal)
    const timer = setTimeout(() => controller.abort(new WxFailure('timeout', ERRNO.timeout)), timeoutMs)
    try {
      if (this.#conditions.latencyMs > 0) {
        await delay(this.#conditions.latencyMs, controller.signal)
      }
      return await work()
    } finally {
      clearTimeout(timer)
      this.#release()
    }
  }

  #acquire(signal: AbortSignal): Promise<void> {
    if (this.#inFlight < MAX_IN_FLIGHT) {
      this.#inFlight += 1
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push({ grant: resolve, signal }))
  }

  #release(): void {
    this.#inFlight -= 1
    let next = this.#waiting.shift()
    while (next?.signal.aborted) next = this.#waiting.shift()
    if (next === undefined) return
    this.#inFlight += 1
    next.grant()
  }
}

/** The timeout of the call, or else of the program (`networkTimeout` in app.json), or else WeChat's default. */
export function effectiveTimeout(given: unknown, ofProgram?: unknown): number {
  for (const timeout of [given, ofProgram]) if (typeof timeout === 'number' && timeout > 0) return timeout
  return DEFAULT_TIMEOUT_MS
}

function disconnected(): WxFailure {
  return networkFailure(-106, 'ERR_INTERNET_DISCONNECTED')
}
