import type { Session } from '@cloudstead/admin-api'
import { Languages } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { type ApiError, toApiError } from '../../api/errors.ts'
import { languageItems } from '../../app/appearance.ts'
import { linkToken } from '../../app/link-token.ts'
import { setSession } from '../../app/session.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { SignInForm } from './sign-in-form.tsx'
import { t } from './text.ts'
import './sign-in.css'

/** The sign-in page. A link from the terminal signs in without the form. */
export function SignInPage({ session }: { readonly session: Session }) {
  const link = linkToken()
  const [failed, setFailed] = useState<{ readonly link: string; readonly error: ApiError }>()
  useEffect(() => {
    document.title = `${t.title} · ${session.env} · Cloudstead`
  })
  useEffect(() => {
    if (link === undefined) return
    call('signIn', { body: { link } }).then(setSession, (thrown) => setFailed({ link, error: toApiError(thrown) }))
  }, [link])
  const error = failed !== undefined && failed.link === link ? failed.error : undefined
  return (
    <main class="sign-in">
      <div class="sign-in-language">
        <Menu label={t.language} icon={Languages} items={languageItems()} />
      </div>
      <div class="sign-in-card">
        <header class="sign-in-head">
          <img src="/console/favicon.svg" alt="" width="40" height="40" />
          <div>
            <h1>Cloudstead</h1>
            <p class="muted">
              {t.environment} <code>{session.env}</code>
            </p>
          </div>
        </header>
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
          {t.linkText} <code>{linkCommand(session)}</code>
        </p>
      </div>
    </main>
  )
}

/** The command that creates another link, with the default data directory of `cloudstead dev`. */
function linkCommand({ env, mode }: Session): string {
  return `npx cloudstead console link --env ${env}${mode === 'dev' ? ' --data-dir .cloudstead' : ''}`
}
