import { useState } from 'preact/hooks'
import { type ApiError, isAbort, toApiError } from '../api/errors.ts'

interface Attempt {
  readonly busy: boolean
  /** Why the last attempt failed. */
  readonly error: ApiError | undefined
  /** Runs `work`, unless it is running already. What it throws becomes `error`. */
  attempt(work: () => Promise<void> | void): Promise<void>
  setError(error: ApiError | undefined): void
}

/** The state of something the user starts, such as a save: whether it is running, and how it failed. */
export function useAttempt(): Attempt {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const attempt = async (work: () => Promise<void> | void) => {
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      await work()
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toApiError(thrown))
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, attempt, setError }
}
