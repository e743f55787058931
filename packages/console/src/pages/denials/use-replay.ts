import type { Denial, SimulatedDecision } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'

/** Milliseconds after the last key before the request is decided anew. */
const PAUSE_MS = 150

export interface Replay {
  readonly decision: SimulatedDecision | undefined
  readonly error: ApiError | undefined
  /** The decision is about a former text. */
  readonly stale: boolean
}

/**
 * Decides a denied request by other rules, again at every change; an answer to a former text is dropped.
 *
 * @param text undefined: there is nothing to ask yet
 */
export function useReplay({ case: ruleCase, collection }: Denial, text: string | undefined): Replay {
  const [state, setState] = useState<Omit<Replay, 'stale'> & { readonly about: string | undefined }>({
    about: undefined,
    decision: undefined,
    error: undefined,
  })
  useEffect(() => {
    if (text === undefined || ruleCase === undefined) return
    const controller = new AbortController()
    const body = { ...(collection === undefined ? {} : { collection }), text, case: ruleCase }
    const timer = setTimeout(() => {
      call('replayCase', { body }, { signal: controller.signal }).then(
        (decision) => setState({ about: text, decision, error: undefined }),
        (thrown: unknown) => {
          if (!isAbort(thrown)) setState({ about: text, decision: undefined, error: toApiError(thrown) })
        },
      )
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [text])
  const { about, decision, error } = state
  return { decision, error, stale: text === undefined || about !== text }
}
