/** Who asks: reads the credentials of a request and has them verified. Every surface takes its caller from here. */
import { type Caller, CloudsteadError, NOBODY, type UserCaller } from '@cloudstead/protocol'
import type { FastifyRequest } from 'fastify'
import type { Auth } from '../auth/index.ts'
import type { Params } from './params.ts'

/** The caller of a request with decoded parameters. */
export type CallerOf = (request: FastifyRequest, params: Params) => Promise<Caller>

const BEARER = /^bearer +(\S+)$/i

/** The token of the header `Authorization: Bearer`; undefined when there is none. */
export function bearerToken({ headers }: FastifyRequest): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1]
}

/** Dialect A carries the token in the body. No token is nobody; a bad one is an error, never nobody. */
export function callerOfBody(auth: Pick<Auth, 'callerOfToken'>): CallerOf {
  return async (_request, { access_token: token }) => {
    if (token === undefined || token === null || token === '') return NOBODY
    if (typeof token !== 'string') throw new CloudsteadError('INVALID_PARAM', 'access_token must be a string')
    return auth.callerOfToken(token)
  }
}

/** Dialect B: administrators, by an api key or a signature over the request. */
export function callerOfHeaders(auth: Pick<Auth, 'administratorOf'>): CallerOf {
  return ({ raw }, params) =>
    auth.administratorOf({ method: raw.method ?? '', url: raw.url ?? '', headers: raw.headers, params })
}

/** The user who is logged in. @throws CloudsteadError also for an api key, which is no user */
export async function userOfToken(
  auth: Pick<Auth, 'callerOfToken'>,
  request: FastifyRequest,
): Promise<{ readonly token: string; readonly caller: UserCaller }> {
  const token = bearerToken(request)
  if (token === undefined) {
    throw new CloudsteadError('CHECK_LOGIN_FAILED', 'Send the header Authorization: Bearer <access_token>.')
  }
  const caller = await auth.callerOfToken(token)
  if (caller.kind !== 'user') throw new CloudsteadError('ACTION_FORBIDDEN', 'An api key is not a user.')
  return { token, caller }
}
