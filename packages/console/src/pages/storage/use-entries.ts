import type { StorageEntry } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { type Changes, entryPathIn, withEntry, withoutPaths } from './entry-changes.ts'
import { isFolder } from './paths.ts'

/** Which part of the storage is listed. */
export interface Place {
  readonly folder: string
  readonly startsWith: string
  readonly deep: boolean
}

export interface Entries {
  readonly rows: readonly StorageEntry[]
  readonly hasMore: boolean
  readonly loading: boolean
  readonly error: ApiError | undefined
  loadMore(): void
  /** Asks again for what is shown; the rows stay until the answer is there. */
  reload(): void
  /** Shows what has changed where it is; a long list stays where it is scrolled. */
  change(changes: Changes): void
}

/** Enough for any screen, and quick; what follows comes in larger steps. */
const FIRST_PAGE = 500
const NEXT_PAGE = 1_000
/** After a change somewhere in a long list its beginning is asked for again, the rest when somebody scrolls there. */
const RELOADED = 3_000
/** Files that are asked for one by one; of more than these the list is asked for again. */
const ASKED = 12

interface State {
  /** The place that the rows are of. */
  readonly key: string
  readonly rows: readonly StorageEntry[]
  readonly next: string | undefined
  readonly loading: boolean
  readonly error?: ApiError
}

const NOTHING: State = { key: '', rows: [], next: undefined, loading: true }

/** The entries of a place, page by page. What comes late for another place is dropped. */
export function useEntries(place: Place): Entries {
  const key = JSON.stringify([place.folder, place.startsWith, place.deep])
  const [state, setState] = useState<State>(NOTHING)
  const running = useRef<AbortController | null>(null)
  /** Something has changed while the list was being loaded: it is asked for once more then. */
  const stale = useRef(false)
  const shown = state.key === key ? state : NOTHING

  /** Loads until there are so many rows, after those that are given. */
  const load = async (before: Pick<State, 'rows' | 'next'>, wanted: number) => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setState((now) => ({ key, rows: now.key === key ? now.rows : [], next: before.next, loading: true }))
    let { rows, next } = before
    try {
      do {
        const query = {
          folder: place.folder,
          limit: rows.length === 0 ? FIRST_PAGE : NEXT_PAGE,
          ...(place.startsWith === '' ? {} : { startsWith: place.startsWith }),
          ...(place.deep ? { deep: true } : {}),
          ...(next === undefined ? {} : { after: next }),
        }
        const page = await call('listFiles', { query }, { signal: controller.signal })
        rows = rows.length === 0 ? page.items : [...rows, ...page.items]
        next = page.next
      } while (next !== undefined && rows.length < wanted)
      setState({ key, rows, next, loading: false })
      if (!stale.current) return
      stale.current = false
      void load(NOTHING, Math.min(rows.length, RELOADED))
    } catch (thrown) {
      if (!isAbort(thrown)) setState((now) => ({ ...now, next, loading: false, error: toApiError(thrown) }))
    }
  }

  useEffect(() => {
    void load(NOTHING, 1)
    return () => running.current?.abort()
  }, [key])

  const reload = () => void load(NOTHING, Math.min(shown.rows.length, RELOADED))

  const change = async ({ gone, come }: Changes) => {
    const paths = new Set(come.flatMap((path) => entryPathIn(place, path) ?? []))
    const asked = [...paths].filter((path) => !isFolder(path))
    if (shown.loading) {
      stale.current = true
      return
    }
    if (asked.length > ASKED) return reload()
    try {
      const entries = await Promise.all([...paths].map((path) => entryOf(place.folder, path)))
      setState((now) => {
        if (now.key !== key || now.loading) return now
        const hasMore = now.next !== undefined
        const left = withoutPaths(now.rows, gone)
        return {
          ...now,
          rows: entries.reduce((rows, entry) => (entry ? withEntry(rows, entry, hasMore) : rows), left),
        }
      })
    } catch {
      // The list itself says what is wrong.
      reload()
    }
  }

  return {
    rows: shown.rows,
    hasMore: shown.next !== undefined,
    loading: shown.loading,
    error: shown.error,
    loadMore: () => void load(shown, shown.rows.length + 1),
    reload,
    change: (changes) => void change(changes),
  }
}

/** The entry of a path; undefined when a file is not there any more. */
async function entryOf(folder: string, path: string): Promise<StorageEntry | undefined> {
  const name = path.slice(folder.length)
  if (isFolder(path)) return { kind: 'folder', path, name: name.slice(0, -1) }
  // Of all that begins so, a file of just this name comes first.
  const { items } = await call('listFiles', { query: { folder, startsWith: name, limit: 1 } })
  return items.find((item) => item.path === path)
}
