/** The order of a list of entries, which is that of the server. Pure. */
import type { StorageEntry } from '@cloudstead/admin-api'
import { essence } from './file-kind.ts'

export const SORT_COLUMNS = ['name', 'size', 'type', 'changed'] as const

export interface EntryOrder {
  readonly column: (typeof SORT_COLUMNS)[number]
  readonly descending: boolean
}

type Compare = (one: StorageEntry, other: StorageEntry) => number

/** Folders first; they have only names. Files that are equal in the column are ordered by their paths. */
export function comparing({ column, descending }: EntryOrder): Compare {
  const turned = descending ? -1 : 1
  return (one, other) => {
    if (one.kind !== other.kind) return one.kind === 'folder' ? -1 : 1
    const byPath = byBytes(one.path, other.path)
    if (one.kind === 'folder') return column === 'name' ? turned * byPath : byPath
    return turned * (byColumn(one, other, column) || byPath)
  }
}

function byColumn(one: StorageEntry, other: StorageEntry, column: EntryOrder['column']): number {
  switch (column) {
    case 'name':
      return 0
    case 'size':
      return (one.size ?? 0) - (other.size ?? 0)
    case 'type':
      return byBytes(essence(one.contentType ?? ''), essence(other.contentType ?? ''))
    case 'changed':
      return (one.updatedAt ?? 0) - (other.updatedAt ?? 0)
  }
}

/** The order of the UTF-8 bytes, which is the order of the code points. */
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
