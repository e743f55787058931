import type { Key } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Stack } from '../../ui/stack.tsx'
import { toast } from '../../ui/toast.tsx'
import { isOwnKey } from './is-own-key.ts'
import { t } from './text.ts'

interface RevokeDialogProps {
  readonly revoking: Key
  /** The keys that it created, which are revoked too. */
  readonly made: readonly Key[]
  readonly onClose: () => void
  readonly onRevoked: () => void
}

/** Revokes a key, after explaining what stops working. */
export function RevokeDialog({ revoking, made, onClose, onRevoked }: RevokeDialogProps) {
  const revoke = async () => {
    const { revoked } = await call('revokeKey', { params: { id: revoking.id } })
    toast(t.revokeDone(revoked.length))
    onRevoked()
  }
  return (
    <ConfirmDialog
      danger
      title={revoking.kind === 'login' ? t.revokeLoginTitle : t.revokeApiTitle}
      confirmLabel={t.revokeDo(1 + made.length)}
      onConfirm={revoke}
      onClose={onClose}
    >
      <Stack gap={2}>
        <p class="mono">{revoking.id}</p>
        <WhatStops revoking={revoking} made={made} />
      </Stack>
    </ConfirmDialog>
  )
}

/** What stops working when a key is revoked, with the keys that it created. */
export function WhatStops({ revoking, made }: Pick<RevokeDialogProps, 'revoking' | 'made'>) {
  return (
    <ul class="what-stops">
      <li>{revoking.kind === 'login' ? t.revokeLogin : t.revokeApi}</li>
      <li>{revoking.kind === 'login' ? t.revokeLoginStay : t.revokeApiConsole}</li>
      {made.length > 0 && (
        <li>
          <strong>{t.revokeMade(made.length)}</strong>
          <ul class="made-keys">
            {made.map(({ kind, id }) => (
              <li key={id}>
                <span class="mono wrap">{id}</span> <span class="muted small">{t.kinds[kind]}</span>
              </li>
            ))}
          </ul>
        </li>
      )}
      {[revoking, ...made].some(isOwnKey) && (
        <li>
          <strong>{isOwnKey(revoking) ? t.revokeApiYours : t.revokeMadeYours}</strong>
        </li>
      )}
      <li>{t.revokeUndo}</li>
    </ul>
  )
}
