import type { StoredDocument } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './edit-text.ts'

type Id = StoredDocument['id']

interface DeleteDialogProps {
  readonly collection: string
  readonly ids: readonly Id[]
  /** Called for each batch that was deleted, even if a later one fails. */
  readonly onDeleted: (ids: readonly Id[]) => void
  readonly onClose: () => void
}

/** The most documents the server takes in one call. */
const BATCH = 1_000
/** The most ids that the question lists. */
const LISTED = 5

export function DeleteDialog({ collection, ids, onDeleted, onClose }: DeleteDialogProps) {
  const remove = async () => {
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH)
      await call('deleteDocuments', { params: { name: collection }, body: { ids: batch } })
      onDeleted(batch)
    }
    toast(t.removed(ids.length))
    onClose()
  }
  return (
    <ConfirmDialog
      title={t.removeTitle(ids.length)}
      confirmLabel={t.removeDo(ids.length)}
      danger
      onConfirm={remove}
      onClose={onClose}
    >
      <ul class="delete-ids">
        {ids.slice(0, LISTED).map((id) => (
          <li key={JSON.stringify(id)} class="mono">
            <bdi>{String(id)}</bdi>
          </li>
        ))}
        {ids.length > LISTED && <li class="muted">{t.more(ids.length - LISTED)}</li>}
      </ul>
      <p>{t.removeText}</p>
    </ConfirmDialog>
  )
}
