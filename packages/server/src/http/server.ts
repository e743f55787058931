import type { IncomingMessage } from 'node:http'
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
import { begunRequest } from './begun.ts'
import { answerClientError } from './client-errors.ts'
import { answerErrors, failureOf, keepDenials } from './errors.ts'
import type { LargeAnswers } from './large-answers.ts'
import { requestIdOf } from './request-id.ts'
import { responsesTogether } from './together.ts'

/** Time to receive the headers of a request. */
const HEADERS_TIMEOUT_MS = 60_000
/** Time without any bytes after which a connection is closed, even in the middle of a body. */
const CONNECTION_TIMEOUT_MS = 120_000
/** Time to receive a whole request, long enough for a 100 MB video over a slow phone connection. */
const REQUEST_TIMEOUT_MS = 60 * 60 * 1000
/** Bytes of all headers and the URL. js-sdk 3.x sends queries in the URL: a list of 500 ids has about 30 KiB there. */
export const MAX_HEADER_BYTES = 64 * 1024
/** Characters of a path parameter. Keys of settings in paths of the admin API can be long; encoding triples their length. */
const MAX_PATH_PARAM = 1024

export interface ServerOptions {
  readonly log: Logger
  /** Records every request that the rules denied. */
  readonly denials: Pick<Denials, 'record'>
  /** Shared by all servers of the process. */
  readonly answers: LargeAnswers
  /** Proxies whose `X-Forwarded-For` tells the address of the client: addresses and networks, such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[]
  /** Whether all callers are known, as in the Console. */
  readonly knownCallers?: boolean
}

/** A server without routes: connections, timeouts, request ids, and the answers to unknown URLs and to errors. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { log, denials, answers, trustedProxies, knownCallers = false } = options
  // The logger's own type would otherwise become part of every route's type.
  const loggerInstance: FastifyBaseLogger = log
  const http = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (raw) => begunRequest(raw as IncomingMessage)?.id ?? requestIdOf(raw),
    requestIdHeader: false,
    // A child logger per request costs more than most requests. Log lines about a request contain its id instead.
    childLoggerFactory: (logger) => logger,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    http: { maxHeaderSize: MAX_HEADER_BYTES, ServerResponse: responsesTogether() },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: MAX_PATH_PARAM },
    exposeHeadRoutes: false,
    // No route has a schema. Without these the framework loads its two compilers, a tenth of the start.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors: (thrown, request, reply) => {
      const asked = request as unknown as FastifyRequest
      // No hook has run.
      reply.header('x-request-id', asked.id)
      void encode(failureOf(thrown, asked), asked, reply as unknown as FastifyReply)
    },
  })
  http.server.headersTimeout = HEADERS_TIMEOUT_MS
  keepDenials(http, denials)
  http.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  answers.guard(http, knownCallers)
  answerErrors(http, encode)
  http.setNotFoundHandler((request, reply) => encode(new CloudsteadError('NOT_FOUND'), request, reply))
  return http
}

function noSchemas(): never {
  throw new Error('routes have no schemas: services check what they are given')
}

function encode({ status, code, message }: CloudsteadError, request: FastifyRequest, reply: FastifyReply) {
  return reply.code(status).send({ code, message, requestId: request.id })
}
