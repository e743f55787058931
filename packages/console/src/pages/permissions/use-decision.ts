import type { SimulatedDecision } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, isAbort, toApiError } from '../../api/index.ts'

/** Milliseconds after the last change before the rules are evaluated. */
const PAUSE_MS = 150

interface Decided {
  readonly decision: SimulatedDecision | undefined
  readonly error: ApiError | undefined
  /** The decision belongs to an older question. */
  readonly stale: boolean
}

interface State extends Omit<Decided, 'stale'> {
  /** The question that was answered, as JSON. */
  readonly key: string | undefined
}

/**
 * Requests a decision whenever the question changes. Answers to older questions are dropped.
 *
 * @param question undefined: nothing to decide
 */
export function useDecision<Question>(
  question: Question | undefined,
  decide: (signal: AbortSignal, question: Question) => Promise<SimulatedDecision>,
): Decided {
  const [state, setState] = useState<State>({ key: undefined, decision: undefined, error: undefined })
  const key = question && JSON.stringify(question)
  useEffect(() => {
    if (question === undefined) return
    const controller = new AbortController()
    const timer = setTimeout(() => {
      decide(controller.signal, question).then(
        (decision) => setState({ key, decision, error: undefined }),
        (thrown: unknown) => {
          if (!isAbort(thrown)) setState({ key, decision: undefined, error: toApiError(thrown) })
        },
      )
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [key])
  return { decision: state.decision, error: state.error, stale: key === undefined || state.key !== key }
}
