import { randomUUID } from 'node:crypto'
import { CloudsteadError } from '@cloudstead/protocol'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import type { Denials } from '../observe/denials.ts'
import { answerClientError } from './client-errors.ts'
import { answerErrors, failureOf, keepDenials } from './errors.ts'

/** A connection that sends no complete head in this time, or stays silent in the middle of a body, is closed. */
const HEADERS_TIMEOUT_MS = 60_000
const SILENT_CONNECTION_MS = 120_000
/** A 100 MB video over a poor phone connection takes a while; a request that takes longer is given up. */
const REQUEST_TIMEOUT_MS = 60 * 60 * 1000
/** A key of a setting in a path of the admin API may be long, and three times as long while it is encoded. */
const MAX_PATH_PARAM = 1024

export interface ServerOptions {
  readonly log: Logger
  /** Told of every request that the rules denied. */
  readonly denials: Pick<Denials, 'record'>
}

/** A server without routes: connections, request ids, and what is answered where no route is or where one throws. */
export function createServer({ log, denials }: ServerOptions): FastifyInstance {
  // The logger's own type would otherwise become part of every route's type.
  const loggerInstance: FastifyBaseLogger = log
  const http = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // A logger of its own for each request costs more than most requests; lines about a request carry its id instead.
    childLoggerFactory: (logger) => logger,
    trustProxy: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENT_CONNECTION_MS,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: MAX_PATH_PARAM },
    exposeHeadRoutes: false,
    frameworkErrors: (thrown, request, reply) => {
      const asked = request as unknown as FastifyRequest
      void encode(failureOf(thrown, asked), asked, reply as unknown as FastifyReply)
    },
  })
  http.server.headersTimeout = HEADERS_TIMEOUT_MS
  keepDenials(http, denials)
  http.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  answerErrors(http, encode)
  http.setNotFoundHandler((request, reply) => encode(new CloudsteadError('NOT_FOUND'), request, reply))
  return http
}

function encode({ status, code, message }: CloudsteadError, request: FastifyRequest, reply: FastifyReply) {
  return reply.code(status).send({ code, message, requestId: request.id })
}
