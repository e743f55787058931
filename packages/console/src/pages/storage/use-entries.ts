import type { StorageEntry } from '@cloudstead/admin-api'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { type Pages, usePages } from '../../data/use-pages.ts'
import { type Changes, entryPathIn, type Place, withEntry, withoutPaths } from './entry-changes.ts'
import { comparing, type EntryOrder } from './entry-order.ts'
import { isFolder } from './paths.ts'

/** How far a search is. `full`: it found as many as are listed, and there may be more. */
interface Search {
  readonly state: 'running' | 'stopped' | 'full' | 'over'
  /** The number of files that were looked at. */
  readonly searched: number
  stop(): void
  resume(): void
}

export interface Entries extends Omit<Pages<StorageEntry>, 'reload' | 'update'> {
  /** Undefined when nothing is searched for. */
  readonly search: Search | undefined
  /** Loads the list again, up to its current length. The rows stay until then. */
  reload(): void
  /** Shows changes in place, so that a long list keeps its scroll position. */
  change(changes: Changes): void
}

/** Fills any screen, and loads fast. */
const FIRST_PAGE = 500
const NEXT_PAGE = 1_000
/** A reload of a long list loads only its beginning; scrolling loads the rest. */
const MAX_RELOADED = 3_000
/** The most changed files that are requested one by one. For more of them the list is reloaded. */
const MAX_REQUESTED = 12

/** Found entries are sorted in the browser, so their number is limited. */
const MAX_FOUND = 5_000
const BY_PATH: EntryOrder = { column: 'name', descending: false }

/**
 * The files and folders of a place. A folder is loaded page by page, in the order of the place; the server sorts it. A search
 * goes on by itself, request by request, until it is over, is stopped or has found `MAX_FOUND`.
 */
export function useEntries(place: Place): Entries {
  const { folder, search, deep, order } = place
  const searching = search !== ''
  const [searched, setSearched] = useState(0)
  const key = JSON.stringify(searching ? [folder, search] : deep ? [folder, true] : [folder, order])
  const [stopped, setStopped] = useState<string>()
  const {
    reload: reloadPages,
    update,
    ...pages
  } = usePages<StorageEntry>({
    key,
    keyOf: ({ path }) => path,
    showEmpty: searching,
    async load(after, signal) {
      const query = {
        folder,
        limit: after === undefined ? FIRST_PAGE : NEXT_PAGE,
        ...(after === undefined ? {} : { after }),
        ...(searching
          ? { contains: search }
          : deep
            ? { deep }
            : { sort: order.column, order: order.descending ? ('descending' as const) : ('ascending' as const) }),
      }
      const page = await call('listFiles', { query }, { signal })
      setSearched((before) => (after === undefined ? 0 : before) + (page.searched ?? 0))
      return page
    },
  })
  const goesOn = pages.hasMore && pages.rows.length < MAX_FOUND && pages.error === undefined && stopped !== key
  useEffect(() => {
    if (searching && goesOn && !pages.loading) pages.loadMore()
  }, [searching, goesOn, pages.loading])
  const sorted = useMemo(
    () => (searching ? [...pages.rows].sort(comparing(order)) : pages.rows),
    [pages.rows, searching, order.column, order.descending],
  )
  /** Something changed while the list was loading, so it is loaded again afterwards. */
  const stale = useRef(false)
  const reload = () => reloadPages(searching ? 1 : Math.min(pages.rows.length, MAX_RELOADED))
  useEffect(() => {
    if (pages.loading || !stale.current) return
    stale.current = false
    reload()
  }, [pages.loading])

  const change = async ({ removed, added }: Changes) => {
    if (pages.loading) {
      stale.current = true
      return
    }
    const paths = [...new Set(added.flatMap((path) => entryPathIn(place, path) ?? []))]
    if (paths.filter((path) => !isFolder(path)).length > MAX_REQUESTED) return reload()
    try {
      const entries = await Promise.all(paths.map((path) => entryOf(folder, path)))
      update((rows, hasMore) =>
        entries.reduce(
          // What is found is sorted afterwards, so an entry may be anywhere in it.
          (list, entry) =>
            entry === undefined ? list : withEntry(list, entry, hasMore && !searching, deep ? BY_PATH : order),
          withoutPaths(rows, removed),
        ),
      )
    } catch {
      // The list shows the error.
      reload()
    }
  }

  const common = { ...pages, reload, change: (changes: Changes) => void change(changes) }
  if (!searching) return { ...common, search: undefined }
  const running = goesOn || (pages.loading && stopped !== key)
  return {
    ...common,
    rows: sorted,
    // Scrolling to the end of what is found so far asks for nothing.
    hasMore: false,
    loading: running,
    search: {
      state: running ? 'running' : !pages.hasMore ? 'over' : stopped === key ? 'stopped' : 'full',
      searched,
      stop: () => setStopped(key),
      resume: () => setStopped(undefined),
    },
  }
}

/** The entry of a path; undefined if the file is gone. */
async function entryOf(folder: string, path: string): Promise<StorageEntry | undefined> {
  const name = path.slice(folder.length)
  if (isFolder(path)) return { kind: 'folder', path, name: name.slice(0, -1) }
  // Of all names that start with this one, the file with exactly this name comes first.
  const { items } = await call('listFiles', { query: { folder, startsWith: name, limit: 1 } })
  return items.find((item) => item.path === path)
}
