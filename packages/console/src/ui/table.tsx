import type { ComponentChildren } from 'preact'
import { classes } from './classes.ts'
import './table.css'

export interface TableColumn<T> {
  readonly id: string
  readonly title: ComponentChildren
  readonly cell: (row: T) => ComponentChildren
  /** A CSS width. Default: as wide as the content. */
  readonly width?: string | undefined
  readonly align?: 'end' | undefined
  /** Hide the title from view, for columns of buttons. */
  readonly hideTitle?: boolean | undefined
  /** The cells are the headers of their rows. */
  readonly isHeader?: boolean | undefined
  readonly notOnPhone?: boolean | undefined
}

interface TableProps<T> {
  /** The name for screen readers. */
  readonly label: string
  readonly columns: readonly TableColumn<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  /** Shown instead of the table when there are no rows. */
  readonly empty?: ComponentChildren
}

/** A table of at most a few hundred rows. It scrolls in its own box below a fixed head. For more rows use VirtualTable. */
export function Table<T>({ label, columns, rows, keyOf, empty }: TableProps<T>) {
  if (rows.length === 0 && empty !== undefined) return <>{empty}</>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard
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
            <tr key={keyOf(row)}>
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
