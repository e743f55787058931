import { createListeners } from './listeners.ts'

/** What can stop an upload: an `AbortSignal`, which WeChat lacks, or anything of that shape. */
export interface Signal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
}

/** A signal and the means to give it; see `cancelSource`. */
export interface CancelSource {
  readonly signal: Signal
  /** Tells everybody who listens, once. */
  cancel(): void
}

/**
 * Stands in for `AbortController`. One source may stop several calls.
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
      listeners.tell()
    },
  }
}
