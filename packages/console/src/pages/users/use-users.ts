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

const LOADING: State = { users: [], next: undefined, loading: true, error: undefined }

/** The users that a filter finds, page by page. What comes late for another filter is dropped. */
export function useUsers({ search, loginType }: UserFilter): UserRows {
  const [state, setState] = useState<State>(LOADING)
  const running = useRef<AbortController | null>(null)

  const load = async (before: State) => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setState({ ...before, loading: true, error: undefined })
    try {
      const query = {
        limit: PAGE,
        ...(search === '' ? {} : { search }),
        ...(loginType === undefined ? {} : { loginType }),
        ...(before.next === undefined ? {} : { after: before.next }),
      }
      const page = await call('listUsers', { query }, { signal: controller.signal })
      // A user who was new between two pages is in the first already.
      setState((now) => ({
        users: [...(before.next === undefined ? [] : now.users), ...page.items],
        next: page.next,
        loading: false,
        error: undefined,
      }))
    } catch (thrown) {
      if (!isAbort(thrown)) setState((now) => ({ ...now, loading: false, error: toApiError(thrown) }))
    }
  }

  useEffect(() => {
    void load(LOADING)
    return () => running.current?.abort()
  }, [search, loginType])

  return {
    users: state.users,
    loading: state.loading,
    hasMore: state.next !== undefined,
    error: state.error,
    loadMore: () => void load(state),
    replace(user) {
      setState((now) => ({ ...now, users: now.users.map((one) => (one.uid === user.uid ? user : one)) }))
    },
  }
}
