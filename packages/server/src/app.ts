/** The composition root: the only file that knows every part. */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { Caller } from '@cloudstead/protocol'
import { CloudsteadError, NOBODY, toCloudsteadError } from '@cloudstead/protocol'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { type ConsoleAccess, openConsoleAccess } from './auth/console/access.ts'
import { type Auth, createAuth } from './auth/index.ts'
import { isLoopback } from './auth/loopback.ts'
import type { ConfigFile } from './config/index.ts'
import { lockDataDir, openDataDir } from './data-dir.ts'
import { createDatabase } from './database/database.ts'
import { openDiskBlobs } from './engines/blobs/disk/disk-blobs.ts'
import { openSqliteRecords } from './engines/records/sqlite/sqlite-records.ts'
import { adminDatabaseActions } from './http/actions/admin-database.ts'
import { actionRoutes } from './http/actions/routes.ts'
import { storageActions } from './http/actions/storage.ts'
import { webDatabaseActions } from './http/actions/web-database.ts'
import { authRoutes } from './http/auth/auth.ts'
import { type BodyBudget, createBodyBudget } from './http/body-budget.ts'
import { answerClientError } from './http/client-errors.ts'
import { followConnections } from './http/connections.ts'
import { wayToConsole } from './http/console/root-redirect.ts'
import { allowCrossOrigin } from './http/cors.ts'
import { fromFramework, logFailure } from './http/failures.ts'
import { handOver } from './http/lazy-app.ts'
import { objectRoutes } from './http/objects.ts'
import { answerNotFound, opsRoutes } from './http/ops.ts'
import { type OriginOf, originOf } from './http/origin.ts'
import { uploadRoutes } from './http/uploads.ts'
import { createDenials, type Denials } from './observe/denials.ts'
import { createMetrics } from './observe/metrics.ts'
import { createTraffic, type Traffic } from './observe/traffic.ts'
import { openSavedSettings } from './saved-settings/saved-settings.ts'
import { loadSecrets } from './secrets.ts'
import { createBlobReferences } from './storage/blob-references.ts'
import { createStorage, type Storage } from './storage/storage.ts'

/** A connection that sends no complete head in this time, or stays silent in the middle of a body, is closed. */
const HEADERS_TIMEOUT_MS = 60_000
const SILENT_CONNECTION_MS = 120_000
/** A 100 MB video over a poor phone connection takes a while; a request that takes longer is given up. */
const REQUEST_TIMEOUT_MS = 60 * 60 * 1000
/** Two of the largest requests at once; parsed, they take several times as much. */
const LARGE_BODIES_BYTES = 48 * 1024 * 1024
const SWEEP_INTERVAL_MS = 60 * 60 * 1000

export interface AppOptions {
  readonly env: string
  readonly dataDir: string
  readonly version: string
  readonly config: ConfigFile
  readonly publicUrl?: string | undefined
  readonly log: Logger
  /** `dev` tells clients more: which line of the configuration is missing. And its log explains every denial. */
  readonly mode: 'start' | 'dev'
}

export interface App {
  /** What the rules denied lately. */
  readonly denials: Pick<Denials, 'list'>
  /**
   * The link to print in the terminal; undefined when there is another way into the Console.
   *
   * @param base where browsers reach the server
   */
  consoleLink(base: string): Promise<string | undefined>
  /** Returns the base URL it listens on. */
  listen(host: string, port: number): Promise<string>
  /** Finishes what is in flight, then closes the engines and gives the data directory back. */
  close(): Promise<void>
}

/**
 * Opens the engines on the data directory and puts the services and the edges together.
 *
 * @throws DataDirInUseError when another server runs on the directory
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { env, version, mode, publicUrl, log } = options
  const now = Date.now
  const startedAt = now()
  const paths = openDataDir(options.dataDir, env)
  const unlock = lockDataDir(paths)
  const secrets = await loadSecrets(paths.dir)
  const records = await openSqliteRecords({ file: paths.records })
  const saved = await openSavedSettings({ records, file: options.config, now, log })
  const settings = saved.current
  // The lock on the data directory makes this process the only one.
  const blobs = await openDiskBlobs({ dir: paths.blobs, exclusive: true })

  const auth = createAuth({ env, records, secrets, settings, now, log })
  const access = await openConsoleAccess({ records, keys: auth.keys, mode, now, log })
  const storage = createStorage({
    env,
    records,
    blobs,
    references: createBlobReferences(),
    secrets,
    settings,
    now,
    stillValid: async (caller) => (await access.stillValid(caller)) ?? auth.stillValid(caller),
    onBackgroundError: (error, what) => log.warn({ err: error }, `${what} failed`),
  })
  const database = createDatabase({
    records,
    settings,
    now,
    log,
    ...(mode === 'dev' ? { hints: 'dev' as const } : {}),
  })
  const metrics = createMetrics(startedAt, now)
  const traffic = createTraffic(now)
  const budget = createBodyBudget(LARGE_BODIES_BYTES)

  const denials = countedDenials(createDenials({ log, mode, now }), traffic)
  const http = createHttp(log, denials)
  const connections = followConnections(http.server)
  const originFor = originOf(publicUrl, () => listeningUrl(http))
  metrics.observe(http)
  traffic.observe(http)
  allowCrossOrigin(http)
  answerNotFound(http)
  const healthy = async () => (await records.get([{ space: 'health', id: 'probe' }])).length === 1
  await http.register(opsRoutes, { env, version, metrics, healthy })
  await http.register(authRoutes(auth), { prefix: '/auth' })
  await registerActions(
    http,
    { env, auth, storage, denials, origin: originFor, budget },
    {
      web: webDatabaseActions(database),
      admin: adminDatabaseActions(database),
    },
  )
  await http.register(uploadRoutes, { env, storage, denials })
  await http.register(objectRoutes, { storage, denials })
  await http.register(wayToConsole)
  const openConsole = async () => {
    const { registerConsole } = await import('./http/console/console.ts')
    const app = createHttp(log, denials)
    answerNotFound(app)
    await registerConsole(app, {
      ...{ env, version, mode, publicUrl, startedAt, now, log, records, healthy, traffic, denials, budget },
      ...{ access, auth, storage, database, settings: saved, originOf: originFor },
      onNetwork: () => !isLoopback((http.server.address() as AddressInfo).address),
    })
    return app
  }
  await http.register(handOver, { urls: ['/console', '/console/*'], open: openConsole })

  const stopSweeping = sweepRegularly({ storage, auth, access }, log)
  return {
    denials,
    consoleLink: (base) => access.linkAtStart(base),
    async listen(host, port) {
      await http.listen({ host, port })
      return listeningUrl(http)
    },
    async close() {
      stopSweeping()
      await connections.arrived()
      const closed = http.close()
      connections.closeIdle()
      await closed
      await database.close()
      await saved.close()
      await records.close()
      await blobs.close()
      unlock()
    },
  }
}

/** Denials that the overview of the Console counts, too. */
function countedDenials(denials: Denials, traffic: Traffic): Denials {
  return {
    ...denials,
    record(requestId, errors) {
      traffic.denied(errors.length)
      denials.record(requestId, errors)
    },
  }
}

function createHttp(log: Logger, denials: Denials): FastifyInstance {
  const answer = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) =>
    answerFault(thrown, request, reply, denials)
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
    // A key of a setting in a path of the admin API may be long, and three times as long while it is encoded.
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 1024 },
    exposeHeadRoutes: false,
    frameworkErrors: (thrown, request, reply) => {
      void answer(thrown, request as unknown as FastifyRequest, reply as unknown as FastifyReply)
    },
  })
  http.server.headersTimeout = HEADERS_TIMEOUT_MS
  http.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  http.setErrorHandler(answer)
  return http
}

/** What no edge answered in its own way: a request that the framework refused, or a fault of ours. */
function answerFault(thrown: unknown, request: FastifyRequest, reply: FastifyReply, denials: Denials) {
  const error = toCloudsteadError(fromFramework(thrown))
  logFailure(request, error, denials)
  return reply.code(error.status).send({ code: error.code, message: error.message, requestId: request.id })
}

async function registerActions(
  http: FastifyInstance,
  parts: { env: string; auth: Auth; storage: Storage; denials: Denials; origin: OriginOf; budget: BodyBudget },
  database: { web: ReturnType<typeof webDatabaseActions>; admin: ReturnType<typeof adminDatabaseActions> },
): Promise<void> {
  const { env, auth, storage, denials, origin, budget } = parts
  await http.register(actionRoutes, {
    path: '/web',
    env,
    envParam: 'env',
    actions: { ...storageActions(storage), ...database.web },
    callerOf: (_request, params) => webCaller(auth, params.access_token),
    originOf: origin,
    budget,
    denials,
  })
  await http.register(actionRoutes, {
    path: '/admin',
    env,
    envParam: 'envName',
    actions: { ...storageActions(storage), ...database.admin },
    callerOf: ({ raw }, params) =>
      auth.administratorOf({ method: raw.method ?? '', url: raw.url ?? '', headers: raw.headers, params }),
    originOf: origin,
    budget,
    denials,
  })
}

/** Dialect A carries the token in the body. No token is nobody; a bad one is an error, never nobody. */
async function webCaller(auth: Auth, token: unknown): Promise<Caller> {
  if (token === undefined || token === null || token === '') return NOBODY
  if (typeof token !== 'string') throw new CloudsteadError('INVALID_PARAM', 'access_token must be a string')
  return auth.callerOfToken(token)
}

function listeningUrl(http: FastifyInstance): string {
  const { address, port, family } = http.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** Orphaned bytes and expired sessions go, at start and hourly. What else a former run left behind is put in order first. */
function sweepRegularly(
  { storage, auth, access }: { storage: Storage; auth: Auth; access: ConsoleAccess },
  log: Logger,
): () => void {
  const stop = new AbortController()
  const run = async () => {
    try {
      const bytes = await storage.sweep(stop.signal)
      const sessions = (await auth.sweep()) + (await access.sweep())
      if (bytes + sessions > 0) log.info({ bytes, sessions }, 'swept orphaned bytes and expired sessions')
    } catch (error) {
      if (!stop.signal.aborted) log.warn({ err: error }, 'sweeping failed')
    }
  }
  auth.users.settle(stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) log.warn({ err: error }, 'putting users and sessions in order failed')
  })
  void run()
  const timer = setInterval(() => void run(), SWEEP_INTERVAL_MS).unref()
  return () => {
    clearInterval(timer)
    stop.abort()
  }
}
