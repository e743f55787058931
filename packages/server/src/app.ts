/** The composition root: opens the data, creates the services on it and registers the HTTP routes. */
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { openConsoleAccess } from './auth/console/access.ts'
import { createAuth } from './auth/index.ts'
import { isLoopback } from './auth/loopback.ts'
import { startBackground } from './background.ts'
import { joinNodes } from './cluster/nodes.ts'
import type { ConfigFile } from './config/index.ts'
import { createDatabase } from './database/database.ts'
import { createLeases } from './engines/records/lease.ts'
import { createCallTokens } from './functions/call-token.ts'
import { keepFunctions } from './functions/keep.ts'
import { adminAuthActions } from './http/actions/admin-auth.ts'
import { adminDatabaseActions } from './http/actions/admin-database.ts'
import { createEndpoint } from './http/actions/endpoint.ts'
import { functionActions } from './http/actions/functions.ts'
import { answerHotActions } from './http/actions/hot-actions.ts'
import { actionRoutes } from './http/actions/routes.ts'
import { storageActions } from './http/actions/storage.ts'
import { webDatabaseActions } from './http/actions/web-database.ts'
import { authRoutes } from './http/auth/routes.ts'
import { createBodyBudget } from './http/body-budget.ts'
import { admitAdministrator, callerOfBody, callerOfHeaders } from './http/callers.ts'
import { followConnections } from './http/connections.ts'
import { rootRedirect } from './http/console/root-redirect.ts'
import { allowCrossOrigin } from './http/cors.ts'
import { countRequests } from './http/count-requests.ts'
import { ownHosts, refuseForeignHosts } from './http/foreign-hosts.ts'
import { httpAccess } from './http/functions/routes.ts'
import { wechatRoutes } from './http/functions/wechat.ts'
import { gatewayRoutes } from './http/gateway/routes.ts'
import { answerHotObjects } from './http/hot-objects.ts'
import { createInternalListener } from './http/internal-listener.ts'
import { createLargeAnswers } from './http/large-answers.ts'
import { lazyApp } from './http/lazy-app.ts'
import { OBJECTS_URL, objectRoutes } from './http/objects.ts'
import { createOffload } from './http/offload.ts'
import { opsRoutes } from './http/ops.ts'
import { originOf } from './http/origin.ts'
import { createServer } from './http/server.ts'
import { uploadRoutes } from './http/uploads.ts'
import { configHash } from './observe/config-hash.ts'
import { createDenials, type Denials } from './observe/denials.ts'
import { loadMeter } from './observe/load.ts'
import { createMetrics } from './observe/metrics.ts'
import { createReadiness } from './observe/readiness.ts'
import { createTraffic } from './observe/traffic.ts'
import { type DataPlaces, type OpenedData, openData } from './open-data.ts'
import { openSavedSettings } from './saved-settings/saved-settings.ts'
import type { FunctionRoute, Mode } from './settings.ts'
import { createBlobReferences } from './storage/blob-references.ts'
import { createStorage } from './storage/storage.ts'

/** Large request bodies being read and handled at once. Each part has room for two or for one of the largest. */
const LARGE_BODIES = { totalBytes: 66 * 1024 * 1024, knownBytes: 24 * 1024 * 1024 } as const
/** Large answers being made or read at once. Each part has room for one of the largest, which has 32 MiB of documents. */
const LARGE_ANSWERS = { totalBytes: 68 * 1024 * 1024, knownBytes: 34 * 1024 * 1024 } as const

/** A proxy that sends a file opens it a moment after the answer that names it. */
const OFFLOAD_MS = 30_000

export interface AppOptions {
  readonly env: string
  readonly places: DataPlaces
  readonly version: string
  readonly config: ConfigFile
  readonly publicUrl?: string | undefined
  /** As the HTTP server takes them. */
  readonly trustedProxies: readonly string[]
  /** How long the bytes of deleted files are kept at least, in ms. */
  readonly keepDeletedMs: number
  /** The internal location of a proxy that shares the directory of the files and sends large ones: `/internal/`. */
  readonly offload?: string | undefined
  /** The PATH of the functions. */
  readonly searchPath: string
  readonly log: Logger
  /** In `dev`, errors sent to clients name the missing configuration and the log explains every denial. */
  readonly mode: Mode
}

export interface App {
  /** Recent denials by the rules. */
  readonly denials: Pick<Denials, 'list'>
  /**
   * The sign-in link to print in the terminal; undefined when there is another way into the Console.
   *
   * @param base the URL at which browsers reach the server
   */
  consoleLink(base: string): Promise<string | undefined>
  /** The functions that there are, and the routes below `/fn` by which some of them can be reached. */
  functions(): { readonly names: readonly string[]; readonly routes: readonly FunctionRoute[] }
  /** From now on `/ready` tells load balancers to send requests elsewhere. The server goes on. */
  drain(): void
  /** @returns the base URL that the server listens on */
  listen(host: string, port: number): Promise<string>
  /** Finishes the requests in flight, closes the engines and releases the data directory. */
  close(): Promise<void>
}

/** @throws as `openData` */
export async function createApp(options: AppOptions): Promise<App> {
  const data = await openData(options.env, options.places)
  /** What is open; what was opened first is closed last. */
  const opened: Closable[] = [data]
  try {
    return await assemble(options, data, opened)
  } catch (error) {
    for (const one of opened.toReversed()) await one.close()
    throw error
  }
}

interface Closable {
  close(): Promise<void>
}

async function assemble(options: AppOptions, data: OpenedData, opened: Closable[]): Promise<App> {
  const { env, version, mode, publicUrl, trustedProxies, log, config, searchPath } = options
  const now = Date.now
  const startedAt = now()

  for (const warning of data.warnings) log.warn(warning)
  const { records, blobs, secrets, alone } = data
  const leases = createLeases({ records, now, alone })

  const saved = await openSavedSettings({ records, file: config, now, log })
  opened.push(saved)
  const settings = saved.current
  const auth = createAuth({ env, records, secrets, settings, now, log })
  const access = await openConsoleAccess({ records, keys: auth.keys, securityLog: auth.securityLog, mode, now, log })
  const storage = createStorage({
    env,
    records,
    blobs,
    references: createBlobReferences(),
    secrets,
    settings,
    now,
    keepDeletedMs: Math.max(options.keepDeletedMs, options.offload === undefined ? 0 : OFFLOAD_MS),
    stillValid: async (caller) => (await access.stillValid(caller)) ?? auth.stillValid(caller),
    onBackgroundError: (error, what) => log.warn({ err: error }, `${what} failed`),
  })
  const database = createDatabase({ records, settings, leases, now, log, ...(mode === 'dev' ? { hints: mode } : {}) })

  const metrics = createMetrics(startedAt, now)
  const traffic = createTraffic(now)
  const denials = createDenials({ log, mode, now, counted: traffic.denied })
  const nodes = await joinNodes({
    records,
    name: `${hostname()}:${process.pid}`,
    version,
    startedAt,
    now,
    alone,
    load: loadMeter(metrics.requests),
    configHash: () => configHash(config),
    log,
  })
  opened.push(nodes)
  const ready = createReadiness({
    records: () => records.get([{ space: 'health', id: 'probe' }]),
    blobs: () => blobs.check(),
    clockIsRight: nodes.clockIsRight,
    isDraining: () => nodes.self().isDraining,
  })

  const answers = createLargeAnswers(LARGE_ANSWERS)
  const http = createServer({ log, denials, answers, trustedProxies })
  const isOwnHost = ownHosts({ publicUrl, settings })
  const countPlain = (method: string, url: string) => {
    const route = metrics.route(url)
    return (seconds: number) => {
      route.count(method, 200, seconds)
      traffic.count(false)
    }
  }
  // Where the store itself has URLs for the bytes, every download may be sent there.
  if (blobs.directUrl === undefined) {
    answerHotObjects(http.server, { storage, isOwnHost, counted: countPlain('GET', OBJECTS_URL) })
  }
  const origin = originOf(publicUrl, () => listeningUrl(http))
  const internal = createInternalListener(http)
  const callTokens = createCallTokens()
  const functions = keepFunctions({
    settings,
    open: async () => {
      const { openFunctions } = await import('./functions/open.ts')
      return openFunctions({
        env,
        mode,
        hidden: placesOnDisk(options.places),
        settings,
        key: auth.functionKeys,
        tokens: callTokens,
        searchPath,
        publicUrl,
        server: internal.url,
        origin: () => publicUrl ?? listeningUrl(http),
        leases,
        now,
        log,
      })
    },
    failed: (error) => log.warn({ err: error }, 'the functions could not be opened'),
  })
  const invoke = functionActions(functions)
  const web = createEndpoint({
    path: '/web',
    env,
    envParam: 'env',
    envRequired: true,
    actions: { ...storageActions(storage), ...webDatabaseActions(database), ...invoke },
    callerOf: callerOfBody(auth),
    originOf: origin,
    log,
    answers,
  })
  const admin = createEndpoint({
    path: '/admin',
    env,
    envParam: 'envName',
    envRequired: false,
    actions: { ...storageActions(storage), ...adminDatabaseActions(database), ...adminAuthActions(auth), ...invoke },
    callerOf: callerOfHeaders(auth),
    originOf: origin,
    callTokens,
    log,
    answers,
  })
  for (const endpoint of [web, admin]) {
    answerHotActions(http.server, {
      endpoint,
      answers,
      isOwnHost,
      behindProxies: trustedProxies.length > 0,
      counted: countPlain('POST', endpoint.path),
    })
  }
  const connections = followConnections(http.server)
  const budget = createBodyBudget(LARGE_BODIES)
  const offload =
    options.offload === undefined ? undefined : createOffload({ location: options.offload, trustedProxies })
  countRequests(http, { metrics, traffic })
  // In this order: pages of listed web sites can read why the host is refused.
  allowCrossOrigin(http, { publicUrl, settings })
  refuseForeignHosts(http, isOwnHost)
  await http.register(opsRoutes, { env, version, metrics, ready })
  await http.register(authRoutes, { prefix: '/auth', auth })
  await http.register(actionRoutes, { endpoint: web, budget })
  await http.register(actionRoutes, { endpoint: admin, admit: admitAdministrator(auth), budget })
  await http.register(gatewayRoutes, {
    prefix: '/v1',
    env,
    auth,
    storage,
    database,
    offload,
    runner: functions,
    originOf: origin,
    budget,
    answers,
  })
  await http.register(httpAccess, { env, auth, runner: functions, routes: functions.routes, originOf: origin, budget })
  await http.register(wechatRoutes, { settings })
  await http.register(uploadRoutes, { env, storage })
  await http.register(objectRoutes, { storage, offload })
  await http.register(rootRedirect)
  await http.register(lazyApp, {
    urls: ['/console', '/console/*'],
    open: async () => {
      const { registerConsole } = await import('./http/console/console.ts')
      const app = createServer({ log, denials, answers, trustedProxies, knownCallers: true })
      await registerConsole(app, {
        env,
        version,
        mode,
        publicUrl,
        startedAt,
        now,
        log,
        access,
        auth,
        storage,
        database,
        settings: saved,
        functions: functions.current,
        denials,
        traffic,
        ready,
        nodes,
        onNetwork: () => !isLoopback((http.server.address() as AddressInfo).address),
        budget,
        originOf: origin,
      })
      return app
    },
  })

  const background = startBackground({ storage, auth, access, nodes, leases, log })
  return {
    denials,
    consoleLink: (base) => access.linkAtStart(base),
    drain: nodes.drain,
    functions: () => {
      const { functions: found, routes } = functions.current()?.project() ?? { functions: new Map(), routes: [] }
      return { names: [...found.keys()], routes }
    },
    async listen(host, port) {
      await functions.start()
      await http.listen({ host, port })
      return listeningUrl(http)
    },
    async close() {
      await connections.arrived()
      const closed = http.close()
      connections.closeIdle()
      await closed
      await functions.close()
      await internal.close()
      await Promise.all([background.stop(), database.close(), saved.close(), nodes.close()])
      await data.close()
    },
  }
}

/** The directories with the data. */
function placesOnDisk({ dataDir, blobs }: DataPlaces): readonly string[] {
  return [dataDir, ...(blobs !== undefined && 'directory' in blobs ? [blobs.directory] : [])]
}

function listeningUrl(http: FastifyInstance): string {
  const { address, port, family } = http.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
