/** Authentication: reads the credentials of a request and gets the caller from the auth service. */
import type { IncomingMessage } from 'node:http'
import { type Caller, CloudsteadError, NOBODY, type UserCaller } from '@cloudstead/protocol'
import type { FastifyRequest } from 'fastify'
import type { Auth } from '../auth/index.ts'
import type { Sender } from '../auth/loopback.ts'
import type { Params } from './params.ts'

/** Gets the caller of a request, given its decoded parameters. */
export type CallerOf = (request: IncomingMessage, params: Params) => Promise<Caller>

const BEARER = /^bearer +(\S+)$/i

/** The token of the header `Authorization: Bearer`; undefined without the header. */
export function bearerToken({ headers }: FastifyRequest): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1]
}

/** Dialect A: the token is in the body. Without a token the caller is nobody; an invalid token is an error. */
export function callerOfBody(auth: Pick<Auth, 'callerOfToken'>): CallerOf {
  return async (_request, { access_token: token }) => {
    if (token === undefined || token === null || token === '') return NOBODY
    if (typeof token !== 'string') throw new CloudsteadError('INVALID_PARAM', 'access_token must be a string')
    return auth.callerOfToken(token)
  }
}

/** Dialect C: the token is in the header. Without a token the caller is nobody; an invalid token is an error. */
export async function callerOfBearer(
  auth: Pick<Auth, 'callerOfToken'>,
  { headers }: Pick<FastifyRequest, 'headers'>,
): Promise<Caller> {
  const { authorization } = headers
  if (authorization === undefined || /^(?:bearer)? *$/i.test(authorization)) return NOBODY
  const [, token] = BEARER.exec(authorization) ?? []
  if (token === undefined) {
    throw new CloudsteadError('INVALID_ACCESS_TOKEN', 'The header Authorization must be Bearer <access_token>.')
  }
  return auth.callerOfToken(token)
}

/** Dialect C, before the body is read: refuses a request without a valid token. */
export function admitUser(auth: Pick<Auth, 'callerOfToken'>): (request: FastifyRequest) => Promise<boolean> {
  return async (request) => {
    const caller = await callerOfBearer(auth, request)
    if (caller.kind === 'nobody') throw new CloudsteadError('CHECK_LOGIN_FAILED')
    return isKnown(caller)
  }
}

/** Dialect B: administrators, with an API key or a signature over the request. */
export function callerOfHeaders(auth: Pick<Auth, 'administratorOf'>): CallerOf {
  return (request, params) =>
    auth.administratorOf({ method: request.method ?? '', url: request.url ?? '', params, ...senderOf(request) })
}

/** Dialect B, before the body is read: refuses a request whose header names no key of this environment. */
export function admitAdministrator(
  auth: Pick<Auth, 'admitAdministrator'>,
): (request: FastifyRequest) => Promise<boolean> {
  return async ({ raw }) => {
    await auth.admitAdministrator(senderOf(raw))
    return true
  }
}

/** Where a request comes from. */
export function senderOf({ headers, socket }: IncomingMessage): Sender {
  return { headers, remoteAddress: socket.remoteAddress }
}

/** The user of the access token. @throws CloudsteadError also for an API key, which is not a user */
export async function userOfToken(
  auth: Pick<Auth, 'callerOfToken'>,
  request: FastifyRequest,
): Promise<{ readonly token: string; readonly caller: UserCaller }> {
  const token = bearerToken(request)
  if (token === undefined) {
    throw new CloudsteadError('CHECK_LOGIN_FAILED', 'Send the header Authorization: Bearer <access_token>.')
  }
  const caller = await auth.callerOfToken(token)
  if (caller.kind !== 'user') throw new CloudsteadError('ACTION_FORBIDDEN', 'An API key is not a user.')
  return { token, caller }
}

/** Whether a caller is somebody in particular. Anybody can become a new anonymous user at any time. */
export function isKnown(caller: Caller): boolean {
  return caller.kind === 'admin' || (caller.kind === 'user' && caller.loginType !== 'ANONYMOUS')
}
