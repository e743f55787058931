import type { ComponentChildren } from 'preact'
import { classes } from './classes.ts'
import './table.css'

export interface TableColumn<T> {
  readonly id: string
  readonly title: ComponentChildren
  readonly cell: (row: T) => ComponentChildren
  /** A CSS width; by its content unless told. */
  readonly width?: string | undefined
  readonly align?: 'end' | undefined
  /** The title is read aloud, not shown: for columns of buttons. */
  readonly hideTitle?: boolean | undefined
  /** The cell names its row. */
  readonly isHeader?: boolean | undefined
  readonly notOnPhone?: boolean | undefined
}

export interface TableProps<T> {
  /** What the table lists; read aloud. */
  readonly label: string
  readonly columns: readonly TableColumn<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  /** In the place of the rows when there are none. */
  readonly empty?: ComponentChildren
  readonly isSelected?: ((row: T) => boolean) | undefined
}

/** A table of a few hundred rows at most; it scrolls in its own box, and its head stays. More rows: VirtualTable. */
export function Table<T>({ label, columns, rows, keyOf, empty, isSelected }: TableProps<T>) {
  if (rows.length === 0 && empty !== undefined) return <>{empty}</>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <div class="table-box" role="group" tabIndex={0} aria-label={label}>
      <table class="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ id, title, width, align, hideTitle, notOnPhone }) => (
              <th
                key={id}
                scope="col"
                style={width === undefined ? {} : { width }}
                class={classes(align === 'end' && 'is-end', notOnPhone && 'not-phone')}
              >
                {hideTitle ? <span class="only-read">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} class={isSelected?.(row) ? 'is-selected' : undefined}>
              {columns.map(({ id, cell, align, isHeader, notOnPhone }) => {
                const name = classes(align === 'end' && 'is-end', notOnPhone && 'not-phone')
                return isHeader ? (
                  <th key={id} scope="row" class={name}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={id} class={name}>
                    {cell(row)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
