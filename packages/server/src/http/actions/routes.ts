import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { DeniedError } from '../../decisions/denied-error.ts'
import { begunRequest } from '../begun.ts'
import { readJsonObjects } from '../bodies.ts'
import type { BodyBudget } from '../body-budget.ts'
import { answerErrors } from '../errors.ts'
import type { Params } from '../params.ts'
import type { ActionEndpoint } from './endpoint.ts'

/** The largest document (16 MB) and the rest of the body. */
const BODY_LIMIT_BYTES = 20 * 1024 * 1024

/** Of the answers. */
export const JSON_TYPE = 'application/json; charset=utf-8'

export interface ActionRoutesOptions {
  readonly endpoint: ActionEndpoint
  /** Refuses strangers before a large body is read, where the headers name the caller. */
  readonly admit?: (request: FastifyRequest) => Promise<boolean>
  /** Shared by all routes of a server. */
  readonly budget: BodyBudget
}

/**
 * Dialects A and B: one POST endpoint with the `action` in a JSON body. Answers `{ ...result, requestId }` or
 * `{ code, message, requestId }`, always with HTTP 200: with any other status the SDKs lose the code.
 */
export async function actionRoutes(app: FastifyInstance, routes: ActionRoutesOptions): Promise<void> {
  const { endpoint, budget, admit } = routes
  readJsonObjects(app, { limitBytes: BODY_LIMIT_BYTES, budget, ...(admit && { admit }) })
  answerErrors(app, ({ code, message }, request, reply) =>
    reply.code(200).send({ code, message, requestId: request.id }),
  )
  app.post(endpoint.path, async (request, reply) => {
    const { id, ip, raw, query } = request
    const denied = (errors: readonly DeniedError[]) => app.denials.record(id, errors, ip)
    const begun = begunRequest(raw)
    if (begun !== undefined) denied(begun.denied)
    const params = query as Params
    const call = {
      id,
      request: raw,
      response: reply.raw,
      envInUrl: params.env,
      query: () => params,
      clientAddress: () => ip,
      denied,
    }
    const text = begun?.outcome() ?? (await endpoint.answer(call, request.body as Params | undefined))
    return reply.type(JSON_TYPE).send(text)
  })
}
