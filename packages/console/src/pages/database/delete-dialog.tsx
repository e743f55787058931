import type { StoredDocument } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './edit-text.ts'

type Id = StoredDocument['id']

interface DeleteDialogProps {
  readonly collection: string
  readonly ids: readonly Id[]
  /** Told of each part that is gone, also when a later one fails. */
  readonly onDeleted: (ids: readonly Id[]) => void
  readonly onClose: () => void
}

/** Documents of one call; the server takes no more. */
const AT_ONCE = 1_000
/** Ids that the question names. */
const NAMED = 5

export function DeleteDialog({ collection, ids, onDeleted, onClose }: DeleteDialogProps) {
  const remove = async () => {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const part = ids.slice(at, at + AT_ONCE)
      await call('deleteDocuments', { params: { name: collection }, body: { ids: part } })
      onDeleted(part)
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
        {ids.slice(0, NAMED).map((id) => (
          <li key={JSON.stringify(id)} class="mono">
            <bdi>{String(id)}</bdi>
          </li>
        ))}
        {ids.length > NAMED && <li class="muted">{t.more(ids.length - NAMED)}</li>}
      </ul>
      <p>{t.removeText}</p>
    </ConfirmDialog>
  )
}
