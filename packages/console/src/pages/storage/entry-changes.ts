/** Changes to a loaded list of entries, so that a long list keeps its scroll position. Pure. */
import type { StorageEntry } from '@cloudstead/admin-api'
import { isFolder } from './paths.ts'

/** The part of the storage that is listed. */
export interface Place {
  readonly folder: string
  readonly startsWith: string
  readonly deep: boolean
}

/** The paths of files and folders that an operation removed and added. */
export interface Changes {
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** The path of the entry that shows a file or folder in a place: its own, or that of a folder that contains it. */
export function entryPathIn({ folder, startsWith, deep }: Place, path: string): string | undefined {
  const prefix = folder + startsWith
  if (!path.startsWith(prefix) || path === folder) return undefined
  if (deep) return isFolder(path) ? undefined : path
  const slash = path.indexOf('/', prefix.length)
  return slash === -1 ? path : path.slice(0, slash + 1)
}

/** The rows without the removed files, and without everything in the removed folders. */
export function withoutPaths(rows: readonly StorageEntry[], removed: readonly string[]): readonly StorageEntry[] {
  const paths = new Set(removed)
  const folders = removed.filter(isFolder)
  return rows.filter(({ path }) => !paths.has(path) && !folders.some((folder) => path.startsWith(folder)))
}

/** The rows with an entry at its place in the order. Unchanged if that place is not loaded yet. */
export function withEntry(
  rows: readonly StorageEntry[],
  entry: StorageEntry,
  hasMore: boolean,
): readonly StorageEntry[] {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (byBytes(rows[middle]?.path ?? '', entry.path) < 0) low = middle + 1
    else high = middle
  }
  if (low === rows.length && hasMore) return rows
  const after = rows[low]?.path === entry.path ? low + 1 : low
  return [...rows.slice(0, low), entry, ...rows.slice(after)]
}

/** The order of the list: by the UTF-8 bytes of the paths, which is the order of their code points. */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all code points of a single unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
