import { SignInForm } from '../pages/sign-in/sign-in-form.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Stack } from '../ui/stack.tsx'
import { answerSignIn, session, signInAsked } from './session.ts'
import { t } from './text.ts'

/** The sign-in over a page, when the session has ended in the middle of something. What was typed there stays. */
export function SignInAgain() {
  const known = session()
  if (!signInAsked() || known === undefined) return null
  return (
    <Dialog title={t.signInAgain} size="small" onClose={() => answerSignIn(false)}>
      <Stack>
        <p class="muted">{t.signInAgainText}</p>
        <SignInForm />
      </Stack>
    </Dialog>
  )
}
