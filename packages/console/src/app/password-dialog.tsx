import type { Session } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { toast } from '../ui/toast.tsx'
import { setSession } from './session.ts'
import { t } from './text.ts'
import { useAttempt } from './use-attempt.ts'

/** Characters. The server refuses shorter passwords. */
const MIN_LENGTH = 10

interface PasswordDialogProps {
  readonly session: Session
  readonly onClose: () => void
}

/** Sets or changes the password of the Console. */
export function PasswordDialog({ session, onClose }: PasswordDialogProps) {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const [repeated, setRepeated] = useState('')
  const [checked, setChecked] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const needsCurrent = session.passwordSet
  const short = [...password].length < MIN_LENGTH
  const differs = password !== repeated
  const save = () => {
    setChecked(true)
    if (short || differs) return
    void attempt(async () => {
      await call('setPassword', { body: { password, ...(needsCurrent ? { current } : {}) } })
      setSession({ ...session, passwordSet: true })
      toast(t.passwordSaved)
      onClose()
    })
  }
  return (
    <FormDialog
      title={session.passwordSet ? t.changePassword : t.setPassword}
      submitLabel={t.save}
      busy={busy}
      error={error}
      onSubmit={save}
      onClose={onClose}
    >
      {needsCurrent && (
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
        autofocus={!needsCurrent}
      />
      <TextInput
        label={t.repeat}
        type="password"
        autocomplete="new-password"
        error={checked && differs ? t.passwordDiffers : undefined}
        value={repeated}
        onChange={setRepeated}
      />
    </FormDialog>
  )
}
