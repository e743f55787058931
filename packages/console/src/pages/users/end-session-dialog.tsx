import type { UserSession } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './text.ts'

export interface EndSessionDialogProps {
  readonly uid: string
  readonly asked: UserSession | 'all'
  readonly onClose: () => void
  readonly onEnded: () => Promise<void>
}

/** Asks before one session or all of them are ended. */
export function EndSessionDialog({ uid, asked, onClose, onEnded }: EndSessionDialogProps) {
  const all = asked === 'all'
  const end = async () => {
    await call('revokeSessions', { params: { uid }, query: all ? {} : { id: asked.id } })
    toast(all ? t.endAllDone : t.endDone)
    await onEnded()
  }
  return (
    <ConfirmDialog
      danger
      title={all ? t.endAllTitle : t.endTitle}
      confirmLabel={all ? t.endAllDo : t.end}
      onConfirm={end}
      onClose={onClose}
    >
      {all ? t.endAllText : t.endText}
    </ConfirmDialog>
  )
}
