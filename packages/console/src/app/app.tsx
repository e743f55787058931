import { useEffect, useState } from 'preact/hooks'
import { type ApiError, toApiError } from '../api/errors.ts'
import { SignInPage } from '../pages/sign-in/index.tsx'
import { ConfirmHost } from '../ui/confirm-dialog.tsx'
import { ErrorNotice } from '../ui/error-notice.tsx'
import { Spinner } from '../ui/spinner.tsx'
import { ToastRegion } from '../ui/toast.tsx'
import { Layout } from './layout.tsx'
import { preloadPage } from './page-host.tsx'
import { loadSession, session } from './session.ts'
import { SignInAgain } from './sign-in-again.tsx'
import './app.css'

/** The whole app: the sign-in page or the layout with a page, and the dialogs and toasts above them. */
export function App() {
  const [error, setError] = useState<ApiError>()
  const load = () => {
    setError(undefined)
    loadSession().catch((thrown) => setError(toApiError(thrown)))
  }
  useEffect(() => {
    load()
    preloadPage()
  }, [])
  const known = session()
  return (
    <>
      {error !== undefined ? (
        <main class="app-alone">
          <ErrorNotice error={error} onRetry={load} />
        </main>
      ) : known === undefined ? (
        <main class="app-alone">
          <Spinner block />
        </main>
      ) : known.signedIn ? (
        <Layout session={known} />
      ) : (
        <SignInPage session={known} />
      )}
      <SignInAgain />
      <ConfirmHost />
      <ToastRegion />
    </>
  )
}
