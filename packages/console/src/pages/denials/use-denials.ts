import type { Denial } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { merge, sinceOf } from './merge.ts'

/** Milliseconds between two looks at what is new. */
const POLL_MS = 2_000
const PAGE = 100

export interface DenialFilter {
  readonly about: 'storage' | 'database' | undefined
  readonly search: string
}

export interface Denials {
  readonly items: readonly Denial[]
  readonly loading: boolean
  readonly hasMore: boolean
  readonly error: ApiError | undefined
  /** How many came with the last look; for whoever cannot see them come. */
  readonly news: number
  loadMore(): void
  retry(): void
}

interface State {
  readonly items: readonly Denial[]
  readonly next: string | undefined
  readonly loading: boolean
  readonly error: ApiError | undefined
  readonly news: number
}

const LOADING: State = { items: [], next: undefined, loading: true, error: undefined, news: 0 }

/** What was denied, newest first: pages of the past, and what is new every two seconds while the page is seen. */
export function useDenials({ about, search }: DenialFilter, live: boolean): Denials {
  const [state, setState] = useState<State>(LOADING)
  const items = useRef(state.items)
  items.current = state.items
  const running = useRef<AbortController | undefined>(undefined)
  const filter = { ...(about === undefined ? {} : { about }), ...(search === '' ? {} : { search }) }

  const fail = (thrown: unknown) => {
    if (!isAbort(thrown)) setState((now) => ({ ...now, loading: false, error: toApiError(thrown) }))
  }
  const load = async (after: string | undefined) => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setState((now) => (after === undefined ? LOADING : { ...now, loading: true, error: undefined }))
    try {
      const query = { ...filter, limit: PAGE, ...(after === undefined ? {} : { after }) }
      const page = await call('listDenials', { query }, { signal: controller.signal })
      setState((now) => {
        const known = new Set(now.items.map(({ id }) => id))
        const older = page.items.filter(({ id }) => !known.has(id))
        return { items: [...now.items, ...older], next: page.next, loading: false, error: undefined, news: 0 }
      })
    } catch (thrown) {
      fail(thrown)
    }
  }
  useEffect(() => {
    void load(undefined)
    return () => running.current?.abort()
  }, [about, search])

  useEffect(() => {
    if (!live) return
    const controller = new AbortController()
    let timer = 0
    const look = async () => {
      if (document.visibilityState === 'visible') {
        try {
          const query = { ...filter, limit: PAGE, since: sinceOf(items.current) }
          const latest: Denial[] = []
          let next: string | undefined
          do {
            const asked = { ...query, ...(next === undefined ? {} : { after: next }) }
            const page = await call('listDenials', { query: asked }, { signal: controller.signal })
            latest.push(...page.items)
            next = page.next
          } while (next !== undefined)
          setState((now) => {
            const { items: merged, news } = merge(now.items, latest)
            return now.loading && now.items.length === 0 ? now : { ...now, items: merged, news, error: undefined }
          })
        } catch (thrown) {
          fail(thrown)
        }
      }
      if (!controller.signal.aborted) timer = window.setTimeout(look, POLL_MS)
    }
    timer = window.setTimeout(look, POLL_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [about, search, live])

  return {
    items: state.items,
    loading: state.loading,
    hasMore: state.next !== undefined,
    error: state.error,
    news: state.news,
    loadMore: () => void load(state.next),
    retry: () => void load(undefined),
  }
}
