import type { Denial } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, call, toApiError } from '../../api/index.ts'
import { type Pages, usePages } from '../../data/use-pages.ts'
import { mergeDenials, sinceOf } from './merge-denials.ts'

/** Milliseconds between two requests for new denials. */
const POLL_MS = 2_000
const PAGE_SIZE = 100

interface DenialFilter {
  readonly about: 'storage' | 'database' | undefined
  readonly search: string
}

/** How many denials arrived with a poll; a new object for each poll. */
export interface News {
  readonly count: number
}

export interface Denials extends Pick<Pages<Denial>, 'rows' | 'hasMore' | 'loading' | 'loadMore'> {
  readonly error: ApiError | undefined
  readonly news: News | undefined
  retry(): void
}

/** Denied requests, newest first: older ones page by page, and new ones by polling while `live` and visible. */
export function useDenials({ about, search }: DenialFilter, live: boolean): Denials {
  const [news, setNews] = useState<News>()
  const [pollError, setPollError] = useState<ApiError>()
  const filter = { ...(about === undefined ? {} : { about }), ...(search === '' ? {} : { search }) }
  const key = JSON.stringify(filter)
  const page = (after: string | undefined, signal: AbortSignal, since?: number) => {
    const query = {
      ...filter,
      limit: PAGE_SIZE,
      ...(since === undefined ? {} : { since }),
      ...(after === undefined ? {} : { after }),
    }
    return call('listDenials', { query }, { signal })
  }
  const pages = usePages<Denial>({ key, keyOf: ({ id }) => id, load: page })
  const latest = useRef(pages)
  latest.current = pages

  useEffect(() => {
    setPollError(undefined)
    if (!live) return
    const controller = new AbortController()
    const { signal } = controller
    const poll = async () => {
      const { rows, error, update, retry } = latest.current
      const since = sinceOf(rows)
      const found: Denial[] = []
      let next: string | undefined
      do {
        const { items, next: following } = await page(next, signal, since)
        if (signal.aborted) return
        found.push(...items)
        next = following
      } while (next !== undefined)
      // The server can be reached again.
      if (error !== undefined) retry()
      let count = 0
      update((listed) => {
        const merged = mergeDenials(listed, found)
        count = merged.news
        return merged.rows
      })
      if (count > 0) setNews({ count })
      setPollError(undefined)
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
    timer = window.setTimeout(run, POLL_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [key, live])

  return {
    ...pages,
    error: pages.error ?? pollError,
    news,
    retry() {
      setPollError(undefined)
      if (pages.error === undefined) pages.reload()
      else pages.retry()
    },
  }
}
