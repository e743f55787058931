import type { Session } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { type ApiError, toApiError } from '../../api/errors.ts'
import { setSession } from '../../app/session.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { SignInForm } from './sign-in-form.tsx'
import { t } from './text.ts'
import './sign-in.css'

/** The whole window until somebody is signed in. A link from the terminal signs in by itself. */
export function SignInPage({ session }: { readonly session: Session }) {
  const [link] = useState(takeLink)
  const [error, setError] = useState<ApiError>()
  useEffect(() => {
    document.title = `${t.title} · ${session.env} · Cloudstead`
    if (link === undefined) return
    call('signIn', { body: { link } }).then(setSession, (thrown) => setError(toApiError(thrown)))
  }, [])
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <h1>Cloudstead</h1>
        <p class="muted">
          {t.environment} <code>{session.env}</code>
        </p>
        {link !== undefined && error === undefined ? (
          <Spinner block label={t.signingIn} />
        ) : (
          <>
            {error !== undefined && <ErrorNotice error={error} />}
            <SignInForm />
          </>
        )}
      </div>
      <div class="sign-in-help">
        <h2>{t.linkTitle}</h2>
        <p>
          {t.linkText} <code>cloudstead console link</code>
        </p>
      </div>
    </main>
  )
}

/** The token of a link, which is removed from the address and the history at once. */
function takeLink(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('link')
  if (token === null) return undefined
  history.replaceState(history.state, '', `${location.pathname}${location.search}`)
  return token
}
