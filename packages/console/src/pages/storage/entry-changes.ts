/** Changes to a loaded list of entries, so that a long list keeps its scroll position. Pure. */
import type { StorageEntry } from '@cloudstead/admin-api'
import { comparing, type EntryOrder } from './entry-order.ts'
import { isFolder, nameOf } from './paths.ts'

/** The part of the storage that is listed. */
export interface Place {
  readonly folder: string
  /** A part of names. The list is then of everything that is found in the folder and below it. */
  readonly search: string
  /** The files of all folders below. Has no effect on a search. */
  readonly deep: boolean
  /** Has no effect on a deep list, which is by path. */
  readonly order: EntryOrder
}

/** The paths of files and folders that an operation removed and added. */
export interface Changes {
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** The path of the entry that shows a file or folder in a place: its own, or that of a folder that contains it. */
export function entryPathIn({ folder, search, deep }: Place, path: string): string | undefined {
  if (!path.startsWith(folder) || path === folder) return undefined
  if (search !== '') return folded(nameOf(path)).includes(folded(search)) ? path : undefined
  if (deep) return isFolder(path) ? undefined : path
  const slash = path.indexOf('/', folder.length)
  return slash === -1 ? path : path.slice(0, slash + 1)
}

/** As the server compares names in a search. */
function folded(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** The rows without the removed files, and without everything in the removed folders. */
export function withoutPaths(rows: readonly StorageEntry[], removed: readonly string[]): readonly StorageEntry[] {
  const paths = new Set(removed)
  const folders = removed.filter(isFolder)
  return rows.filter(({ path }) => !paths.has(path) && !folders.some((folder) => path.startsWith(folder)))
}

/** The rows with an entry at its place in the order. Without it if that place is not loaded yet. */
export function withEntry(
  rows: readonly StorageEntry[],
  entry: StorageEntry,
  hasMore: boolean,
  order: EntryOrder,
): readonly StorageEntry[] {
  const compare = comparing(order)
  const others = rows.filter(({ path }) => path !== entry.path)
  let [low, high] = [0, others.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const there = others[middle]
    if (there !== undefined && compare(there, entry) < 0) low = middle + 1
    else high = middle
  }
  if (low === others.length && hasMore) return others
  return [...others.slice(0, low), entry, ...others.slice(low)]
}
