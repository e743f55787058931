import type { StoredDocument } from '@cloudstead/admin-api'
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Person } from '../../ui/person.tsx'
import type { VirtualColumn } from '../../ui/virtual-column.ts'
import { type Sorting, VirtualTable } from '../../ui/virtual-table.tsx'
import { columnWidth } from './columns.ts'
import { addressId } from './place.ts'
import { t } from './text.ts'
import type { Documents } from './use-documents.ts'
import { ValueCell } from './value-cell.tsx'

/** The owner of a document. Only a text is the id of a person. */
function OwnerCell({ value }: { readonly value: unknown }) {
  return typeof value === 'string' && value !== '' ? <Person id={value} /> : <ValueCell value={value} />
}

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

/** Pixels of the checkbox column and the padding of a row. */
const EXTRA_WIDTH = 56

/** A table with a row for each document and a column for each field. A click on a title sorts. */
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
            : name === '_openid'
              ? ({ document }) => <OwnerCell value={document._openid} />
              : ({ document }) => <ValueCell value={Object.hasOwn(document, name) ? document[name] : undefined} />,
      })),
    [shown],
  )
  return (
    <div
      class="document-table"
      style={{ '--document-width': `${widths.reduce((sum, width) => sum + width, EXTRA_WIDTH)}px` }}
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
        hasMore={documents.hasMore}
        loading={documents.loading}
        sorting={sorting}
        onSort={onSort}
        empty={documents.error === undefined && empty}
        foot={
          documents.error !== undefined &&
          documents.rows.length > 0 && <ErrorNotice error={documents.error} onRetry={documents.retry} />
        }
      />
    </div>
  )
}
