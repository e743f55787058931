import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, toApiError } from '../api/errors.ts'

export interface Loaded<T> {
  /** The last answer. It stays during a reload, and when the reload fails. */
  readonly value: T | undefined
  readonly error: ApiError | undefined
  /** The first load or a reload is running; polling does not count. */
  readonly loading: boolean
  /** Loads again. Resolves to the new value, or to undefined if the load failed or was superseded. */
  reload(): Promise<T | undefined>
  /** Shows a value that another request returned. */
  replace(value: T): void
}

interface State<T> {
  readonly key: string
  readonly value: T | undefined
  readonly error: ApiError | undefined
  readonly loading: boolean
}

/**
 * Loads a value from the server.
 *
 * @param key identifies the value: a new key drops the old value, aborts its request and loads again
 * @param every milliseconds between an answer and the next request, while the window is visible; absent: no polling
 */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, key = '', every?: number): Loaded<T> {
  const [state, setState] = useState<State<T>>()
  const latest = useRef(load)
  latest.current = load
  const request = useRef<() => Promise<T | undefined>>(async () => undefined)
  useEffect(() => {
    let controller = new AbortController()
    let timer = 0
    const run = async () => {
      clearTimeout(timer)
      controller.abort()
      controller = new AbortController()
      const { signal } = controller
      let value: T | undefined
      try {
        value = await latest.current(signal)
        if (signal.aborted) return undefined
        setState({ key, value, error: undefined, loading: false })
      } catch (thrown) {
        if (signal.aborted) return undefined
        const error = toApiError(thrown)
        setState((before) => ({ key, value: before?.key === key ? before.value : undefined, error, loading: false }))
      }
      if (every !== undefined && !document.hidden) timer = window.setTimeout(() => void run(), every)
      return value
    }
    request.current = run
    void run()
    if (every === undefined) return () => controller.abort()
    const onVisibility = () => {
      if (document.hidden) clearTimeout(timer)
      else void run()
    }
    document.addEventListener('visibilitychange', onVisibility)
    return () => {
      controller.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisibility)
    }
  }, [key, every])
  const current = state?.key === key ? state : undefined
  return {
    value: current?.value,
    error: current?.error,
    loading: current?.loading ?? true,
    reload: () => {
      setState((before) => before && { ...before, error: undefined, loading: true })
      return request.current()
    },
    replace: (value) => setState({ key, value, error: undefined, loading: false }),
  }
}
