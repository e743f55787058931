import type { SimulatedDecision } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import type { SimulateBody } from './question.ts'

/** Milliseconds after the last key before rules are asked. */
const PAUSE_MS = 250

export interface Simulation {
  readonly decision: SimulatedDecision | undefined
  readonly error: ApiError | undefined
  /** The decision is about what stood there before. */
  readonly stale: boolean
}

interface State extends Omit<Simulation, 'stale'> {
  /** The question that was answered. */
  readonly about: string | undefined
}

/**
 * Asks again whenever the question changes; an answer to a former one is dropped.
 *
 * @param body undefined: there is nothing to ask
 */
export function useSimulation(body: SimulateBody | undefined): Simulation {
  const [state, setState] = useState<State>({ about: undefined, decision: undefined, error: undefined })
  const asked = body && JSON.stringify(body)
  useEffect(() => {
    if (body === undefined) return
    const controller = new AbortController()
    const timer = setTimeout(() => {
      call('simulateRules', { body }, { signal: controller.signal }).then(
        (decision) => setState({ about: asked, decision, error: undefined }),
        (thrown: unknown) => {
          if (!isAbort(thrown)) setState({ about: asked, decision: undefined, error: toApiError(thrown) })
        },
      )
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [asked])
  const { about, decision, error } = state
  return { decision, error, stale: asked === undefined || about !== asked }
}
