import type { AppUser } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'

export type LoginType = AppUser['loginType']

export interface UserFilter {
  readonly search: string
  readonly loginType: LoginType | undefined
}

export interface UserRows {
  readonly users: readonly AppUser[]
  readonly loading: boolean
  readonly hasMore: boolean
  readonly error: ApiError | undefined
  loadMore(): void
  /** Shows a user as it is now, where it is in the list. */
  replace(user: AppUser): void
}

const PAGE = 200

interface State {
  readonly users: readonly AppUser[]
  readonly next: string | undefined
  readonly loading: boolean
  readonly error: ApiError | undefined
}

const NOTHING: State = { users: [], next: undefined, loading: true, error: undefined }

/** The users that a filter finds, page by page. What comes late for another filter is dropped. */
export function useUsers({ search, loginType }: UserFilter): UserRows {
  const [state, setState] = useState<State>(NOTHING)
  const running = useRef<AbortController | null>(null)

  /** Loads the page after a place, or the first one. Until that has come, those who are shown stay. */
  const load = async (after: string | undefined) => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setState((now) => ({ ...now, next: after, loading: true, error: undefined }))
    try {
      const query = {
        limit: PAGE,
        ...(search === '' ? {} : { search }),
        ...(loginType === undefined ? {} : { loginType }),
        ...(after === undefined ? {} : { after }),
      }
      const page = await call('listUsers', { query }, { signal: controller.signal })
      if (controller.signal.aborted) return
      setState((now) => ({
        users: after === undefined ? page.items : [...now.users, ...page.items],
        next: page.next,
        loading: false,
        error: undefined,
      }))
    } catch (thrown) {
      if (!isAbort(thrown)) setState((now) => ({ ...now, loading: false, error: toApiError(thrown) }))
    }
  }

  useEffect(() => {
    void load(undefined)
    return () => running.current?.abort()
  }, [search, loginType])

  return {
    users: state.users,
    loading: state.loading,
    hasMore: state.next !== undefined,
    error: state.error,
    loadMore: () => void load(state.next),
    replace(user) {
      setState((now) => ({ ...now, users: now.users.map((one) => (one.uid === user.uid ? user : one)) }))
    },
  }
}
