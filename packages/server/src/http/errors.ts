import { CloudsteadError, toCloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DeniedError } from '../decisions/denied-error.ts'
import type { Denials } from '../observe/denials.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Records requests that the rules denied. Shared by all scopes of a server. */
    readonly denials: Pick<Denials, 'record'>
  }
  interface FastifyRequest {
    /** Whether a failure of this request was logged. In dialects A and B the HTTP status does not show it. */
    failed: boolean
  }
}

/** Prepares a server for the functions below. Call it once, before routes are registered. */
export function keepDenials(app: FastifyInstance, denials: Pick<Denials, 'record'>): void {
  app.decorate('denials', denials)
  app.decorateRequest('failed', false)
}

/** Sends an error in the format of one dialect. */
export type EncodeError = (error: CloudsteadError, request: FastifyRequest, reply: FastifyReply) => unknown

/** Makes the routes of this scope log errors and answer them with `encode`. */
export function answerErrors(app: FastifyInstance, encode: EncodeError): void {
  app.setErrorHandler((thrown, request, reply) => encode(failureOf(thrown, request), request, reply))
}

/** Logs a thrown value and returns it as an error to send to the client. */
export function failureOf(thrown: unknown, request: FastifyRequest): CloudsteadError {
  const error = toCloudsteadError(fromBelow(thrown))
  logFailure(request, error)
  return error
}

/**
 * Writes one log line for a failed request. The client sees only the code; the operator finds the reason by the request
 * id. Denials by the rules are recorded and logged by `denials`.
 */
function logFailure(request: FastifyRequest, error: CloudsteadError): void {
  if (error instanceof DeniedError) {
    request.server.denials.record(request.id, [error], request.ip)
    return
  }
  request.failed = true
  const line = { reqId: request.id, code: error.code, reason: error.internal ?? error.message }
  // A full server has no cause; an engine that cannot be reached has one.
  const isFault = error.code === 'SYS_ERR' || (error.code === 'SERVER_BUSY' && error.cause !== undefined)
  if (isFault) request.log.error({ ...line, err: error.cause }, 'request failed')
  else request.log.info(line, 'request refused')
}

/** Turns Fastify's own errors (a body over the limit, a malformed request) and those of the engines into errors of our table. */
function fromBelow(thrown: unknown): unknown {
  // Matched by name: the edge knows no engine.
  if (thrown instanceof Error && /^(?:Records|Blobs)UnavailableError$/.test(thrown.name)) {
    return new CloudsteadError('SERVER_BUSY', undefined, { internal: thrown.message, cause: thrown })
  }
  const code = (thrown as { code?: unknown } | null)?.code
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new CloudsteadError('EXCEED_REQUEST_SIZE_LIMIT')
  // The client closed the connection while its body was read; nobody sees the answer.
  if (code === 'ECONNRESET')
    return new CloudsteadError('INVALID_PARAM', {
      en: 'the connection was closed before the whole body had arrived',
      zh: '请求体尚未全部到达，连接就已关闭',
    })
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode
  if (typeof code === 'string' && code.startsWith('FST_') && typeof status === 'number' && status < 500) {
    return new CloudsteadError('INVALID_PARAM', { en: (thrown as Error).message, zh: `请求格式错误（${code}）` })
  }
  return thrown
}
