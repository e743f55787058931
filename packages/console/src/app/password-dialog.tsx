import type { Session } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { type ApiError, toApiError } from '../api/errors.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorNotice } from '../ui/error-notice.tsx'
import { Stack } from '../ui/stack.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { toast } from '../ui/toast.tsx'
import { setSession } from './session.ts'
import { t } from './text.ts'

/** Characters of a password at least; the server refuses shorter ones. */
const MIN_LENGTH = 10

export interface PasswordDialogProps {
  readonly session: Session
  readonly onClose: () => void
}

/** Sets or changes the password of the Console. */
export function PasswordDialog({ session, onClose }: PasswordDialogProps) {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const [repeated, setRepeated] = useState('')
  const [checked, setChecked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const asksCurrent = session.passwordSet && session.operator?.by === 'password'
  const short = [...password].length < MIN_LENGTH
  const differs = password !== repeated
  const save = async () => {
    setChecked(true)
    if (short || differs || busy) return
    setBusy(true)
    setError(undefined)
    try {
      await call('setPassword', { body: { password, ...(asksCurrent ? { current } : {}) } })
      setSession({ ...session, passwordSet: true })
      toast(t.passwordSaved)
      onClose()
    } catch (thrown) {
      setError(toApiError(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={session.passwordSet ? t.changePassword : t.setPassword}
      size="small"
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {t.save}
          </Button>
        </>
      }
    >
      <Stack>
        {asksCurrent && (
          <TextInput
            label={t.current}
            type="password"
            autocomplete="current-password"
            value={current}
            onChange={setCurrent}
            autofocus
          />
        )}
        <TextInput
          label={t.password}
          type="password"
          autocomplete="new-password"
          hint={t.passwordHint}
          error={checked && short ? t.passwordShort : undefined}
          value={password}
          onChange={setPassword}
          autofocus={!asksCurrent}
        />
        <TextInput
          label={t.repeat}
          type="password"
          autocomplete="new-password"
          error={checked && differs ? t.passwordDiffers : undefined}
          value={repeated}
          onChange={setRepeated}
        />
        {error !== undefined && <ErrorNotice error={error} />}
      </Stack>
    </Dialog>
  )
}
