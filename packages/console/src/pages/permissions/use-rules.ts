import type { Rules } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'

export interface LoadedRules {
  readonly rules: Rules | undefined
  readonly error: ApiError | undefined
  readonly reload: () => void
  /** Shows rules that a save has answered. */
  readonly replace: (rules: Rules) => void
}

/** What `collection` is in the input of the operations about rules. */
export function targetOf(collection: string | undefined): { readonly collection?: string } {
  return collection === undefined ? {} : { collection }
}

/** The rules that hold for a collection, or without one for files. */
export function useRules(collection: string | undefined): LoadedRules {
  const [state, setState] = useState<Pick<LoadedRules, 'rules' | 'error'>>({ rules: undefined, error: undefined })
  const load = (signal?: AbortSignal) => {
    call('getRules', { query: targetOf(collection) }, { signal }).then(
      (rules) => setState({ rules, error: undefined }),
      (thrown: unknown) => {
        if (!isAbort(thrown)) setState((now) => ({ ...now, error: toApiError(thrown) }))
      },
    )
  }
  useEffect(() => {
    const controller = new AbortController()
    setState({ rules: undefined, error: undefined })
    load(controller.signal)
    return () => controller.abort()
  }, [collection])
  return { ...state, reload: () => load(), replace: (rules) => setState({ rules, error: undefined }) }
}
