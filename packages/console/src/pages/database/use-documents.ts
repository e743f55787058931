import type { StoredDocument } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { addressId, type Place } from './address.ts'

const PAGE = 100

export interface Documents {
  readonly rows: readonly StoredDocument[]
  /** How many there are in all; undefined while it is being counted. */
  readonly count: number | undefined
  readonly loading: boolean
  readonly hasMore: boolean
  readonly error: ApiError | undefined
  loadMore(): void
  reload(): void
  /** Shows a document as it is now, where it is in the list. */
  replace(document: StoredDocument): void
  /** Takes documents out of the list that are gone. */
  forget(ids: readonly StoredDocument['id'][]): void
}

interface State {
  readonly rows: readonly StoredDocument[]
  readonly next: string | undefined
  readonly loading: boolean
  readonly error: ApiError | undefined
}

const LOADING: State = { rows: [], next: undefined, loading: true, error: undefined }

/** The documents that a place shows, page by page. What comes late for another place is dropped. */
export function useDocuments({ collection, query, orderBy, direction }: Place): Documents {
  const [state, setState] = useState<State>(LOADING)
  const [count, setCount] = useState<number>()
  const running = useRef<AbortController>(undefined)

  const load = async (before: State) => {
    if (before.rows.length === 0) running.current?.abort()
    const controller = before.rows.length === 0 ? new AbortController() : (running.current ?? new AbortController())
    running.current = controller
    const { signal } = controller
    setState({ ...before, loading: true, error: undefined })
    try {
      const asked = {
        limit: PAGE,
        direction,
        ...(query === '' ? {} : { query }),
        ...(orderBy === '' ? {} : { orderBy }),
        ...(before.next === undefined ? {} : { after: before.next }),
      }
      const page = await call('listDocuments', { params: { name: collection }, query: asked }, { signal })
      if (signal.aborted) return
      setState((now) => ({
        rows: before.next === undefined ? page.items : [...now.rows, ...page.items],
        next: page.next,
        loading: false,
        error: undefined,
      }))
    } catch (thrown) {
      if (!isAbort(thrown) && !signal.aborted) {
        setState((now) => ({ ...now, loading: false, error: toApiError(thrown) }))
      }
    }
  }
  const countAll = (signal: AbortSignal) => {
    setCount(undefined)
    const asked = query === '' ? {} : { query }
    call('countDocuments', { params: { name: collection }, query: asked }, { signal }).then(
      (answer) => setCount(answer.count),
      () => {
        // The list says what is wrong with the query; without a count it lacks only that.
      },
    )
  }
  const reload = () => {
    void load(LOADING)
    if (running.current !== undefined) countAll(running.current.signal)
  }

  useEffect(() => {
    if (collection === '') return
    reload()
    return () => running.current?.abort()
  }, [collection, query, orderBy, direction])

  return {
    rows: state.rows,
    count,
    loading: state.loading,
    hasMore: state.next !== undefined,
    error: state.error,
    loadMore: () => void load(state),
    reload,
    replace(document) {
      const id = addressId(document.id)
      setState((now) => ({ ...now, rows: now.rows.map((row) => (addressId(row.id) === id ? document : row)) }))
    },
    forget(ids) {
      const gone = new Set(ids.map(addressId))
      setState((now) => ({ ...now, rows: now.rows.filter((row) => !gone.has(addressId(row.id))) }))
      setCount((before) => before && Math.max(0, before - ids.length))
    },
  }
}
