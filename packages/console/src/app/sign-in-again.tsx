import { SignInForm } from '../pages/sign-in/sign-in-form.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Stack } from '../ui/stack.tsx'
import { answerSignIn, isSignInPending, session } from './session.ts'
import { t } from './text.ts'

/** A sign-in dialog over the page, for a session that ended while the page was in use. The page keeps its edits. */
export function SignInAgain() {
  const known = session()
  if (!isSignInPending() || known === undefined) return null
  return (
    <Dialog title={t.signInAgain} size="small" onClose={() => answerSignIn(false)}>
      <Stack>
        <p class="muted">{t.signInAgainText}</p>
        <SignInForm />
      </Stack>
    </Dialog>
  )
}
