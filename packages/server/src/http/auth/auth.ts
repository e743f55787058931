import { CloudsteadError, type UserCaller } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Auth, Login, User } from '../../auth/index.ts'
import { type JsonBody, readJsonObjects } from '../json-body.ts'
import { loginErrorAnswer, notOffered } from './auth-errors.ts'

/** A login call is some hundred bytes; a ticket, the largest thing in one, has at most 8 KiB. */
const BODY_LIMIT = 64 * 1024

/** Client SDKs make 32 hex digits up and accept 16 to 48 characters. */
const DEVICE_ID = /^[A-Za-z0-9_-]{16,64}$/

/** Long enough for any id that a client makes up; the id is kept with the session. */
const MAX_REQUEST_ID_LENGTH = 128

/**
 * The login surface, to be registered under the prefix `/auth`.
 *
 * Bodies are JSON whatever their Content-Type says, because clients send `text/plain` or nothing. Answers of success are
 * plain objects, errors `{error, error_code, error_description, error_uri, details}`.
 *
 * @example await app.register(authRoutes(auth), { prefix: '/auth' })
 */
export function authRoutes(auth: Auth): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    readJsonObjects(app, BODY_LIMIT)
    app.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store')
      checkMethodOverride(request)
      checkClientId(request.query, auth.env)
    })
    app.setErrorHandler((error, request, reply) => sendError(error, request, reply))
    app.setNotFoundHandler((request, reply) => sendError(notOffered(request.method, pathOf(request)), request, reply))

    app.post('/v1/signin/anonymously', async (request) =>
      tokenAnswer(await auth.signInAnonymously(deviceIdOf(request))),
    )

    app.post('/v1/signin/custom', async (request) => {
      const body = bodyOf(request)
      const provider = optionalText(body, 'provider_id')
      if (provider !== undefined && provider !== 'custom') throw invalid('provider_id must be custom here')
      return tokenAnswer(await auth.signInCustom(text(body, 'ticket')))
    })

    app.post('/v1/provider/token', async (request) => {
      const body = bodyOf(request)
      checkCodeType(body)
      const { token, expiresIn } = await auth.providerToken(text(body, 'provider_id'), text(body, 'provider_code'))
      return { provider_token: token, expires_in: expiresIn }
    })

    app.post('/v1/signin/with/provider', async (request) => {
      const body = bodyOf(request)
      optionalText(body, 'provider_id')
      return tokenAnswer(await auth.signInWithProvider(text(body, 'provider_token')))
    })

    app.post('/v1/token', async (request) => {
      const body = bodyOf(request)
      checkClientId(body, auth.env)
      if (text(body, 'grant_type') !== 'refresh_token') throw invalid('grant_type must be refresh_token')
      return tokenAnswer(await auth.refresh(text(body, 'refresh_token'), requestIdOf(request)))
    })

    app.post('/v1/revoke', async (request) => {
      await auth.revoke(text(bodyOf(request), 'token'))
      return {}
    })

    app.post('/v1/user/signout', async (request) => {
      await userOf(auth, request)
      await auth.revoke(bearerOf(request))
      return {}
    })

    for (const version of ['v1', 'v2']) {
      app.get(`/${version}/user/me`, async (request) => userAnswer(await userRecordOf(auth, request)))
    }

    app.get('/v1/user/provider', async (request) => {
      const data = providersOf(await userRecordOf(auth, request)).map(({ id, name, provider_user_id }) => ({
        id,
        name,
        provider_user_name: provider_user_id,
        bind: true,
      }))
      return { total: data.length, data }
    })
  }
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = pathOf(request)
  const { status, body } = loginErrorAnswer(error, path)
  if (status >= 500 && !(error instanceof CloudsteadError))
    request.log.error({ reqId: request.id, err: error, path }, 'a login call failed')
  return reply.code(status).header('cache-control', 'no-store').send(body)
}

function tokenAnswer({ accessToken, refreshToken, expiresIn, scope, uid }: Login) {
  return {
    token_type: 'Bearer',
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: expiresIn,
    scope,
    sub: uid,
    groups: [],
  }
}

/** Clients take `name: 'anonymous'` for the mark of an anonymous user, so nobody else is given a name. */
function userAnswer(user: User) {
  const createdAt = new Date(user.createdAt).toISOString()
  return {
    sub: user.uid,
    ...(user.loginType === 'ANONYMOUS' ? { name: 'anonymous' } : {}),
    groups: [],
    providers: providersOf(user),
    loginType: user.loginType,
    created_at: createdAt,
    updated_at: createdAt,
    hasPassword: false,
  }
}

/** The id of the WeChat entry is the appid: by it the newer clients find the openid. */
function providersOf({ wechat, customUserId }: User): { id: string; provider_user_id: string; name: string }[] {
  return [
    ...(wechat === undefined ? [] : [{ id: wechat.appid, provider_user_id: wechat.openid, name: 'wechat' }]),
    ...(customUserId === undefined ? [] : [{ id: 'custom', provider_user_id: customUserId, name: 'custom' }]),
  ]
}

async function userOf(auth: Auth, request: FastifyRequest): Promise<UserCaller> {
  const caller = await auth.callerOfToken(bearerOf(request))
  if (caller.kind !== 'user') throw new CloudsteadError('ACTION_FORBIDDEN', 'An api key is no user.')
  return caller
}

async function userRecordOf(auth: Auth, request: FastifyRequest): Promise<User> {
  const { uid } = await userOf(auth, request)
  const user = await auth.user(uid)
  if (user === undefined) throw new CloudsteadError('INVALID_ACCESS_TOKEN', 'The user does not exist any more.')
  return user
}

function bearerOf(request: FastifyRequest): string {
  const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined)
    throw new CloudsteadError('CHECK_LOGIN_FAILED', 'Send the header Authorization: Bearer <access_token>.')
  return token
}

/** A request without any body has an empty one. */
function bodyOf(request: FastifyRequest): JsonBody {
  return (request.body ?? {}) as JsonBody
}

function text(body: JsonBody, field: string): string {
  const value = Object.hasOwn(body, field) ? body[field] : undefined
  if (typeof value !== 'string' || value === '') throw invalid(`${field} must be a non-empty string`)
  return value
}

function optionalText(body: JsonBody, field: string): string | undefined {
  return Object.hasOwn(body, field) ? text(body, field) : undefined
}

/** Of the three kinds of WeChat codes, that of a phone number is another interface of WeChat. */
function checkCodeType(body: JsonBody): void {
  const { provider_params: params } = body
  if (params === undefined) return
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw invalid('provider_params must be an object')
  }
  const type = optionalText(params as JsonBody, 'provider_code_type')
  if (type !== undefined && type !== 'open_id' && type !== 'union_id') {
    throw invalid(
      'provider_params.provider_code_type must be open_id or union_id; login by phone number is not offered',
    )
  }
}

function checkClientId(holder: unknown, env: string): void {
  const id = (holder as JsonBody).client_id
  if (id !== undefined && id !== env) {
    const shown = typeof id === 'string' ? id : `of type ${typeof id}`
    throw new CloudsteadError(
      'INVALID_ENV',
      `client_id is ${shown.slice(0, 100)}, but this server holds the environment ${env}`,
    )
  }
}

/** Mini programs have no PATCH and say so in a header; no path here answers to one. */
function checkMethodOverride(request: FastifyRequest): void {
  const override = request.headers['x-http-method-override']
  if (override === undefined || request.method !== 'POST') return
  const method = String(override).toUpperCase()
  if (method === 'PATCH') throw notOffered(method, pathOf(request))
  if (method !== 'POST') throw invalid('X-HTTP-Method-Override can only be PATCH')
}

function deviceIdOf(request: FastifyRequest): string | undefined {
  const id = request.headers['x-device-id']
  if (id === undefined) return undefined
  if (typeof id !== 'string' || !DEVICE_ID.test(id)) {
    throw invalid('the header x-device-id must have 16 to 64 letters, digits, - or _')
  }
  return id
}

function requestIdOf(request: FastifyRequest): string | undefined {
  const id = request.headers['x-request-id']
  return typeof id === 'string' && id !== '' && id.length <= MAX_REQUEST_ID_LENGTH ? id : undefined
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? ''
}

function invalid(message: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', message)
}
