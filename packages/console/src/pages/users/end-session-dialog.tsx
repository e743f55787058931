import type { UserSession } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './text.ts'

interface EndSessionDialogProps {
  readonly uid: string
  readonly ending: UserSession | 'all'
  readonly onClose: () => void
  readonly onEnded: () => Promise<void>
}

/** Asks before it ends one session or all sessions of a user. */
export function EndSessionDialog({ uid, ending, onClose, onEnded }: EndSessionDialogProps) {
  const all = ending === 'all'
  const end = async () => {
    await call('revokeSessions', { params: { uid }, query: all ? {} : { id: ending.id } })
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
