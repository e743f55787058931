import type { AppUser } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Stack } from '../../ui/stack.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './text.ts'

interface BlockDialogProps {
  readonly user: AppUser
  readonly onClose: () => void
  readonly onDone: (user: AppUser) => void
}

/** Blocks or unblocks a user, after explaining the consequences. */
export function BlockDialog({ user, onClose, onDone }: BlockDialogProps) {
  const { uid, blocked, loginType } = user
  const change = async () => {
    const changed = await call('blockUser', { params: { uid }, body: { blocked: !blocked } })
    toast(changed.blocked ? t.blockDone : t.unblockDone)
    onDone(changed)
  }
  if (blocked) {
    return (
      <ConfirmDialog title={t.unblockTitle} confirmLabel={t.unblock} onConfirm={change} onClose={onClose}>
        <Stack gap={2}>
          <p class="mono">{uid}</p>
          <p>{t.unblockText}</p>
        </Stack>
      </ConfirmDialog>
    )
  }
  return (
    <ConfirmDialog title={t.blockTitle} confirmLabel={t.blockDo} danger onConfirm={change} onClose={onClose}>
      <Stack gap={2}>
        <p class="mono">{uid}</p>
        <ul class="what-happens">
          <li>{t.blockNow}</li>
          <li>{t.blockLogin}</li>
          <li>{t.blockData}</li>
          {loginType === 'ANONYMOUS' && <li>{t.blockAnonymous}</li>}
        </ul>
      </Stack>
    </ConfirmDialog>
  )
}
