import type { StorageEntry } from '@cloudstead/admin-api'
import { useEffect, useRef } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { type Pages, usePages } from '../../data/use-pages.ts'
import { type Changes, entryPathIn, type Place, withEntry, withoutPaths } from './entry-changes.ts'
import { isFolder } from './paths.ts'

export interface Entries extends Omit<Pages<StorageEntry>, 'reload' | 'update'> {
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

/** The files and folders of a place, page by page. */
export function useEntries(place: Place): Entries {
  const { folder, startsWith, deep } = place
  const {
    reload: reloadPages,
    update,
    ...pages
  } = usePages<StorageEntry>({
    key: JSON.stringify([folder, startsWith, deep]),
    keyOf: ({ path }) => path,
    load(after, signal) {
      const query = {
        folder,
        limit: after === undefined ? FIRST_PAGE : NEXT_PAGE,
        ...(startsWith === '' ? {} : { startsWith }),
        ...(deep ? { deep } : {}),
        ...(after === undefined ? {} : { after }),
      }
      return call('listFiles', { query }, { signal })
    },
  })
  /** Something changed while the list was loading, so it is loaded again afterwards. */
  const stale = useRef(false)
  const reload = () => reloadPages(Math.min(pages.rows.length, MAX_RELOADED))
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
          (list, entry) => (entry === undefined ? list : withEntry(list, entry, hasMore)),
          withoutPaths(rows, removed),
        ),
      )
    } catch {
      // The list shows the error.
      reload()
    }
  }

  return { ...pages, reload, change: (changes) => void change(changes) }
}

/** The entry of a path; undefined if the file is gone. */
async function entryOf(folder: string, path: string): Promise<StorageEntry | undefined> {
  const name = path.slice(folder.length)
  if (isFolder(path)) return { kind: 'folder', path, name: name.slice(0, -1) }
  // Of all names that start with this one, the file with exactly this name comes first.
  const { items } = await call('listFiles', { query: { folder, startsWith: name, limit: 1 } })
  return items.find((item) => item.path === path)
}
