import { Component } from 'preact'
import { texts } from '../i18n/texts.ts'
import { classes } from './classes.ts'
import type { VirtualColumn } from './virtual-column.ts'

const t = texts({ en: { select: 'Select' }, zh: { select: '选择' } })

/** Events of the rows, with the index of the row. */
export interface RowEvents {
  click(index: number, event: MouseEvent): void
  open(index: number): void
  toggle(index: number, range: boolean): void
}

interface RowProps<T> {
  readonly id: string
  readonly row: T
  readonly index: number
  /** Pixels from the first row. */
  readonly top: number
  readonly columns: readonly VirtualColumn<T>[]
  readonly selectable: boolean
  readonly selected: boolean
  readonly active: boolean
  readonly events: RowEvents
}

/** A row of a VirtualTable. It renders again only if it has changed, since scrolling only adds and removes rows. */
export class VirtualRow<T> extends Component<RowProps<T>> {
  override shouldComponentUpdate(next: RowProps<T>): boolean {
    const now = this.props
    return (
      next.row !== now.row ||
      next.index !== now.index ||
      next.top !== now.top ||
      next.columns !== now.columns ||
      next.selectable !== now.selectable ||
      next.selected !== now.selected ||
      next.active !== now.active
    )
  }

  override render() {
    const { id, row, index, top, columns, selectable, selected, active, events } = this.props
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys
      <div
        id={id}
        role="row"
        class={classes('virtual-row', selected && 'is-selected', active && 'is-active')}
        style={{ transform: `translateY(${top}px)` }}
        aria-rowindex={index + 2}
        aria-selected={selectable ? selected : undefined}
        onClick={(event) => events.click(index, event)}
        onDblClick={() => events.open(index)}
      >
        {selectable && (
          <span role="gridcell" class="virtual-cell virtual-check">
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={t.select}
              checked={selected}
              onClick={(event) => {
                event.stopPropagation()
                events.toggle(index, event.shiftKey)
              }}
              onDblClick={(event) => event.stopPropagation()}
            />
          </span>
        )}
        {columns.map(({ id: column, cell, align, notOnPhone }) => (
          <span
            key={column}
            role="gridcell"
            class={classes('virtual-cell', align === 'end' && 'is-end', notOnPhone && 'not-phone')}
          >
            {cell(row, { active, selected })}
          </span>
        ))}
      </div>
    )
  }
}
