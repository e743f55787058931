import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyRequest } from 'fastify'
import { DeniedError } from '../decisions/denied-error.ts'
import type { Denials } from '../observe/denials.ts'

const failed = new WeakSet<FastifyRequest>()

/** Whether a failure of this request was logged; in some dialects its status does not tell. */
export function hasFailed(request: FastifyRequest): boolean {
  return failed.has(request)
}

/**
 * One log line for a request that failed. The client saw the code only; the operator finds the reason here under the
 * request id. A denial by the rules is also kept.
 */
export function logFailure(request: FastifyRequest, error: CloudsteadError, denials: Pick<Denials, 'record'>): void {
  if (error instanceof DeniedError) {
    denials.record(request.id, [error])
    return
  }
  failed.add(request)
  const line = { reqId: request.id, code: error.code, reason: error.internal ?? error.message }
  if (error.code === 'SYS_ERR') request.log.error({ ...line, err: error.cause }, 'request failed')
  else request.log.info(line, 'request refused')
}

/** The framework's own errors (a body over the limit, a broken request) as errors of our table. */
export function fromFramework(thrown: unknown): unknown {
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
