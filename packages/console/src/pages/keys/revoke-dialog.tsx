import type { Key } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Stack } from '../../ui/stack.tsx'
import { toast } from '../../ui/toast.tsx'
import { isYours } from './is-yours.ts'
import { t } from './text.ts'

export interface RevokeDialogProps {
  readonly asked: Key
  readonly onClose: () => void
  readonly onRevoked: () => void
}

/** Says what stops working, and revokes. */
export function RevokeDialog({ asked, onClose, onRevoked }: RevokeDialogProps) {
  const revoke = async () => {
    await call('revokeKey', { params: { id: asked.id } })
    toast(t.revokeDone)
    onRevoked()
  }
  return (
    <ConfirmDialog
      danger
      title={asked.kind === 'login' ? t.revokeLoginTitle : t.revokeApiTitle}
      confirmLabel={t.revokeDo}
      onConfirm={revoke}
      onClose={onClose}
    >
      <Stack gap={2}>
        <p class="mono">{asked.id}</p>
        <WhatStops asked={asked} />
      </Stack>
    </ConfirmDialog>
  )
}

/** What a key's end means. */
export function WhatStops({ asked }: { readonly asked: Key }) {
  return (
    <ul class="what-stops">
      <li>{asked.kind === 'login' ? t.revokeLogin : t.revokeApi}</li>
      <li>{asked.kind === 'login' ? t.revokeLoginStay : t.revokeApiConsole}</li>
      {isYours(asked) && (
        <li>
          <strong>{t.revokeApiYours}</strong>
        </li>
      )}
      <li>{t.revokeUndo}</li>
    </ul>
  )
}
