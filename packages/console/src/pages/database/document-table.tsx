import type { StoredDocument } from '@cloudstead/admin-api'
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { type Sorting, type VirtualColumn, VirtualTable } from '../../ui/virtual-table.tsx'
import { addressId } from './address.ts'
import { Cell } from './cell.tsx'
import { columnWidth } from './columns.ts'
import { t } from './text.ts'
import type { Documents } from './use-documents.ts'

interface DocumentTableProps {
  readonly documents: Documents
  readonly fields: readonly string[]
  readonly selected: ReadonlySet<string>
  readonly sorting: Sorting
  readonly empty: ComponentChildren
  readonly onSelect: (selected: ReadonlySet<string>) => void
  readonly onSort: (sorting: Sorting) => void
  readonly onOpen: (row: StoredDocument) => void
  readonly onDelete: (row: StoredDocument) => void
}

/** Pixels of the boxes to tick, and of what is around a row. */
const AROUND = 56

/** Documents as rows, their fields as columns. A click on a title sorts. */
export function DocumentTable(props: DocumentTableProps) {
  const { documents, fields, selected, sorting, empty, onSelect, onSort, onOpen, onDelete } = props
  const widths = fields.map((name) => columnWidth(documents.rows, name))
  const shown = JSON.stringify([fields, widths])
  const columns = useMemo<readonly VirtualColumn<StoredDocument>[]>(
    () =>
      fields.map((name, at) => ({
        id: name,
        title: <bdi class="mono">{name}</bdi>,
        width: `minmax(${widths[at] ?? 0}px, 1fr)`,
        sortable: true,
        cell:
          name === '_id'
            ? ({ id }) => <bdi class="mono">{String(id)}</bdi>
            : ({ document }) => <Cell value={Object.hasOwn(document, name) ? document[name] : undefined} />,
      })),
    [shown],
  )
  return (
    <div
      class="document-table"
      style={{ '--document-width': `${widths.reduce((sum, width) => sum + width, AROUND)}px` }}
    >
      <VirtualTable
        label={t.title}
        columns={columns}
        rows={documents.rows}
        keyOf={({ id }) => addressId(id)}
        total={documents.count}
        selected={selected}
        onSelect={onSelect}
        onActive={onOpen}
        onOpen={onOpen}
        onKey={(event, row) => {
          if (event.key !== 'Delete') return
          event.preventDefault()
          onDelete(row)
        }}
        onEndReached={documents.loadMore}
        hasMore={documents.hasMore && documents.error === undefined}
        loading={documents.loading}
        sorting={sorting}
        onSort={onSort}
        empty={documents.error === undefined && empty}
        foot={
          documents.error !== undefined &&
          documents.rows.length > 0 && <ErrorNotice error={documents.error} onRetry={documents.loadMore} />
        }
      />
    </div>
  )
}
