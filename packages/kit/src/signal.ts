import { createListeners } from './listeners.ts'

/** What can stop an upload: an `AbortSignal`, which WeChat lacks, or an object of that shape. */
export interface Signal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
}

/** A signal and the function that triggers it; see `cancelSource`. */
export interface CancelSource {
  readonly signal: Signal
  /** Triggers the signal; has an effect only once. */
  cancel(): void
}

/**
 * Replaces `AbortController`, which WeChat lacks. One source may stop several calls.
 *
 * @example
 * const stop = cancelSource()
 * cloud.uploadAll(files, { signal: stop.signal })
 * stop.cancel()
 */
export function cancelSource(): CancelSource {
  const listeners = createListeners()
  let aborted = false
  return {
    signal: {
      get aborted() {
        return aborted
      },
      addEventListener(_type, listener) {
        listeners.add(listener)
      },
    },
    cancel() {
      if (aborted) return
      aborted = true
      listeners.notify()
    },
  }
}
