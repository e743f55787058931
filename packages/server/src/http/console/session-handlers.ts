import type { Session } from '@cloudstead/admin-api'
import { CloudsteadError, type Text } from '@cloudstead/protocol'
import type { ConsoleAccess, Credential } from '../../auth/console/access.ts'
import type { Operator } from '../../auth/console/operator.ts'
import { TooManyAttemptsError, WrongCredentialError } from '../../auth/console/sign-in-error.ts'
import type { Mode } from '../../settings.ts'
import type { EdgeRequest, SessionHandlers } from './edge-request.ts'

export interface SessionHandlersOptions {
  readonly env: string
  readonly version: string
  readonly mode: Mode
  readonly access: ConsoleAccess
}

type SignInHandlers = Pick<SessionHandlers, 'getSession' | 'signIn' | 'signOut' | 'setPassword'>

/** Signing in and out. */
export function sessionHandlers({ env, version, mode, access }: SessionHandlersOptions): SignInHandlers {
  async function sessionOf(operator: Operator | undefined): Promise<Session> {
    const about = { signedIn: operator !== undefined, env, version, mode, passwordSet: await access.passwordSet() }
    // A script has no session.
    if (operator?.session === undefined) return about
    const { by, name, session } = operator
    return { ...about, operator: { by, name, since: session.since, expiresAt: session.expiresAt } }
  }
  return {
    getSession: (_input, { operator }) => sessionOf(operator),
    async signIn({ body }, request) {
      const signingIn = access.signIn(credentialOf(body), request.peer, request.operator)
      const { token, operator } = await attempted(request, signingIn)
      request.setSession(token)
      return sessionOf(operator)
    },
    async signOut({ query }, request) {
      const operator = signedIn(request)
      if (query.everywhere === true) await access.signOutEverybody(operator, request.peer)
      else await access.signOut(operator)
      if (operator.session !== undefined) request.setSession(undefined)
      return { done: true }
    },
    async setPassword({ body }, request) {
      const setting = access.setPassword(signedIn(request), body.current, body.password, request.peer)
      await attempted(request, setting, { en: 'The current password is not right.', zh: '当前密码不正确。' })
      return { done: true }
    },
  }
}

function credentialOf({ link, secret }: { readonly link?: string; readonly secret?: string }): Credential {
  if (link !== undefined && secret === undefined) return { link }
  if (secret !== undefined && link === undefined) return { secret }
  throw new CloudsteadError('INVALID_PARAM', {
    en: 'give one of the two: link or secret',
    zh: 'link 和 secret 只能给出一个',
  })
}

function signedIn({ operator }: EdgeRequest): Operator {
  if (operator === undefined) throw new CloudsteadError('CONSOLE_SIGN_IN_REQUIRED')
  return operator
}

/**
 * Waits for an attempt to prove a credential, and gives a refusal its code.
 *
 * @param message for a wrong credential; without it, the text of the code
 */
async function attempted<T>(request: EdgeRequest, attempt: Promise<T>, message?: Text): Promise<T> {
  try {
    return await attempt
  } catch (error) {
    if (error instanceof WrongCredentialError) {
      throw new CloudsteadError('CONSOLE_SIGN_IN_FAILED', message, { internal: error.message })
    }
    if (!(error instanceof TooManyAttemptsError)) throw error
    request.retryAfter(error.seconds)
    throw new CloudsteadError('CONSOLE_TOO_MANY_ATTEMPTS')
  }
}
