import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Auth, type Login, LoginError, type User } from '../../auth/index.ts'
import { readJsonObjects } from '../bodies.ts'
import { userOfToken } from '../callers.ts'
import { answerErrors } from '../errors.ts'
import { filledString, invalid, object, optionalFilledString, type Params } from '../params.ts'
import { loginErrorAnswer, notOffered } from './errors.ts'

/** Bytes of a body. Login calls have some hundred bytes, or up to 8 KiB with a ticket. */
const BODY_LIMIT = 64 * 1024

/** Client SDKs generate 32 hex digits and accept 16 to 48 characters. */
const DEVICE_ID = /^[A-Za-z0-9_-]{16,64}$/

/** Characters of a nickname. WeChat's have up to 16, those of other apps a few more. */
const MAX_NICKNAME_LENGTH = 64

/** The name by which clients recognize an anonymous user. */
const ANONYMOUS_NAME = 'anonymous'

/** Characters of a request id, long enough for the ids that clients generate. The id is stored with the session. */
const MAX_REQUEST_ID_LENGTH = 128

/**
 * The login routes. Register them with the prefix `/auth`.
 *
 * Bodies are JSON whatever their Content-Type, because clients send `text/plain` or none. Successful answers are plain
 * objects; errors are `{error, error_code, error_description, error_uri, details}`.
 *
 * @example await app.register(authRoutes, { prefix: '/auth', auth })
 */
export async function authRoutes(app: FastifyInstance, { auth }: { readonly auth: Auth }): Promise<void> {
  readJsonObjects(app, { limitBytes: BODY_LIMIT })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    checkMethodOverride(request)
    checkClientId(request.query, auth.env)
  })
  answerErrors(app, sendError)
  app.setNotFoundHandler((request, reply) => sendError(notOffered(request.method, pathOf(request)), request, reply))

  app.post('/v1/signin/anonymously', async (request) => tokenAnswer(await auth.signInAnonymously(deviceIdOf(request))))

  app.post('/v1/signin/custom', async (request) => {
    const body = bodyOf(request)
    const provider = optionalFilledString(body, 'provider_id')
    if (provider !== undefined && provider !== 'custom') throw invalid('provider_id must be custom')
    return tokenAnswer(await auth.signInCustom(filledString(body, 'ticket')))
  })

  app.post('/v1/provider/token', async (request) => {
    const body = bodyOf(request)
    checkCodeType(body)
    const { token, expiresIn } = await auth.providerToken(
      filledString(body, 'provider_id'),
      filledString(body, 'provider_code'),
    )
    return { provider_token: token, expires_in: expiresIn }
  })

  app.post('/v1/signin/with/provider', async (request) => {
    const body = bodyOf(request)
    optionalFilledString(body, 'provider_id')
    return tokenAnswer(await auth.signInWithProvider(filledString(body, 'provider_token')))
  })

  app.post('/v1/token', async (request) => {
    const body = bodyOf(request)
    checkClientId(body, auth.env)
    if (filledString(body, 'grant_type') !== 'refresh_token') throw invalid('grant_type must be refresh_token')
    return tokenAnswer(await auth.refresh(filledString(body, 'refresh_token'), requestIdOf(request)))
  })

  app.post('/v1/revoke', async (request) => {
    await auth.revoke(filledString(bodyOf(request), 'token'))
    return {}
  })

  app.post('/v1/user/signout', async (request) => {
    const { token } = await userOfToken(auth, request)
    await auth.revoke(token)
    return {}
  })

  for (const version of ['v1', 'v2']) {
    app.get(`/${version}/user/me`, async (request) => userAnswer(await userRecordOf(auth, request)))
  }

  app.post('/v1/user/basic/edit', async (request) => {
    const { caller } = await userOfToken(auth, request)
    await auth.setNickname(caller.uid, nicknameOf(bodyOf(request)))
    return {}
  })

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

function sendError(error: CloudsteadError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body } = loginErrorAnswer(error, pathOf(request))
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

/** Clients recognize an anonymous user by `name: 'anonymous'`, so no other user has this name. */
function userAnswer(user: User) {
  const createdAt = new Date(user.createdAt).toISOString()
  return {
    sub: user.uid,
    ...nameAnswer(user),
    groups: [],
    providers: providersOf(user),
    loginType: user.loginType,
    created_at: createdAt,
    updated_at: createdAt,
    hasPassword: false,
  }
}

function nameAnswer({ loginType, nickname }: User): { readonly name?: string } {
  if (loginType === 'ANONYMOUS') return { name: ANONYMOUS_NAME }
  return nickname === undefined ? {} : { name: nickname }
}

/** The one member of a user that can be changed. */
function nicknameOf(body: Params): string {
  const other = Object.keys(body).find((name) => name !== 'nickname' && body[name] !== undefined)
  if (other !== undefined) {
    throw new LoginError(
      'unimplemented',
      `${other} of a user cannot be changed on this server, only nickname; leave it out`,
    )
  }
  const nickname = filledString(body, 'nickname')
  if (nickname.length > MAX_NICKNAME_LENGTH || nickname === ANONYMOUS_NAME || /\p{Cc}/u.test(nickname)) {
    throw invalid(
      `nickname must have at most ${MAX_NICKNAME_LENGTH} characters, no line breaks, and not be ${ANONYMOUS_NAME}`,
    )
  }
  return nickname
}

/** The id of the WeChat provider is the appid, by which newer clients find the openid. */
function providersOf({ wechat, customUserId }: User): { id: string; provider_user_id: string; name: string }[] {
  return [
    ...(wechat === undefined ? [] : [{ id: wechat.appid, provider_user_id: wechat.openid, name: 'wechat' }]),
    ...(customUserId === undefined ? [] : [{ id: 'custom', provider_user_id: customUserId, name: 'custom' }]),
  ]
}

async function userRecordOf(auth: Auth, request: FastifyRequest): Promise<User> {
  const { caller } = await userOfToken(auth, request)
  const user = await auth.user(caller.uid)
  if (user === undefined) throw new CloudsteadError('INVALID_ACCESS_TOKEN', 'The user no longer exists.')
  return user
}

/** An absent body counts as an empty object. */
function bodyOf(request: FastifyRequest): Params {
  return (request.body ?? {}) as Params
}

/** Refuses WeChat phone number codes, which need another interface of WeChat. */
function checkCodeType(body: Params): void {
  const { provider_params: params } = body
  if (params === undefined) return
  const type = optionalFilledString(object(params, 'provider_params'), 'provider_code_type')
  if (type !== undefined && type !== 'open_id' && type !== 'union_id') {
    throw invalid(
      'provider_params.provider_code_type must be open_id or union_id; login by phone number is not supported',
    )
  }
}

function checkClientId(holder: unknown, env: string): void {
  const id = (holder as Params).client_id
  if (id !== undefined && id !== env) {
    const shown = typeof id === 'string' ? id : `of type ${typeof id}`
    throw new CloudsteadError(
      'INVALID_ENV',
      `client_id is ${shown.slice(0, 100)}, but this server serves the environment ${env}`,
    )
  }
}

/** Mini Programs cannot send PATCH and use this header instead. No route here has the method PATCH. */
function checkMethodOverride(request: FastifyRequest): void {
  const override = request.headers['x-http-method-override']
  if (override === undefined || request.method !== 'POST') return
  const method = String(override).toUpperCase()
  if (method === 'PATCH') throw notOffered(method, pathOf(request))
  if (method !== 'POST') throw invalid('X-HTTP-Method-Override must be PATCH')
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
