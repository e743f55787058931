import { useEffect, useRef, useState } from 'preact/hooks'
import type { Answer } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { type Outcome, outcomeOf } from './run-outcome.ts'

interface Run {
  readonly busy: boolean
  /** Of the last call. */
  readonly outcome: Outcome | undefined
  /** Makes a call, unless one is running. */
  start(call: (signal: AbortSignal) => Promise<Answer<'invokeFunction'>>): void
}

/** The state of calls that the user makes. The call is aborted when the component goes away. */
export function useRun(name: string, onRun: () => void): Run {
  const [outcome, setOutcome] = useState<Outcome>()
  const { busy, attempt } = useAttempt()
  const leaving = useRef(new AbortController())
  useEffect(() => () => leaving.current.abort(), [])
  return {
    busy,
    outcome,
    start(call) {
      const { signal } = leaving.current
      void attempt(async () => {
        setOutcome(await outcomeOf(name, signal, () => call(signal)))
        onRun()
      })
    },
  }
}
