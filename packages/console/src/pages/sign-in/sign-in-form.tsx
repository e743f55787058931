import { useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { setSession } from '../../app/session.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Stack } from '../../ui/stack.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { t } from './text.ts'

/** A form with one field, for a password or an API key. */
export function SignInForm() {
  const [secret, setSecret] = useState('')
  const [missing, setMissing] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const signIn = () => {
    setMissing(secret === '')
    if (secret !== '') void attempt(async () => setSession(await call('signIn', { body: { secret } })))
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        signIn()
      }}
    >
      <Stack>
        {error !== undefined && <ErrorNotice error={error} />}
        <TextInput
          label={t.secret}
          type="password"
          autocomplete="current-password"
          value={secret}
          onChange={setSecret}
          error={missing ? t.missing : undefined}
          autofocus
        />
        <Button type="submit" kind="primary" busy={busy}>
          {t.signIn}
        </Button>
      </Stack>
    </form>
  )
}
