/** The session of the user, as the whole app sees it. */
import type { Session } from '@cloudstead/admin-api'
import { signal } from '@preact/signals'
import { call, onSignInRequired } from '../api/client.ts'
import { toApiError } from '../api/errors.ts'
import { forgetLink } from './link-token.ts'

const current = signal<Session | undefined>(undefined)
/** Set while a call waits for the user to sign in again over the page. */
const pendingSignIn = signal<((signedIn: boolean) => void) | undefined>(undefined)
let signingIn: Promise<boolean> | undefined
let enteredHere = false
let declinedAt: number | undefined

/** Milliseconds for which browsers count a call as the result of a click, and a little more. */
const ACTIVATION_MS = 6_000

/** The session; undefined until it is known. */
export function session(): Session | undefined {
  return current.value
}

/** Whether the user signed in since the window was loaded, so that the sign-in form had the focus. */
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

/** Whether the sign-in dialog has to be shown over the page. */
export function isSignInPending(): boolean {
  return pendingSignIn.value !== undefined
}

/** Ends the sign-in over the page: the user has signed in, or has closed the dialog. */
export function answerSignIn(signedIn: boolean): void {
  declinedAt = signedIn ? undefined : Date.now()
  pendingSignIn.peek()?.(signedIn)
  pendingSignIn.value = undefined
  signingIn = undefined
}

/** After the dialog was closed, it is shown again only for what the user does, not for polling. */
function isDeclined(): boolean {
  if (declinedAt === undefined) return false
  return Date.now() - declinedAt < ACTIVATION_MS || !navigator.userActivation.isActive
}

/** Loads the session. From then on, a session that ends is renewed by a sign-in over the page. */
export async function loadSession(): Promise<void> {
  onSignInRequired(() => {
    // Before the first sign-in the whole page is the sign-in.
    if (current.peek()?.signedIn !== true || isDeclined()) return Promise.resolve(false)
    signingIn ??= new Promise((resolve) => {
      pendingSignIn.value = resolve
    })
    return signingIn
  })
  current.value = await call('getSession')
}

/**
 * Ends this session, or the sessions of everybody, and shows the sign-in.
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
