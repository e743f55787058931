/** Who is signed in, as the whole app sees it. */
import type { Session } from '@cloudstead/admin-api'
import { signal } from '@preact/signals'
import { call, onSignInRequired } from '../api/client.ts'
import { toApiError } from '../api/errors.ts'
import { forgetLink } from './link-token.ts'

const current = signal<Session | undefined>(undefined)
/** Set while a call waits for the reader to sign in again over the page. */
const asked = signal<((signedIn: boolean) => void) | undefined>(undefined)
let asking: Promise<boolean> | undefined
let enteredHere = false
let declinedAt: number | undefined

/** Milliseconds for which browsers take a call for a consequence of the last click, and a little. */
const ACTIVATION_MS = 6_000

/** Undefined until it is known. */
export function session(): Session | undefined {
  return current.value
}

/** Whether somebody signed in since the window was loaded, so that there is a form that had the focus. */
export function signedInHere(): boolean {
  return enteredHere
}

export function setSession(session: Session): void {
  if (session.signedIn && current.peek()?.signedIn === false) enteredHere = true
  current.value = session
  if (!session.signedIn) return
  forgetLink()
  answerSignIn(true)
}

/** Whether the sign-in dialog is to be shown over the page. */
export function signInAsked(): boolean {
  return asked.value !== undefined
}

/** The reader has signed in over the page, or closed the dialog. */
export function answerSignIn(signedIn: boolean): void {
  declinedAt = signedIn ? undefined : Date.now()
  asked.peek()?.(signedIn)
  asked.value = undefined
  asking = undefined
}

/** Whoever closed the dialog is asked again for what they do themselves, not for what a page looks up by the clock. */
function isDeclined(): boolean {
  if (declinedAt === undefined) return false
  return Date.now() - declinedAt < ACTIVATION_MS || !navigator.userActivation.isActive
}

/** Asks the server who is signed in; from then on a session that ends is renewed over the page. */
export async function loadSession(): Promise<void> {
  onSignInRequired(() => {
    // Before the first sign-in the whole page is the sign-in.
    if (current.peek()?.signedIn !== true || isDeclined()) return Promise.resolve(false)
    asking ??= new Promise((resolve) => {
      asked.value = resolve
    })
    return asking
  })
  current.value = await call('getSession')
}

/**
 * Ends the session here, or every session of everybody, and shows the sign-in.
 *
 * @throws ApiError
 */
export async function endSession(everywhere: boolean): Promise<void> {
  try {
    await call('signOut', { query: { everywhere } })
  } catch (error) {
    if (toApiError(error).code !== 'CONSOLE_SIGN_IN_REQUIRED') throw error
  }
  forgetLink()
  current.value = await call('getSession')
}
