import type { StorageEntry } from '@cloudstead/admin-api'
import { FolderOpen, SearchX } from 'lucide'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { language } from '../../i18n/language.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import type { MenuItem } from '../../ui/menu.tsx'
import { type Sorting, VirtualTable } from '../../ui/virtual-table.tsx'
import type { Place } from './entry-changes.ts'
import { entryColumns } from './entry-columns.tsx'
import { type EntryOrder, SORT_COLUMNS } from './entry-order.ts'
import { visibleName } from './paths.ts'
import { t } from './text.ts'
import type { Entries } from './use-entries.ts'

interface FileTableProps {
  readonly place: Place
  readonly entries: Entries
  readonly selected: ReadonlySet<string>
  readonly narrow: boolean
  /** Moves the keyboard to a renamed entry. */
  readonly goTo: { readonly key: string } | undefined
  readonly menu: (entry: StorageEntry) => readonly (MenuItem | string)[]
  readonly onSelect: (selected: ReadonlySet<string>) => void
  readonly onOpen: (entry: StorageEntry) => void
  readonly onActive: (entry: StorageEntry) => void
  readonly onKey: (event: KeyboardEvent, entry: StorageEntry) => void
  readonly onSort: (order: EntryOrder) => void
  readonly onClearSearch: () => void
}

/** The list of files and folders. */
export function FileTable(props: FileTableProps) {
  const { place, entries, selected, narrow, onSelect, onOpen, onActive, onKey } = props
  const box = useRef<HTMLDivElement>(null)
  const hadFocus = useRef(false)
  const latest = useRef(props)
  latest.current = props
  const words = language()
  const columns = useMemo(
    () =>
      entryColumns({
        open: (entry) => latest.current.onOpen(entry),
        menu: (entry) => latest.current.menu(entry),
        narrow,
      }),
    [words, narrow],
  )
  // Each place has its own table, scrolled to the top. The keyboard focus stays in the table.
  const key = `${place.folder}\n${place.search}\n${place.deep}`
  const isWhole = entries.error === undefined && (entries.search === undefined || entries.search.state === 'over')
  const byPath = place.deep && place.search === ''
  hadFocus.current = box.current?.contains(document.activeElement) === true
  useLayoutEffect(() => {
    if (hadFocus.current) box.current?.querySelector<HTMLElement>('[role=grid]')?.focus()
  }, [key])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: each row has a button that opens the same menu
    <div
      ref={box}
      class="file-table"
      onContextMenu={(event) => {
        const row =
          (event.target as HTMLElement).closest('.virtual-row') ??
          // The menu key opens the menu of the active row.
          (event.target === document.activeElement ? box.current?.querySelector('.virtual-row.is-active') : null)
        const button = row?.querySelector<HTMLButtonElement>('.row-menu button')
        if (!button) return
        event.preventDefault()
        button.click()
      }}
    >
      <VirtualTable
        key={key}
        label={t.list}
        columns={columns}
        rows={entries.rows}
        keyOf={({ path }) => path}
        selected={selected}
        onSelect={onSelect}
        onOpen={onOpen}
        onActive={onActive}
        goTo={props.goTo}
        onKey={onKey}
        sorting={byPath ? { column: 'name', direction: 'asc' } : sortingOf(place.order)}
        onSort={
          byPath
            ? undefined
            : ({ column, direction }) => {
                const known = SORT_COLUMNS.find((one) => one === column)
                if (known !== undefined) props.onSort({ column: known, descending: direction === 'desc' })
              }
        }
        hasMore={entries.hasMore}
        loading={entries.loading}
        onEndReached={entries.loadMore}
        empty={isWhole && <NoFiles place={place} onClearSearch={props.onClearSearch} />}
        foot={entries.error !== undefined && <ErrorNotice error={entries.error} onRetry={entries.retry} />}
      />
    </div>
  )
}

function sortingOf({ column, descending }: EntryOrder): Sorting {
  return { column, direction: descending ? 'desc' : 'asc' }
}

function NoFiles({ place, onClearSearch }: { readonly place: Place; readonly onClearSearch: () => void }) {
  if (place.search !== '') {
    return (
      <EmptyState
        icon={SearchX}
        title={t.nothingFound(visibleName(place.search))}
        actions={<Button onClick={onClearSearch}>{t.clearSearch}</Button>}
      >
        {t.nothingFoundText}
      </EmptyState>
    )
  }
  return place.folder === '' ? (
    <EmptyState icon={FolderOpen} title={t.nothing}>
      {t.nothingText}
    </EmptyState>
  ) : (
    <EmptyState icon={FolderOpen} title={t.emptyFolder}>
      {t.emptyFolderText}
    </EmptyState>
  )
}
