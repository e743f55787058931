import type { AnsweringServer } from '@cloudstead/admin-api'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type ApiError, call, toApiError } from '../../api/index.ts'
import { type Pages, usePages } from '../../data/use-pages.ts'
import { keepServer, mergeDenials, newestFirst } from './merge-denials.ts'
import { type Newest, newestOf, pageAfter, pollDenials, rowsOf, type ShownDenial } from './poll-denials.ts'

/** Milliseconds between two requests for new denials. */
const POLL_MS = 2_000
const PAGE_SIZE = 100

interface DenialFilter {
  readonly about: 'storage' | 'database' | 'functions' | undefined
  readonly search: string
}

/** How many denials arrived with a poll; a new object for each poll. */
export interface News {
  readonly count: number
}

export interface Denials extends Pick<Pages<ShownDenial>, 'rows' | 'hasMore' | 'loading' | 'loadMore'> {
  readonly error: ApiError | undefined
  readonly news: News | undefined
  /** The servers that have answered, as far as they are known to be there. */
  readonly servers: readonly AnsweringServer[]
  retry(): void
}

/**
 * Denied requests, newest first: older ones page by page, and new ones by polling while `live` and visible. Behind a load
 * balancer they are those of all servers that have answered.
 */
export function useDenials({ about, search }: DenialFilter, live: boolean): Denials {
  const [news, setNews] = useState<News>()
  const [pollError, setPollError] = useState<ApiError>()
  const [servers, setServers] = useState<readonly AnsweringServer[]>([])
  const [turn, setTurn] = useState(0)
  const filter = { ...(about === undefined ? {} : { about }), ...(search === '' ? {} : { search }) }
  const key = JSON.stringify(filter)
  const ask = async (query: { readonly after?: string; readonly since: number }, signal: AbortSignal) => {
    const page = await call('listDenials', { query: { ...filter, limit: PAGE_SIZE, ...query } }, { signal })
    setServers((known) => keepServer(known, page.server))
    return page
  }
  const load = async (after: string | undefined, signal: AbortSignal) => {
    const askNow = (query: Parameters<typeof ask>[0]) => ask(query, signal)
    const page = await (after === undefined ? askNow({ since: 0 }) : pageAfter(askNow, after))
    return { ...page, items: rowsOf(page) }
  }
  const pages = usePages<ShownDenial>({ key, keyOf: ({ id }) => id, load })
  const latest = useRef(pages)
  latest.current = pages

  useEffect(() => {
    setPollError(undefined)
    if (!live) return
    const controller = new AbortController()
    const { signal } = controller
    let newest: Newest | undefined
    const poll = async () => {
      const { rows, error, update, retry } = latest.current
      newest ??= newestOf(rows)
      const found = await pollDenials((query) => ask(query, signal), newest)
      if (signal.aborted) return
      setPollError(undefined)
      if (error !== undefined) {
        // The server can be reached again. The list is loaded anew, so what it has is read from it at the next turn.
        newest = undefined
        retry()
        return
      }
      let count = 0
      update((listed) => {
        const merged = mergeDenials(listed, found.latest)
        count = merged.news
        return mergeDenials(merged.rows, found.earlier).rows
      })
      if (count > 0) setNews({ count })
    }
    let timer = 0
    const run = async () => {
      const { rows, loading } = latest.current
      if (document.visibilityState === 'visible' && !(loading && rows.length === 0)) {
        await poll().catch((thrown) => {
          if (!signal.aborted) setPollError(toApiError(thrown))
        })
      }
      if (!signal.aborted) timer = window.setTimeout(run, POLL_MS)
    }
    timer = window.setTimeout(run, turn === 0 ? POLL_MS : 0)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [key, live, turn])
  const rows = useMemo(() => newestFirst(pages.rows), [pages.rows])

  return {
    ...pages,
    rows,
    servers,
    error: pages.error ?? pollError,
    news,
    retry() {
      setPollError(undefined)
      if (pages.error === undefined) setTurn(turn + 1)
      else pages.retry()
    },
  }
}
