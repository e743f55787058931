import { CloudsteadError, requireScope } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Auth } from '../../auth/index.ts'
import { type FunctionRunner, MAX_EVENT_BYTES } from '../../functions/call.ts'
import { checkQualifier } from '../actions/functions.ts'
import { leaveBodies } from '../bodies.ts'
import type { BodyBudget } from '../body-budget.ts'
import { callerOfBearer, isKnown } from '../callers.ts'
import { answerUploadErrors } from '../file-body.ts'
import { httpCodeOf } from '../functions/http-codes.ts'
import type { OriginOf } from '../origin.ts'
import { invalid, type Params } from '../params.ts'
import { readBody } from '../read-body.ts'

export interface FunctionRoutesOptions {
  readonly auth: Pick<Auth, 'callerOfToken'>
  readonly runner: FunctionRunner
  readonly originOf: OriginOf
  /** Shared by all routes of a server. */
  readonly budget: BodyBudget
}

/** `callFunction` of dialect C: the body is the data, a JSON object, and the answer is the result itself, as JSON. */
export async function functionRoutes(app: FastifyInstance, options: FunctionRoutesOptions): Promise<void> {
  const { auth, runner, originOf, budget } = options
  leaveBodies(app)
  answerUploadErrors(app, (error, request, reply) => {
    const { code, status } = httpCodeOf(error)
    return reply.code(status).send({ code, message: error.message, requestId: request.id })
  })

  app.route({
    method: ['POST', 'GET', 'HEAD'],
    // SDKs do not encode names in URLs.
    url: '/functions/*',
    handler: async (request, reply) => {
      const caller = await callerOfBearer(auth, request)
      requireScope(caller, 'functions:write')
      refuseWebFunctions(request)
      checkQualifier(request.headers['x-qualifier'])
      const { bytes, hold } = await readBody(request.raw, {
        limitBytes: MAX_EVENT_BYTES,
        budget,
        known: isKnown(caller),
      })
      try {
        const { result } = await runner.invoke({
          name: (request.params as Readonly<Record<string, string>>)['*'] ?? '',
          event: request.method === 'POST' ? eventOfBody(bytes) : eventOfQuery(request.query as Params),
          caller,
          trigger: 'sdk',
          requestId: request.id,
          sourceIp: request.ip,
          origin: originOf(request),
        })
        return reply.type('application/json; charset=utf-8').send(result)
      } finally {
        hold?.release()
      }
    },
  })

  // Before the body is read, which can be anything.
  app.all('/cloudrun/*', { onRequest: refuseContainers }, refuseContainers)
}

async function refuseContainers(): Promise<never> {
  throw new CloudsteadError(
    'UNIMPLEMENTED',
    'This server runs no containers (callContainer, type cloudrun). Call a cloud function, or your own server at its address.',
  )
}

/** The data of a call, which nobody but the function parses; empty for none. */
function eventOfBody(bytes: Buffer): string {
  const text = bytes.toString().trim()
  if (text !== '' && !text.startsWith('{')) throw invalid('the body must be a JSON object')
  return text
}

function eventOfQuery({ env: _, webfn: __, ...data }: Params): string {
  const members = Object.entries(data).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value])
  return members.length === 0 ? '' : JSON.stringify(Object.fromEntries(members))
}

/** @throws CloudsteadError UNIMPLEMENTED for a call of a web function */
function refuseWebFunctions({ headers, query }: FastifyRequest): void {
  if (headers['x-tcb-webfn'] !== 'true' && (query as Params).webfn !== 'true') return
  throw new CloudsteadError(
    'UNIMPLEMENTED',
    'This server has no web functions. Export a handler from the function, and give it a route below /fn for plain HTTP.',
  )
}
