import type { ComponentChildren } from 'preact'

/** What a cell may need to know about its row. */
interface CellState {
  /** The row has the keyboard. Its buttons are then reached by Tab: `tabIndex={active ? 0 : -1}`. */
  readonly active: boolean
  readonly selected: boolean
}

/** A column of a VirtualTable. */
export interface VirtualColumn<T> {
  readonly id: string
  readonly title: ComponentChildren
  readonly cell: (row: T, state: CellState) => ComponentChildren
  /** A grid track, such as `2fr` or `120px`. Default: `minmax(0, 1fr)`. */
  readonly width?: string | undefined
  readonly align?: 'end' | undefined
  readonly hideTitle?: boolean | undefined
  /** A click on the title sorts by this column. */
  readonly sortable?: boolean | undefined
  readonly notOnPhone?: boolean | undefined
}
