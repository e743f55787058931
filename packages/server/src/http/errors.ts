import { CloudsteadError, toCloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DeniedError } from '../decisions/denied-error.ts'
import type { Denials } from '../observe/denials.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Where requests that the rules denied are kept; the same for all scopes of a server. */
    readonly denials: Pick<Denials, 'record'>
  }
  interface FastifyRequest {
    /** Whether a failure of this request was logged. In some dialects its status does not tell. */
    failed: boolean
  }
}

/** Gives a server what the functions below need. Called once, before its routes are made. */
export function keepDenials(app: FastifyInstance, denials: Pick<Denials, 'record'>): void {
  app.decorate('denials', denials)
  app.decorateRequest('failed', false)
}

/** Answers an error in the way of one dialect. */
export type EncodeError = (error: CloudsteadError, request: FastifyRequest, reply: FastifyReply) => unknown

/** Makes the routes of this scope log what is thrown and answer it with `encode`. */
export function answerErrors(app: FastifyInstance, encode: EncodeError): void {
  app.setErrorHandler((thrown, request, reply) => encode(failureOf(thrown, request), request, reply))
}

/** What to tell the client of something that was thrown, after it was logged. */
export function failureOf(thrown: unknown, request: FastifyRequest): CloudsteadError {
  const error = toCloudsteadError(fromFramework(thrown))
  logFailure(request, error)
  return error
}

/**
 * One log line for a request that failed. The client saw the code only; the operator finds the reason here under the
 * request id. A denial by the rules is also kept.
 */
function logFailure(request: FastifyRequest, error: CloudsteadError): void {
  if (error instanceof DeniedError) {
    request.server.denials.record(request.id, [error])
    return
  }
  request.failed = true
  const line = { reqId: request.id, code: error.code, reason: error.internal ?? error.message }
  if (error.code === 'SYS_ERR') request.log.error({ ...line, err: error.cause }, 'request failed')
  else request.log.info(line, 'request refused')
}

/** The framework's own errors (a body over the limit, a broken request) as errors of our table. */
function fromFramework(thrown: unknown): unknown {
  const code = (thrown as { code?: unknown } | null)?.code
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new CloudsteadError('EXCEED_REQUEST_SIZE_LIMIT')
  // Thrown into the reading of a body whose sender hung up; nobody sees the answer.
  if (code === 'ECONNRESET')
    return new CloudsteadError('INVALID_PARAM', 'the connection was closed before the whole body had arrived')
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode
  if (typeof code === 'string' && code.startsWith('FST_') && typeof status === 'number' && status < 500) {
    return new CloudsteadError('INVALID_PARAM', (thrown as Error).message)
  }
  return thrown
}
