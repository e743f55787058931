import { useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { type ApiError, toApiError } from '../../api/errors.ts'
import { setSession } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Stack } from '../../ui/stack.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { t } from './text.ts'

/** One field for a password or an api key. */
export function SignInForm() {
  const [secret, setSecret] = useState('')
  const [missing, setMissing] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const signIn = async () => {
    setMissing(secret === '')
    if (secret === '' || busy) return
    setBusy(true)
    setError(undefined)
    try {
      setSession(await call('signIn', { body: { secret } }))
    } catch (thrown) {
      setError(toApiError(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void signIn()
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
