import type { CollectionInfo, StoredDocument } from '@cloudstead/admin-api'
import type { ColumnChoice } from './columns.ts'
import { ColumnsDialog } from './columns-dialog.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { DropDialog } from './drop-dialog.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { IndexesDialog } from './indexes-dialog.tsx'
import type { Place } from './place.ts'

/** The dialog of a collection that is open. */
export type OpenDialog =
  | { readonly kind: 'import' | 'export' | 'drop' | 'indexes' | 'columns' }
  | { readonly kind: 'delete'; readonly ids: readonly StoredDocument['id'][] }

interface CollectionDialogsProps {
  readonly dialog: OpenDialog | undefined
  readonly place: Place
  readonly info: CollectionInfo | undefined
  readonly fields: readonly string[]
  readonly choice: ColumnChoice
  readonly onChoice: (choice: ColumnChoice) => void
  readonly onDeleted: (ids: readonly StoredDocument['id'][]) => void
  /** Documents were added or deleted. */
  readonly onChanged: () => void
  readonly onDropped: () => void
  readonly onClose: () => void
}

export function CollectionDialogs(props: CollectionDialogsProps) {
  const { dialog, place, info, onClose } = props
  const { collection, query } = place
  switch (dialog?.kind) {
    case 'import':
      return (
        <ImportDialog
          collection={collection}
          onClose={(changed) => {
            onClose()
            if (changed) props.onChanged()
          }}
        />
      )
    case 'export':
      return <ExportDialog collection={collection} query={query} onClose={onClose} />
    case 'columns':
      return <ColumnsDialog fields={props.fields} choice={props.choice} onChange={props.onChoice} onClose={onClose} />
    case 'delete':
      return <DeleteDialog collection={collection} ids={dialog.ids} onDeleted={props.onDeleted} onClose={onClose} />
    case 'indexes':
      return info === undefined ? null : <IndexesDialog collection={info} onClose={onClose} />
    case 'drop':
      return info === undefined ? null : (
        <DropDialog
          collection={info}
          onClose={onClose}
          onDone={(whole) => {
            onClose()
            if (whole && info.source !== 'file') props.onDropped()
            else props.onChanged()
          }}
        />
      )
    default:
      return null
  }
}
