import { CloudsteadError, requireScope, type Scope } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallTokens } from '../../functions/call-token.ts'
import { readJsonObjects } from '../bodies.ts'
import type { BodyBudget } from '../body-budget.ts'
import { type CallerOf, isKnown } from '../callers.ts'
import { answerErrors } from '../errors.ts'
import type { LargeAnswers } from '../large-answers.ts'
import type { OriginOf } from '../origin.ts'
import type { Params } from '../params.ts'
import { strictlySpelled } from './spelling.ts'
import type { ActionTable } from './table.ts'
import { loggedWithin } from './within-call.ts'

/** The largest document (16 MB) and the rest of the body. */
const BODY_LIMIT_BYTES = 20 * 1024 * 1024

/** Characters of an invalid value that a message quotes. */
const MAX_SHOWN = 100

export interface ActionRoutesOptions {
  /** `/web` or `/admin`. */
  readonly path: string
  readonly env: string
  /** The member of the body that names the environment; the query parameter `env` may name it too. */
  readonly envParam: 'env' | 'envName'
  /** Refuses a request that names no environment. Keys of administrators name theirs: node-sdk 2 sends none after `init()`. */
  readonly envRequired: boolean
  readonly actions: ActionTable
  readonly callerOf: CallerOf
  /** Refuses strangers before a large body is read, where the headers name the caller. */
  readonly admit?: (request: FastifyRequest) => Promise<boolean>
  readonly originOf: OriginOf
  /** Opens the tokens by which functions say which of their calls a request belongs to. */
  readonly callTokens?: Pick<CallTokens, 'open'>
  /** Shared by all routes of a server. */
  readonly budget: BodyBudget
  readonly answers: LargeAnswers
}

/**
 * Dialects A and B: one POST endpoint with the `action` in a JSON body. Answers `{ ...result, requestId }` or
 * `{ code, message, requestId }`, always with HTTP 200: with any other status the SDKs lose the code.
 */
export async function actionRoutes(app: FastifyInstance, routes: ActionRoutesOptions): Promise<void> {
  const { budget, admit } = routes
  const actions = new Map(
    Object.entries(routes.actions).map(([name, run]) => [name, { run, scope: scopeOfAction(name) }]),
  )
  readJsonObjects(app, { limitBytes: BODY_LIMIT_BYTES, budget, ...(admit && { admit }) })
  answerErrors(app, ({ code, message }, request, reply) =>
    reply.code(200).send({ code, message, requestId: request.id }),
  )
  app.post(routes.path, async (request, reply) => {
    const body = request.body as Params | undefined
    if (body === undefined) throw new CloudsteadError('INVALID_PARAM', 'the body is not valid JSON')
    const params = strictlySpelled(body)
    checkEnv(routes, request.query, params)
    const caller = await routes.callerOf(request, params)
    const action = typeof params.action === 'string' ? actions.get(params.action) : undefined
    if (action === undefined) {
      throw new CloudsteadError('INVALID_ACTION', `the action ${shown(params.action)} is not supported`)
    }
    requireScope(caller, action.scope)
    const call = routes.callTokens?.open(params.tcb_sessionToken)
    const result = await loggedWithin(call, request, params.action, () =>
      action.run(caller, params, {
        // Whoever called the function reaches the server there, and not at the address that the function uses.
        origin: call?.origin ?? routes.originOf(request),
        denied: (errors) => app.denials.record(request.id, errors, request.ip),
        room: routes.answers.roomFor(reply, isKnown(caller)),
        requestId: request.id,
        sourceIp: request.ip,
        query: request.query as Params,
        within: call && (params.tcb_sessionToken as string),
      }),
    )
    return reply.send({ ...result, requestId: request.id })
  })
}

/** Actions that change nothing. Any other needs the scope to write. */
const READING: ReadonlySet<string> = new Set([
  'storage.batchGetDownloadUrl',
  'database.getDocument',
  'database.calculateDocument',
  'database.queryDocument',
  'database.countDocument',
  'auth.getUserInfoForAdmin',
])

/** The scope that an API key needs for an action. */
function scopeOfAction(action: string): Scope {
  const [name] = action.split('.')
  const area = name === 'storage' || name === 'database' || name === 'functions' ? name : 'users'
  return `${area}:${READING.has(action) ? 'read' : 'write'}`
}

function checkEnv(routes: ActionRoutesOptions, query: unknown, params: Readonly<Record<string, unknown>>): void {
  const inQuery = (query as Record<string, unknown>).env
  const named = [inQuery, params[routes.envParam]].filter((env) => env !== undefined && env !== '')
  if (named.length === 0 && routes.envRequired)
    throw new CloudsteadError('INVALID_ENV', 'the request names no environment')
  const foreign = named.find((env) => env !== routes.env)
  if (foreign !== undefined) {
    throw new CloudsteadError('INVALID_ENV', `this server serves ${routes.env}, not ${shown(foreign)}`)
  }
}

/** Describes an invalid value for a message. Only the type for non-strings: they can nest so deep that encoding them fails. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN)) : `of type ${typeof value}`
}
