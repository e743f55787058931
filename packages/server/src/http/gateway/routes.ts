import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FunctionRunner } from '../../functions/call.ts'
import { answerErrors } from '../errors.ts'
import type { Offload } from '../offload.ts'
import { bucketRoutes } from './buckets.ts'
import { type DocumentRoutesOptions, documentRoutes } from './documents.ts'
import { functionRoutes } from './functions.ts'
import { objectByteRoutes } from './object-bytes.ts'
import { objectRoutes } from './objects.ts'
import { type StorageRoutesOptions, storageRoutes } from './storage.ts'

export interface GatewayOptions extends DocumentRoutesOptions, Omit<StorageRoutesOptions, 'encodeError'> {
  readonly env: string
  /** Set when a proxy can send files. */
  readonly offload: Offload | undefined
  /** Undefined when the server has no functions. */
  readonly runner: FunctionRunner
}

/** Statuses of the REST API where they differ from those of the error table. */
const STATUS: Readonly<Record<string, number>> = { DATABASE_PERMISSION_DENIED: 401, DATABASE_INVALID_OPERRATOR: 403 }

/**
 * Dialect C: the REST API below `/v1` that js-sdk 3.x uses unless it is told otherwise. The access token is in the header
 * Authorization; an answer is the data itself, an error has an HTTP status and `{ code, message, requestId }`.
 */
export async function gatewayRoutes(app: FastifyInstance, options: GatewayOptions): Promise<void> {
  answerErrors(app, encodeError)
  app.setNotFoundHandler((request, reply) => encodeError(new CloudsteadError('NOT_FOUND'), request, reply))
  app.addHook('preValidation', async ({ query }) => {
    const { env } = query as Record<string, unknown>
    if (env !== undefined && env !== options.env) {
      throw new CloudsteadError('INVALID_ENV', `this server serves ${options.env}, not the env of the request`)
    }
  })
  const { env, auth, storage, database, offload, runner, originOf, budget, answers } = options
  await app.register(storageRoutes, { auth, storage, originOf, budget, encodeError })
  await app.register(objectRoutes, { env, auth, storage, originOf, budget })
  await app.register(objectByteRoutes, { env, auth, storage, offload, encodeError })
  await app.register(bucketRoutes, { env, auth, storage })
  await app.register(documentRoutes, { auth, database, budget, answers })
  await app.register(functionRoutes, { auth, runner, originOf, budget })
}

function encodeError({ status, code, message }: CloudsteadError, request: FastifyRequest, reply: FastifyReply) {
  return reply.code(STATUS[code] ?? status).send({ code, message, requestId: request.id })
}
