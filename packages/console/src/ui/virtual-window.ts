/** Which rows of a long list are visible. Pure. All rows have the same height. */

/** The rows from `first` up to, but not including, `end`. */
interface RowWindow {
  readonly first: number
  readonly end: number
}

/** Rows above and below the visible ones that are rendered too, so that fast scrolling shows no gaps. */
export const OVERSCAN = 12

/** The window moves in steps of this many rows, so that most scroll events change nothing. */
const STEP = 4

/** The rows to render at a scroll position. All sizes are in pixels. */
export function windowAt(scrollTop: number, height: number, rowHeight: number, count: number): RowWindow {
  const top = Math.floor(Math.max(0, scrollTop) / rowHeight)
  const first = Math.max(0, Math.floor((top - OVERSCAN) / STEP) * STEP)
  const visible = Math.ceil(height / rowHeight) + 1
  const end = Math.min(count, Math.ceil((top + visible + OVERSCAN) / STEP) * STEP)
  return { first: Math.min(first, end), end }
}

/** The scroll position that makes a row fully visible below the head; unchanged if it is visible. */
export function scrollTopFor(
  index: number,
  scrollTop: number,
  /** The height of the area below the head. */
  height: number,
  rowHeight: number,
): number {
  const top = index * rowHeight
  if (top < scrollTop) return top
  const bottom = top + rowHeight
  return bottom > scrollTop + height ? bottom - height : scrollTop
}

/** The row that a key moves to; undefined for other keys. `page` is the number of visible rows. */
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

/** The keys of the rows between two indexes, both included. */
export function keysBetween<T>(rows: readonly T[], keyOf: (row: T) => string, from: number, to: number): string[] {
  return rows.slice(Math.min(from, to), Math.max(from, to) + 1).map(keyOf)
}

/** A row, remembered by its key and its index. */
export interface RowPlace {
  /** Undefined before the user has moved to a row. */
  readonly key: string | undefined
  readonly index: number
}

/** The current index of a remembered row. If the row is gone, the index where it was. */
export function indexOfRow<T>(rows: readonly T[], keyOf: (row: T) => string, { key, index }: RowPlace): number {
  const there = rows[index]
  if (key !== undefined && (there === undefined || keyOf(there) !== key)) {
    const found = rows.findIndex((row) => keyOf(row) === key)
    if (found !== -1) return found
  }
  return Math.min(index, Math.max(0, rows.length - 1))
}
