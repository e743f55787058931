import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, toApiError } from '../api/errors.ts'

/** One page of a list. `next` is the cursor of the page after it; absent on the last page. */
interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string
}

interface PagesOptions<T> {
  /** Identifies the list, such as its filter as JSON. A new key aborts the running request and loads the first page. */
  readonly key: string
  /** Loads the page after the cursor `after`, or the first page. */
  readonly load: (after: string | undefined, signal: AbortSignal) => Promise<Page<T>>
  /** The key of a row. Rows that are listed already are not added again. */
  readonly keyOf: (row: T) => string
  /** Keep the rows of the old key until the first page of the new key arrives. */
  readonly keepRows?: boolean
  /** Load one page at a time, even if it has no rows. Otherwise empty pages are passed over. */
  readonly showEmpty?: boolean
}

export interface Pages<T> {
  readonly rows: readonly T[]
  readonly hasMore: boolean
  readonly loading: boolean
  readonly error: ApiError | undefined
  /** Loads the next page. Does nothing while a request is running or after one has failed. */
  loadMore(): void
  /** Repeats the request that failed. */
  retry(): void
  /** Loads from the first page until there are `count` rows. The old rows stay until then. */
  reload(count?: number): void
  /** Changes the rows without a request. Does nothing if the key has changed since this function was returned. */
  update(change: (rows: readonly T[], hasMore: boolean) => readonly T[]): void
}

interface State<T> {
  readonly key: string
  readonly rows: readonly T[]
  readonly next: string | undefined
  readonly loading: boolean
  readonly error: ApiError | undefined
}

interface Request {
  readonly after: string | undefined
  /** Load pages until there are this many rows. */
  readonly count: number
}

const FIRST_PAGE: Request = { after: undefined, count: 1 }

/** A list that loads page by page. Answers to aborted requests are ignored, so the rows always belong to the current key. */
export function usePages<T>(options: PagesOptions<T>): Pages<T> {
  const { key, keepRows = false } = options
  const [state, setState] = useState<State<T>>({ key, rows: [], next: undefined, loading: true, error: undefined })
  const latest = useRef(options)
  latest.current = options
  const now = useRef(state)
  const running = useRef<AbortController>(undefined)
  const last = useRef(FIRST_PAGE)
  const put = (next: State<T>) => {
    now.current = next
    setState(next)
  }

  const run = async (request: Request) => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    last.current = request
    const { key: ofKey, load, keyOf, showEmpty = false } = latest.current
    const { after, count } = request
    const rows = now.current.key === ofKey || keepRows ? now.current.rows : []
    put({ key: ofKey, rows, next: after, loading: true, error: undefined })
    try {
      const loaded: T[] = []
      let next = after
      do {
        const page = await load(next, controller.signal)
        if (controller.signal.aborted) return
        loaded.push(...page.items)
        next = page.next
      } while (next !== undefined && loaded.length < count && !showEmpty)
      const all = after === undefined ? loaded : append(now.current.rows, loaded, keyOf)
      put({ key: ofKey, rows: all, next, loading: false, error: undefined })
    } catch (thrown) {
      if (!controller.signal.aborted) put({ ...now.current, loading: false, error: toApiError(thrown) })
    }
  }

  useEffect(() => {
    void run(FIRST_PAGE)
    return () => running.current?.abort()
  }, [key])

  const isCurrent = state.key === key
  return {
    rows: isCurrent || keepRows ? state.rows : [],
    hasMore: isCurrent && state.next !== undefined,
    loading: !isCurrent || state.loading,
    error: isCurrent ? state.error : undefined,
    loadMore() {
      const { key: ofKey, next: after, loading, error } = now.current
      if (ofKey !== latest.current.key || after === undefined || loading || error !== undefined) return
      void run({ after, count: 1 })
    },
    retry: () => void run(last.current),
    reload: (count = 1) => void run({ after: undefined, count }),
    update(change) {
      const { current } = now
      if (current.key === key) put({ ...current, rows: change(current.rows, current.next !== undefined) })
    },
  }
}

function append<T>(rows: readonly T[], loaded: readonly T[], keyOf: (row: T) => string): readonly T[] {
  const fresh = new Map(loaded.map((row) => [keyOf(row), row]))
  for (const row of rows) fresh.delete(keyOf(row))
  return [...rows, ...fresh.values()]
}
