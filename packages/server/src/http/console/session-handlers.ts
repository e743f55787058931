import type { Session } from '@cloudstead/admin-api'
import { CloudsteadError } from '@cloudstead/protocol'
import type { ConsoleAccess, Credential } from '../../auth/console/access.ts'
import { TooManyAttempts } from '../../auth/console/attempts.ts'
import type { Operator } from '../../auth/console/operator.ts'
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
    // A script has no session that could end.
    if (operator?.session === undefined) return about
    const { by, name, session } = operator
    return { ...about, operator: { by, name, since: session.since, expiresAt: session.expiresAt } }
  }
  return {
    getSession: (_input, { operator }) => sessionOf(operator),
    async signIn({ body }, request) {
      const { token, operator } = await counted(request, () =>
        access.signIn(credentialOf(body), request.peer, request.operator),
      )
      request.setSession(token)
      return sessionOf(operator)
    },
    async signOut({ query }, request) {
      const operator = signedIn(request)
      if (query.everywhere === true) await access.signOutEverybody()
      else await access.signOut(operator)
      if (operator.session !== undefined) request.setSession(undefined)
      return { done: true }
    },
    async setPassword({ body }, request) {
      await counted(request, () => access.setPassword(signedIn(request), body.current, body.password, request.peer))
      return { done: true }
    },
  }
}

function credentialOf({ link, secret }: { readonly link?: string; readonly secret?: string }): Credential {
  if (link !== undefined && secret === undefined) return { link }
  if (secret !== undefined && link === undefined) return { secret }
  throw new CloudsteadError('INVALID_PARAM', 'give one of the two: link or secret')
}

function signedIn({ operator }: EdgeRequest): Operator {
  if (operator === undefined) throw new CloudsteadError('CONSOLE_SIGN_IN_REQUIRED')
  return operator
}

async function counted<T>(request: EdgeRequest, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (error) {
    if (error instanceof TooManyAttempts) request.retryAfter(error.seconds)
    throw error
  }
}
