import { ArrowDown, ArrowUp } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { texts } from '../i18n/texts.ts'
import { classes } from './classes.ts'
import { Icon } from './icon.tsx'
import { Spinner } from './spinner.tsx'
import type { VirtualColumn } from './virtual-column.ts'
import { type RowEvents, VirtualRow } from './virtual-row.tsx'
import { indexOfRow, keysBetween, type RowPlace, rowForKey, scrollTopFor, windowAt } from './virtual-window.ts'
import './virtual-table.css'

const t = texts({
  en: { selectAll: 'Select all loaded rows', selected: (n: number) => `${n} selected` },
  zh: { selectAll: '选择所有已加载的行', selected: (n) => `已选择 ${n} 项` },
})

export interface Sorting {
  readonly column: string
  readonly direction: 'asc' | 'desc'
}

interface VirtualTableProps<T> {
  /** The name for screen readers. */
  readonly label: string
  /** Keep the same array between renders (useMemo): a new array renders all rows again. */
  readonly columns: readonly VirtualColumn<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  /** The number of rows, including those not loaded yet. Absent: unknown as long as `hasMore` is set. */
  readonly total?: number | undefined
  /** The keys of the selected rows. Keys of rows that are not listed stay in it. */
  readonly selected?: ReadonlySet<string> | undefined
  /** Makes the rows selectable. */
  readonly onSelect?: ((selected: ReadonlySet<string>) => void) | undefined
  /** Called on Enter and double click. */
  readonly onOpen?: ((row: T) => void) | undefined
  /** Called when arrow keys or a click move to another row, for a detail panel. */
  readonly onActive?: ((row: T) => void) | undefined
  /** Moves the keyboard to this row as soon as it is listed, unless the focus is outside the table. Once for each object. */
  readonly goTo?: { readonly key: string } | undefined
  /** Called for other keys on a row, such as Delete. */
  readonly onKey?: ((event: KeyboardEvent, row: T) => void) | undefined
  /** Called when the end is near, to load more rows. */
  readonly onEndReached?: (() => void) | undefined
  readonly hasMore?: boolean | undefined
  readonly loading?: boolean | undefined
  readonly sorting?: Sorting | undefined
  readonly onSort?: ((sorting: Sorting) => void) | undefined
  /** Shown instead of the rows when there are none and none are being loaded. */
  readonly empty?: ComponentChildren
  /** Shown below the last row, such as an ErrorNotice for a page that could not be loaded. */
  readonly foot?: ComponentChildren
}

/** Rows before the end at which the next ones are requested. */
const LOAD_AHEAD = 200

const FIRST: RowPlace = { key: undefined, index: 0 }

/** The height of the head in pixels, as in virtual-table.css. */
const HEAD = 40

/**
 * A table of any length that scrolls in its own box. Only the visible rows are in the document. One row has the keyboard:
 * arrow keys, Page Up, Page Down, Home and End move it, Enter opens it. Space and clicks with Ctrl or Shift select,
 * Ctrl+A selects all, Esc clears the selection.
 */
export function VirtualTable<T>(props: VirtualTableProps<T>) {
  const { label, columns, rows, keyOf, total, selected, onSelect, hasMore = false, loading = false } = props
  const rowHeight = matchMedia('(pointer: coarse)').matches ? 52 : 44
  /** The element that scrolls. */
  const box = useRef<HTMLDivElement>(null)
  /** The element with the focus. Everything that is not a row is outside it, because a grid may contain only rows. */
  const grid = useRef<HTMLDivElement>(null)
  const id = useId()
  const [height, setHeight] = useState(0)
  const [scrolled, setScrolled] = useState(0)
  const [active, setActive] = useState<RowPlace>(FIRST)
  const anchor = useRef<RowPlace>(FIRST)
  const gone = useRef(props.goTo)
  const latest = useRef(props)
  latest.current = props
  const at = useMemo(() => indexOfRow(rows, keyOf, active), [rows, active])
  const { first, end } = windowAt(scrolled, height, rowHeight, rows.length)

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = new ResizeObserver(() => setHeight(element.clientHeight))
    measure.observe(element)
    return () => measure.disconnect()
  }, [])

  const nearEnd = hasMore && !loading && end + LOAD_AHEAD >= rows.length
  useEffect(() => {
    if (nearEnd) latest.current.onEndReached?.()
  }, [nearEnd, rows.length])

  const scrollTo = (index: number) => {
    const element = box.current
    if (element !== null) element.scrollTop = scrollTopFor(index, element.scrollTop, height - HEAD, rowHeight)
  }
  const { goTo } = props
  useLayoutEffect(() => {
    if (goTo === undefined || goTo === gone.current) return
    const index = rows.findIndex((row) => keyOf(row) === goTo.key)
    if (index === -1) return
    gone.current = goTo
    const { activeElement } = document
    if (activeElement !== document.body && !box.current?.contains(activeElement)) return
    setActive({ key: goTo.key, index })
    anchor.current = { key: goTo.key, index }
    grid.current?.focus({ preventScroll: true })
    scrollTo(index)
  }, [goTo, rows])

  const placeOf = (index: number, row: T): RowPlace => ({ key: latest.current.keyOf(row), index })
  const activate = (index: number, row: T) => {
    setActive(placeOf(index, row))
    latest.current.onActive?.(row)
  }
  /** The selected keys that are not among these rows, such as those that a search hides. They stay selected. */
  const notIn = (all: readonly T[], now: ReadonlySet<string>): readonly string[] => {
    if (now.size === 0) return []
    const listed = new Set(all.map(latest.current.keyOf))
    return [...now].filter((key) => !listed.has(key))
  }
  const select = (index: number, how: 'toggle' | 'range') => {
    const { selected: now = new Set<string>(), onSelect: report, rows: all, keyOf: key } = latest.current
    const row = all[index]
    if (report === undefined || row === undefined) return
    if (how === 'range') {
      return report(
        new Set([...notIn(all, now), ...keysBetween(all, key, indexOfRow(all, key, anchor.current), index)]),
      )
    }
    anchor.current = placeOf(index, row)
    const next = new Set(now)
    if (!next.delete(key(row))) next.add(key(row))
    report(next)
  }
  // The functions stay the same, so that rows render again only if they have changed.
  const events = useMemo<RowEvents>(
    () => ({
      click(index, event) {
        const row = latest.current.rows[index]
        if (row === undefined) return
        if (event.shiftKey) select(index, 'range')
        else if (event.ctrlKey || event.metaKey) select(index, 'toggle')
        else anchor.current = placeOf(index, row)
        activate(index, row)
      },
      open(index) {
        const row = latest.current.rows[index]
        if (row !== undefined) latest.current.onOpen?.(row)
      },
      toggle(index, range) {
        const row = latest.current.rows[index]
        if (row === undefined) return
        select(index, range ? 'range' : 'toggle')
        setActive(placeOf(index, row))
      },
    }),
    [],
  )

  const selectAll = (all: boolean) =>
    onSelect?.(new Set([...notIn(rows, selected ?? new Set()), ...(all ? rows.map(keyOf) : [])]))

  const onKeyDown = (event: KeyboardEvent) => {
    // Controls in cells handle their own keys.
    if (event.target !== grid.current && event.key !== 'Escape') return
    const row = rows[at]
    if (row === undefined) return
    const bodyHeight = height - HEAD
    const next = rowForKey(event.key, at, rows.length, Math.max(1, Math.floor(bodyHeight / rowHeight) - 1))
    const nextRow = next === undefined ? undefined : rows[next]
    if (next !== undefined && nextRow !== undefined) {
      event.preventDefault()
      if (event.shiftKey) select(next, 'range')
      else anchor.current = placeOf(next, nextRow)
      activate(next, nextRow)
      scrollTo(next)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      props.onOpen?.(row)
    } else if (event.key === ' ' && onSelect) {
      event.preventDefault()
      select(at, 'toggle')
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && onSelect) {
      event.preventDefault()
      selectAll(true)
    } else if (event.key === 'Escape' && onSelect && (selected?.size ?? 0) > 0) {
      event.preventDefault()
      onSelect(new Set())
    } else props.onKey?.(event, row)
  }

  const selectable = onSelect !== undefined
  const template = [...(selectable ? ['40px'] : []), ...columns.map(({ width = 'minmax(0, 1fr)' }) => width)].join(' ')
  const phone = [
    ...(selectable ? ['40px'] : []),
    ...columns.filter(({ notOnPhone }) => !notOnPhone).map(({ width = 'minmax(0, 1fr)' }) => width),
  ].join(' ')
  const known = total ?? (hasMore ? -1 : rows.length)
  const shown = rows.slice(first, end)
  const activeRow = rows[at]
  // Screen readers follow the active row by its id, so it stays in the document when it is scrolled out of view.
  const away = activeRow !== undefined && (at < first || at >= end)
  const renderRow = (row: T, index: number) => (
    <VirtualRow
      key={keyOf(row)}
      id={`${id}-${index}`}
      row={row}
      index={index}
      top={index * rowHeight}
      columns={columns}
      selectable={selectable}
      selected={selected?.has(keyOf(row)) ?? false}
      active={index === at}
      events={events}
    />
  )
  const allSelected =
    rows.length > 0 && (selected?.size ?? 0) >= rows.length && rows.every((row) => selected?.has(keyOf(row)) ?? false)

  return (
    <div
      ref={box}
      class="virtual"
      style={{ '--columns': template, '--phone-columns': phone, '--row-height': `${rowHeight}px` }}
      onScroll={(event) => {
        // The browser scrolls by itself; render only if other rows become visible.
        const { scrollTop } = event.currentTarget
        const next = windowAt(scrollTop, height, rowHeight, rows.length)
        if (next.first !== first || next.end !== end) setScrolled(scrollTop)
      }}
    >
      <div
        ref={grid}
        class="virtual-grid"
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={known === -1 ? -1 : known + 1}
        aria-colcount={columns.length + (selectable ? 1 : 0)}
        aria-multiselectable={selectable}
        aria-busy={loading}
        aria-activedescendant={activeRow === undefined ? undefined : `${id}-${at}`}
        onKeyDown={onKeyDown}
      >
        <div class="virtual-head" role="row" aria-rowindex={1}>
          {selectable && (
            <span role="columnheader" class="virtual-cell virtual-check">
              <input
                type="checkbox"
                aria-label={t.selectAll}
                checked={allSelected}
                indeterminate={!allSelected && (selected?.size ?? 0) > 0}
                onChange={() => selectAll(!allSelected)}
              />
            </span>
          )}
          {columns.map((column) => (
            <HeadCell key={column.id} column={column} sorting={props.sorting} onSort={props.onSort} />
          ))}
        </div>
        {rows.length > 0 && (
          <div class="virtual-body" role="rowgroup" style={{ height: `${rows.length * rowHeight}px` }}>
            {shown.map((row, offset) => renderRow(row, first + offset))}
            {away && renderRow(activeRow, at)}
          </div>
        )}
      </div>
      {rows.length === 0 && !loading && !hasMore && props.empty}
      {loading && (
        <div class="virtual-loading">
          <Spinner />
        </div>
      )}
      {props.foot}
      <span class="only-read" role="status">
        {selectable && (selected?.size ?? 0) > 0 ? t.selected(selected?.size ?? 0) : ''}
      </span>
    </div>
  )
}

interface HeadCellProps<T> {
  readonly column: VirtualColumn<T>
  readonly sorting: Sorting | undefined
  readonly onSort: ((sorting: Sorting) => void) | undefined
}

function HeadCell<T>({ column, sorting, onSort }: HeadCellProps<T>) {
  const { id, title, align, hideTitle, sortable, notOnPhone } = column
  const direction = sorting?.column === id ? sorting.direction : undefined
  const name = classes('virtual-cell', align === 'end' && 'is-end', notOnPhone && 'not-phone')
  const sort = direction === undefined ? 'none' : direction === 'asc' ? 'ascending' : 'descending'
  return (
    <span role="columnheader" class={name} aria-sort={sortable ? sort : undefined}>
      {sortable && onSort !== undefined ? (
        <button
          type="button"
          class="virtual-sort"
          onClick={() => onSort({ column: id, direction: direction === 'asc' ? 'desc' : 'asc' })}
        >
          {title}
          {direction !== undefined && <Icon icon={direction === 'asc' ? ArrowUp : ArrowDown} size={12} />}
        </button>
      ) : hideTitle ? (
        <span class="only-read">{title}</span>
      ) : (
        title
      )}
    </span>
  )
}
