/** Which rows of a long list are on the screen. Pure arithmetic; all rows are of one height. */

/** Rows from `first` up to, but not including, `end`. */
export interface RowWindow {
  readonly first: number
  readonly end: number
}

/** Rows beyond the edges that are rendered too, so that a fast scroll shows rows and not a gap. */
export const OVERSCAN = 12

/** The window moves in steps of so many rows, so that most scroll events change nothing. */
const STEP = 4

/** The rows to render for a place of the scroll bar, in pixels. */
export function windowAt(scrollTop: number, height: number, rowHeight: number, count: number): RowWindow {
  const top = Math.floor(Math.max(0, scrollTop) / rowHeight)
  const first = Math.max(0, Math.floor((top - OVERSCAN) / STEP) * STEP)
  const visible = Math.ceil(height / rowHeight) + 1
  const end = Math.min(count, Math.ceil((top + visible + OVERSCAN) / STEP) * STEP)
  return { first: Math.min(first, end), end }
}

/** Where to scroll so that a row is wholly seen below the head; the same place when it is. */
export function scrollTopFor(
  index: number,
  scrollTop: number,
  /** Of the part that rows are seen in. */
  height: number,
  rowHeight: number,
): number {
  const top = index * rowHeight
  if (top < scrollTop) return top
  const bottom = top + rowHeight
  return bottom > scrollTop + height ? bottom - height : scrollTop
}

/** The row that a key leads to; undefined for other keys. `page` is how many rows are seen at once. */
export function rowForKey(key: string, at: number, count: number, page: number): number | undefined {
  if (count === 0) return undefined
  const inside = (index: number) => Math.min(count - 1, Math.max(0, index))
  switch (key) {
    case 'ArrowDown':
      return inside(at + 1)
    case 'ArrowUp':
      return inside(at - 1)
    case 'PageDown':
      return inside(at + page)
    case 'PageUp':
      return inside(at - page)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}

/** The keys of rows between two places, both included. */
export function keysBetween<T>(rows: readonly T[], keyOf: (row: T) => string, from: number, to: number): string[] {
  return rows.slice(Math.min(from, to), Math.max(from, to) + 1).map(keyOf)
}

/** A row as it was when somebody went to it. */
export interface RowPlace {
  /** Undefined: nobody has gone to a row yet. */
  readonly key: string | undefined
  readonly index: number
}

/** Where that row is now, after others came or went before it; where it was when it is gone itself. */
export function indexOfRow<T>(rows: readonly T[], keyOf: (row: T) => string, { key, index }: RowPlace): number {
  const there = rows[index]
  if (key !== undefined && (there === undefined || keyOf(there) !== key)) {
    const found = rows.findIndex((row) => keyOf(row) === key)
    if (found !== -1) return found
  }
  return Math.min(index, Math.max(0, rows.length - 1))
}
