import type { CollectionInfo } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { lines } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ProgressDialog } from '../../ui/progress-dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './text.ts'

interface DropDialogProps {
  readonly collection: CollectionInfo
  /** Called when the deletion has ended. `whole`: nothing was cancelled and nothing failed. */
  readonly onDone: (whole: boolean) => void
  readonly onClose: () => void
}

/** Deletes a collection after its name was typed. A collection that the configuration file declares is only emptied. */
export function DropDialog({ collection: { name, source, documents }, onDone, onClose }: DropDialogProps) {
  const [confirmed, setConfirmed] = useState(false)
  const stays = source === 'file'
  if (confirmed) {
    return (
      <ProgressDialog
        title={t.dropping(name)}
        run={(options) => lines('dropCollection', { params: { name }, query: { confirm: name } }, options)}
        onClose={(_last, whole) => {
          if (whole) toast(stays ? t.emptied(name) : t.dropped(name))
          onDone(whole)
        }}
      />
    )
  }
  return (
    <ConfirmDialog
      title={stays ? t.emptyCollectionTitle(name) : t.dropTitle(name)}
      confirmLabel={stays ? t.empty : t.drop}
      danger
      typeToConfirm={name}
      onConfirm={() => setConfirmed(true)}
      onClose={onClose}
    >
      {stays ? t.emptyCollectionText(documents) : t.dropText(documents)}
    </ConfirmDialog>
  )
}
