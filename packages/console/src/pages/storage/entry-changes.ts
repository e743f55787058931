/** Changes of a list that is loaded already, so that a long one stays where somebody has scrolled. Pure. */
import type { StorageEntry } from '@cloudstead/admin-api'
import { isFolder } from './paths.ts'
import type { Place } from './use-entries.ts'

/** What came of something that was done: paths of files and folders. */
export interface Changes {
  readonly gone: readonly string[]
  readonly come: readonly string[]
}

/** The path of the entry by which a place shows a file or folder: itself, the folder that it lies in, or none. */
export function entryPathIn({ folder, startsWith, deep }: Place, path: string): string | undefined {
  const prefix = folder + startsWith
  if (!path.startsWith(prefix) || path === folder) return undefined
  if (deep) return isFolder(path) ? undefined : path
  const slash = path.indexOf('/', prefix.length)
  return slash === -1 ? path : path.slice(0, slash + 1)
}

/** The rows without these files and without what lies in these folders. */
export function withoutPaths(rows: readonly StorageEntry[], gone: readonly string[]): readonly StorageEntry[] {
  const paths = new Set(gone)
  const folders = gone.filter(isFolder)
  return rows.filter(({ path }) => !paths.has(path) && !folders.some((folder) => path.startsWith(folder)))
}

/** The rows with this one in its place, or as they are when its place has not been loaded yet. */
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

/** The order of lists: that of the paths' UTF-8 bytes, which is that of their code points. */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all that are one unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
