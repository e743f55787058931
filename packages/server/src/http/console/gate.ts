import { type Operation, scopeOf } from '@cloudstead/admin-api'
import { CloudsteadError, requireScope } from '@cloudstead/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Operator } from '../../auth/console/operator.ts'
import { bearerToken } from '../callers.ts'
import { refuseForeignPages } from './csrf.ts'
import type { SessionCookie } from './session-cookie.ts'

export interface GateOptions {
  readonly access: {
    operatorOfApiKey(apiKey: string): Promise<Operator>
    operatorOfSession(token: string): Promise<Operator | undefined>
  }
  readonly cookie: SessionCookie
  /** Scheme and host of the configured public URL. */
  readonly publicOrigin: string | undefined
}

/** Authenticates requests to the admin API, before their bodies are read. */
export interface Gate {
  readonly cookieName: string
  /**
   * @returns undefined when nobody is signed in, which only `open` operations allow
   * @throws CloudsteadError `CONSOLE_SIGN_IN_REQUIRED`, `CONSOLE_REQUEST_REFUSED`, `INVALID_CREDENTIALS`, `ACTION_FORBIDDEN`
   */
  enter(request: FastifyRequest, id: string, operation: Operation): Promise<Operator | undefined>
  setSession(reply: FastifyReply, token: string | undefined): void
}

export function createGate({ access, cookie, publicOrigin }: GateOptions): Gate {
  return {
    cookieName: cookie.name,
    async enter(request, id, operation) {
      const operator = await identify(request, operation)
      const scope = scopeOf(id)
      if (operator !== undefined && scope !== undefined) requireScope(operator.caller, scope)
      return operator
    },
    setSession: (reply, token) => cookie.write(reply, token),
  }

  async function identify(request: FastifyRequest, operation: Operation): Promise<Operator | undefined> {
    // For scripts. Browsers never send this header by themselves, so it needs no check for foreign pages.
    const apiKey = bearerToken(request)
    if (apiKey !== undefined) return access.operatorOfApiKey(apiKey)
    let operator: Operator | undefined
    for (const token of cookie.read(request)) operator ??= await access.operatorOfSession(token)
    if (operator === undefined && operation.open !== true) throw new CloudsteadError('CONSOLE_SIGN_IN_REQUIRED')
    refuseForeignPages(request, publicOrigin)
    return operator
  }
}
