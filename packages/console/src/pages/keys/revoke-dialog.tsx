import type { Key } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Stack } from '../../ui/stack.tsx'
import { toast } from '../../ui/toast.tsx'
import { isOwnKey } from './is-own-key.ts'
import { t } from './text.ts'

interface RevokeDialogProps {
  readonly revoking: Key
  readonly onClose: () => void
  readonly onRevoked: () => void
}

/** Revokes a key, after explaining what stops working. */
export function RevokeDialog({ revoking, onClose, onRevoked }: RevokeDialogProps) {
  const revoke = async () => {
    await call('revokeKey', { params: { id: revoking.id } })
    toast(t.revokeDone)
    onRevoked()
  }
  return (
    <ConfirmDialog
      danger
      title={revoking.kind === 'login' ? t.revokeLoginTitle : t.revokeApiTitle}
      confirmLabel={t.revokeDo}
      onConfirm={revoke}
      onClose={onClose}
    >
      <Stack gap={2}>
        <p class="mono">{revoking.id}</p>
        <WhatStops revoking={revoking} />
      </Stack>
    </ConfirmDialog>
  )
}

/** What stops working when a key is revoked. */
export function WhatStops({ revoking }: { readonly revoking: Key }) {
  return (
    <ul class="what-stops">
      <li>{revoking.kind === 'login' ? t.revokeLogin : t.revokeApi}</li>
      <li>{revoking.kind === 'login' ? t.revokeLoginStay : t.revokeApiConsole}</li>
      {isOwnKey(revoking) && (
        <li>
          <strong>{t.revokeApiYours}</strong>
        </li>
      )}
      <li>{t.revokeUndo}</li>
    </ul>
  )
}
