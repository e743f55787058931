import { Readable } from 'node:stream'
import { type Operation, type OperationId, openApiDocument, operations, sessionOperations } from '@cloudstead/admin-api'
import { type AdminCaller, CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Operator } from '../../auth/console/operator.ts'
import { leaveBodies, readJsonObjects } from '../bodies.ts'
import type { BodyBudget } from '../body-budget.ts'
import { answerErrors, failureOf } from '../errors.ts'
import type { OriginOf } from '../origin.ts'
import { errorBody, sendFile, sendLines } from './answers.ts'
import type { AreaHandlers, EdgeRequest, SessionHandlers } from './edge-request.ts'
import type { Gate } from './gate.ts'
import type { FileAnswer } from './handlers.ts'
import { type Check, createChecks } from './validate.ts'

const BASE = '/console/api'
/** Bytes of a body without a document: far more than rules, settings or a thousand paths need. */
const BODY_LIMIT_BYTES = 1024 * 1024
/** Bytes of a body with a document, the same as for the SDKs: the largest document (16 MB) and the rest of the body. */
const DOCUMENT_LIMIT_BYTES = 20 * 1024 * 1024
const WITH_DOCUMENT: ReadonlySet<string> = new Set<OperationId>(['createDocument', 'replaceDocument'])
/** Time between two checks that the caller of a long operation is still signed in. */
const CHECK_EVERY_MS = 1_000
/** Bytes of a body of an open operation, which has a password or the token of a link. */
const OPEN_LIMIT_BYTES = 16 * 1024

export interface ConsoleRoutesOptions {
  readonly handlers: AreaHandlers & SessionHandlers
  readonly gate: Gate
  readonly originOf: OriginOf
  /** Shared by all routes of a server. */
  readonly budget: BodyBudget
  readonly version: string
  /** Whether the session or the key of a caller is still valid. */
  readonly stillValid: (caller: AdminCaller) => Promise<boolean>
  /** For tests. */
  readonly checkEveryMs?: number
}

/** An operation without static types for its input, which is validated before it runs. */
interface RunnableOperation {
  readonly id: string
  readonly operation: Operation
  readonly run: (input: unknown, request: EdgeRequest) => Promise<unknown> | AsyncIterable<unknown>
}

/**
 * The routes of the admin API: every operation of the contract, below `/console/api`. A request is authenticated before its
 * body is read (gate.ts) and validated by the schemas (validate.ts); then one handler is called.
 */
export async function consoleRoutes(app: FastifyInstance, routes: ConsoleRoutesOptions): Promise<void> {
  const checks = createChecks()
  const operators = new WeakMap<FastifyRequest, Operator>()
  const entries = runnableOperations(routes.handlers)

  answerErrors(app, (error, request, reply) =>
    reply.code(error.status).type('application/json; charset=utf-8').send(errorBody(error, request.id)),
  )
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
    const { entry } = request.routeOptions.config as { entry?: RunnableOperation }
    if (entry === undefined) return
    const operator = await routes.gate.enter(request, entry.id, entry.operation)
    if (operator !== undefined) operators.set(request, operator)
  })

  const add = (scope: FastifyInstance, entry: RunnableOperation) => {
    const { method, path } = entry.operation
    const check = checks(entry.operation)
    scope.route({
      method,
      url: `${BASE}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      config: { entry },
      handler: (request, reply) =>
        runOperation(routes, entry, check, { request, reply, operator: operators.get(request) }),
    })
  }
  for (const [limit, chosen] of Map.groupBy(entries, limitOf)) {
    await app.register(async (scope) => {
      if (limit === undefined) leaveBodies(scope)
      else {
        // The gate has let nobody pass but signed-in callers, except for open operations, whose bodies are too small to count.
        readJsonObjects(scope, { limitBytes: limit, budget: routes.budget, known: true })
      }
      for (const entry of chosen) add(scope, entry)
    })
  }
  app.get(`${BASE}/openapi.json`, async (_request, reply) =>
    reply.send(openApiDocument(operations, routes.version, routes.gate.cookieName)),
  )
  for (const url of [BASE, `${BASE}/*`]) {
    app.all(url, async () => {
      throw new CloudsteadError('NOT_FOUND')
    })
  }
}

/** The limit in bytes for the body of an operation; undefined for operations that read the body themselves. */
function limitOf({ id, operation }: RunnableOperation): number | undefined {
  if (operation.raw === true) return undefined
  if (operation.open === true) return OPEN_LIMIT_BYTES
  return WITH_DOCUMENT.has(id) ? DOCUMENT_LIMIT_BYTES : BODY_LIMIT_BYTES
}

function runnableOperations(handlers: ConsoleRoutesOptions['handlers']): readonly RunnableOperation[] {
  return Object.entries<Operation>(operations).map(([id, operation]) => {
    const handler = handlers[id as OperationId] as (
      input: unknown,
      context: unknown,
    ) => ReturnType<RunnableOperation['run']>
    const run: RunnableOperation['run'] = Object.hasOwn(sessionOperations, id)
      ? handler
      : (input, request) => handler(input, contextOf(request))
    return { id, operation, run }
  })
}

/** The context of a handler that needs a signed-in caller. */
function contextOf({ operator, peer, origin, requestId, signal, bytes }: EdgeRequest) {
  if (operator === undefined) throw new CloudsteadError('CONSOLE_SIGN_IN_REQUIRED')
  return { caller: operator.caller, by: operator.name, peer, origin, requestId, signal, bytes }
}

async function runOperation(
  routes: ConsoleRoutesOptions,
  { operation, run }: RunnableOperation,
  check: Check,
  { request, reply, operator }: { request: FastifyRequest; reply: FastifyReply; operator: Operator | undefined },
): Promise<FastifyReply> {
  const input = check({
    params: request.params as Readonly<Record<string, unknown>>,
    query: request.query as Readonly<Record<string, unknown>>,
    body: request.body,
  })
  const signal =
    operation.answerKind === 'json' && operation.raw !== true
      ? disconnectSignal(reply)
      : endSignal(routes, reply, operator, operation)
  const answer = run(input, {
    operator,
    peer: request.ip,
    origin: routes.originOf(request),
    requestId: request.id,
    signal,
    bytes: operation.raw === true ? bodyOf(request) : Readable.from([]),
    setSession: (token) => routes.gate.setSession(reply, token),
    retryAfter: (seconds) => void reply.header('retry-after', String(seconds)),
  })
  switch (operation.answerKind) {
    case 'json':
      return reply.send(await answer)
    case 'bytes':
      return sendFile(reply, (await answer) as FileAnswer)
    case 'lines': {
      const failed = (thrown: unknown) => failureOf(thrown, request)
      return sendLines(answer as AsyncIterable<unknown>, { request, reply, signal, failed })
    }
  }
}

/**
 * As `disconnectSignal`, for operations that can take long: also aborted when the session or the key of the caller ends,
 * with the error for the client as its reason. Signing out everywhere has to stop an export, too.
 */
function endSignal(
  routes: ConsoleRoutesOptions,
  reply: FastifyReply,
  operator: Operator | undefined,
  operation: Operation,
): AbortSignal {
  const ended = new AbortController()
  const watch = setInterval(() => {
    if (operator === undefined) return
    routes.stillValid(operator.caller).then(
      (valid) => {
        if (valid) return
        clearInterval(watch)
        ended.abort(new CloudsteadError('CONSOLE_SIGN_IN_REQUIRED'))
        // Lines can tell the client why; a file, or a body that is still being read, can only be cut off.
        if (operation.answerKind !== 'lines' || operation.raw === true) reply.raw.destroy()
      },
      // Asked again at the next turn.
      () => {},
    )
  }, routes.checkEveryMs ?? CHECK_EVERY_MS).unref()
  reply.raw.once('close', () => clearInterval(watch))
  return AbortSignal.any([disconnectSignal(reply), ended.signal])
}

/** A signal that is aborted when the client disconnects before the answer is complete. */
function disconnectSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort()
  })
  return gone.signal
}

/** The bytes of the body. Not the request itself, because a handler that stops reading early would close the connection. */
function bodyOf({ raw }: FastifyRequest): Readable {
  return Readable.from(raw.iterator({ destroyOnReturn: false }), { objectMode: false })
}
