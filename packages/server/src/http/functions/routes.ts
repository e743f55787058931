import { type Caller, CloudsteadError, NOBODY, requireScope } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Auth } from '../../auth/index.ts'
import { type FunctionRunner, MAX_EVENT_BYTES } from '../../functions/call.ts'
import type { FunctionRoute } from '../../settings.ts'
import { leaveBodies, sentContentType } from '../bodies.ts'
import type { BodyBudget } from '../body-budget.ts'
import { callerOfBearer, isKnown } from '../callers.ts'
import { answerUploadErrors } from '../file-body.ts'
import type { OriginOf } from '../origin.ts'
import { readBody } from '../read-body.ts'
import { httpAnswer } from './answer.ts'
import { httpEvent } from './event.ts'
import { httpCodeOf } from './http-codes.ts'
import { routeOf } from './route-of.ts'

const PREFIX = '/fn'

export interface HttpAccessOptions {
  readonly env: string
  readonly auth: Pick<Auth, 'callerOfToken'>
  readonly runner: FunctionRunner
  /** The routes of the moment, the longest path first. */
  readonly routes: () => readonly FunctionRoute[]
  readonly originOf: OriginOf
  /** Shared by all routes of a server. */
  readonly budget: BodyBudget
}

/**
 * HTTP access to functions: plain requests below `/fn`, which become events, and results that become answers. What is no route
 * is not found. OPTIONS is answered by the server's own policy for other web sites.
 */
export async function httpAccess(app: FastifyInstance, options: HttpAccessOptions): Promise<void> {
  const { env, auth, runner, routes, originOf, budget } = options
  leaveBodies(app)
  answerUploadErrors(app, (error, request, reply) => {
    const { code, status } = httpCodeOf(error)
    return reply
      .code(status)
      .header('cache-control', 'no-store')
      .type('application/json; charset=utf-8')
      .send({ code, message: error.message, requestId: request.id })
  })

  async function resultOf(request: FastifyRequest): Promise<string> {
    const { pathname, query } = partsOf(request.raw.url ?? '')
    const routed = routeOf(pathname, routes())
    if (routed === undefined) throw noRoute()
    const { route, path } = routed
    const caller = route.auth ? await requiredCaller(auth, request) : await userOrNobody(auth, request)
    const { bytes, hold } = await readBody(request.raw, { limitBytes: MAX_EVENT_BYTES, budget, known: isKnown(caller) })
    try {
      const headers = { ...request.raw.headers, 'content-type': sentContentType(request) }
      const event = httpEvent({ path, method: request.method, query, headers, body: bytes, requestId: request.id, env })
      const { result } = await runner.invoke({
        name: route.function,
        event,
        caller,
        trigger: 'http',
        requestId: request.id,
        sourceIp: request.ip,
        origin: originOf(request),
      })
      return result
    } finally {
      hold?.release()
    }
  }

  async function answer(request: FastifyRequest, reply: FastifyReply) {
    const { status, headers, body } = httpAnswer(await resultOf(request))
    return reply.code(status).headers(headers).send(body)
  }
  for (const url of [PREFIX, `${PREFIX}/*`]) app.all(url, answer)
}

function partsOf(url: string): { readonly pathname: string; readonly query: string } {
  const question = url.indexOf('?')
  const path = question < 0 ? url : url.slice(0, question)
  // The router takes other spellings of the prefix, too.
  if (!path.startsWith(PREFIX)) throw noRoute()
  return { pathname: path.slice(PREFIX.length), query: question < 0 ? '' : url.slice(question + 1) }
}

/** The holder of the token, which must be valid. */
async function requiredCaller(auth: Pick<Auth, 'callerOfToken'>, request: FastifyRequest): Promise<Caller> {
  const caller = await callerOfBearer(auth, request)
  if (caller.kind === 'nobody') throw new CloudsteadError('CHECK_LOGIN_FAILED')
  requireScope(caller, 'functions:write')
  return caller
}

/** The user of the token; nobody where there is none, or where the header is meant for the function. */
async function userOrNobody(auth: Pick<Auth, 'callerOfToken'>, request: FastifyRequest): Promise<Caller> {
  try {
    const caller = await callerOfBearer(auth, request)
    return caller.kind === 'user' ? caller : NOBODY
  } catch (error) {
    if (error instanceof CloudsteadError && error.status === 401) return NOBODY
    throw error
  }
}

function noRoute(): CloudsteadError {
  return new CloudsteadError('NOT_FOUND', {
    en: 'No function has this route. Routes are in functions.http of the configuration, or in gateway.routes of cloudbaserc.json.',
    zh: '没有云函数使用该路由。路由在配置文件的 functions.http 或 cloudbaserc.json 的 gateway.routes 中设置。',
  })
}
