import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import { readJsonObjects } from '../bodies.ts'
import type { BodyBudget } from '../body-budget.ts'
import type { CallerOf } from '../callers.ts'
import { answerErrors } from '../errors.ts'
import type { OriginOf } from '../origin.ts'
import type { Params } from '../params.ts'
import type { ActionTable } from './table.ts'

/** Room for the largest document (16 MB) and what surrounds it. */
const BODY_LIMIT_BYTES = 20 * 1024 * 1024

/** Characters of a wrong value that a message repeats. */
const MAX_SHOWN = 100

export interface ActionRoutesOptions {
  /** `/web` or `/admin`. */
  readonly path: string
  readonly env: string
  /** Where the dialect says which environment it means, beside the query: `env` or `envName`. */
  readonly envParam: 'env' | 'envName'
  readonly actions: ActionTable
  readonly callerOf: CallerOf
  readonly originOf: OriginOf
  /** Shared by the surfaces of one server. */
  readonly budget: BodyBudget
}

/**
 * The edge of dialects A and B: one POST endpoint, `action` in a JSON body, always HTTP 200 (the SDKs lose the code of
 * any other status), `{ ...result, requestId }` or `{ code, message, requestId }`.
 */
export async function actionRoutes(app: FastifyInstance, routes: ActionRoutesOptions): Promise<void> {
  routes.budget.guard(app, BODY_LIMIT_BYTES)
  readJsonObjects(app, BODY_LIMIT_BYTES)
  answerErrors(app, ({ code, message }, request, reply) =>
    reply.code(200).send({ code, message, requestId: request.id }),
  )
  app.post(routes.path, async (request, reply) => {
    const params = request.body as Params | undefined
    if (params === undefined) throw new CloudsteadError('INVALID_PARAM', 'the body is not valid JSON')
    checkEnv(routes, request.query, params)
    const caller = await routes.callerOf(request, params)
    const { action } = params
    if (typeof action !== 'string' || !Object.hasOwn(routes.actions, action)) {
      throw new CloudsteadError('INVALID_ACTION', `the action ${shown(action)} is not supported`)
    }
    const result = await routes.actions[action]?.(caller, params, {
      origin: routes.originOf(request),
      denied: (errors) => app.denials.record(request.id, errors),
    })
    return reply.send({ ...result, requestId: request.id })
  })
}

function checkEnv(routes: ActionRoutesOptions, query: unknown, params: Readonly<Record<string, unknown>>): void {
  const inQuery = (query as Record<string, unknown>).env
  const named = [inQuery, params[routes.envParam]].filter((env) => env !== undefined && env !== '')
  if (named.length === 0) throw new CloudsteadError('INVALID_ENV', 'the request names no environment')
  const foreign = named.find((env) => env !== routes.env)
  if (foreign !== undefined) {
    throw new CloudsteadError('INVALID_ENV', `this server serves ${routes.env}, not ${shown(foreign)}`)
  }
}

/**
 * What came instead of what was expected, short enough for a message and for the log. Of what is no text only the type:
 * it may nest so deep that writing it out fails.
 */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN)) : `of type ${typeof value}`
}
