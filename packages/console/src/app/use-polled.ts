import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, isAbort, toApiError } from '../api/errors.ts'

export interface Polled<T> {
  /** The newest answer; stays while another is asked for, and when that fails. */
  readonly value: T | undefined
  /** Why there is no newer one. */
  readonly error: ApiError | undefined
  readonly reload: () => void
}

/**
 * Asks for something again and again while the window is seen, and at once when it comes into view.
 *
 * @param key asks anew when it changes; the former value is dropped then
 * @param every milliseconds between an answer and the next question; absent: only once
 */
export function usePolled<T>(load: (signal: AbortSignal) => Promise<T>, key: string, every?: number): Polled<T> {
  const [state, setState] = useState<{
    readonly key: string
    readonly value: T | undefined
    readonly error?: ApiError
  }>()
  const [turn, setTurn] = useState(0)
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    const controller = new AbortController()
    let timer = 0
    const ask = async () => {
      clearTimeout(timer)
      try {
        const value = await latest.current(controller.signal)
        setState({ key, value })
      } catch (thrown) {
        if (isAbort(thrown)) return
        const error = toApiError(thrown)
        setState((before) => ({ key, value: before?.key === key ? before.value : undefined, error }))
      }
      if (every !== undefined && !document.hidden) timer = window.setTimeout(() => void ask(), every)
    }
    const seen = () => {
      if (document.hidden) clearTimeout(timer)
      else if (every !== undefined) void ask()
    }
    void ask()
    document.addEventListener('visibilitychange', seen)
    return () => {
      controller.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', seen)
    }
  }, [key, every, turn])
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  const current = state?.key === key ? state : undefined
  return { value: current?.value, error: current?.error, reload }
}
