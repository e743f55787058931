/** The composition root: opens the engines, creates the services on them and registers the HTTP routes. */
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { openConsoleAccess } from './auth/console/access.ts'
import { createAuth } from './auth/index.ts'
import { isLoopback } from './auth/loopback.ts'
import { startBackground } from './background.ts'
import type { ConfigFile } from './config/index.ts'
import { confirmClaim, lockDataDir, openDataDir } from './data-dir.ts'
import { createDatabase } from './database/database.ts'
import { openEngines } from './engines/open.ts'
import { adminAuthActions } from './http/actions/admin-auth.ts'
import { adminDatabaseActions } from './http/actions/admin-database.ts'
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
import { refuseForeignHosts } from './http/foreign-hosts.ts'
import { gatewayRoutes } from './http/gateway/routes.ts'
import { createLargeAnswers } from './http/large-answers.ts'
import { lazyApp } from './http/lazy-app.ts'
import { objectRoutes } from './http/objects.ts'
import { opsRoutes } from './http/ops.ts'
import { originOf } from './http/origin.ts'
import { createServer } from './http/server.ts'
import { uploadRoutes } from './http/uploads.ts'
import { createDenials, type Denials } from './observe/denials.ts'
import { createMetrics } from './observe/metrics.ts'
import { createTraffic } from './observe/traffic.ts'
import { openSavedSettings } from './saved-settings/saved-settings.ts'
import { loadSealedSecrets } from './sealed-secrets.ts'
import { loadSecrets } from './secrets.ts'
import type { Mode } from './settings.ts'
import { createBlobReferences } from './storage/blob-references.ts'
import { createStorage } from './storage/storage.ts'

/** Large request bodies being read and handled at once. Each part has room for two or for one of the largest. */
const LARGE_BODIES = { totalBytes: 66 * 1024 * 1024, knownBytes: 24 * 1024 * 1024 } as const
/** Large answers being made or read at once. Each part has room for one of the largest, which has 32 MiB of documents. */
const LARGE_ANSWERS = { totalBytes: 68 * 1024 * 1024, knownBytes: 34 * 1024 * 1024 } as const

export interface AppOptions {
  readonly env: string
  readonly dataDir: string
  /** Records in PostgreSQL, and the key that opens the secrets in them; absent for records in the data directory. */
  readonly recordsPlace?: { readonly url: string; readonly masterKey: Buffer } | undefined
  readonly version: string
  readonly config: ConfigFile
  readonly publicUrl?: string | undefined
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
  /** @returns the base URL that the server listens on */
  listen(host: string, port: number): Promise<string>
  /** Finishes the requests in flight, closes the engines and releases the data directory. */
  close(): Promise<void>
}

/** @throws DataDirInUseError when another server uses the data directory */
export async function createApp(options: AppOptions): Promise<App> {
  const { env, version, mode, publicUrl, log, recordsPlace } = options
  const now = Date.now
  const startedAt = now()

  const paths = openDataDir(options.dataDir, env, recordsPlace?.url)
  const unlock = lockDataDir(paths)
  const engines = await openEngines({ records: paths.records, blobs: { directory: paths.blobs }, exclusive: true })
  const { records, blobs } = engines
  const loading = recordsPlace
    ? loadSealedSecrets({ records, env, masterKey: recordsPlace.masterKey, directory: paths.claim })
    : loadSecrets(paths.dir)
  // Closed engines, so that the process ends.
  const secrets = await loading.catch(async (error) => {
    await engines.close()
    throw error
  })
  confirmClaim(paths)
  const healthy = async () => (await records.get([{ space: 'health', id: 'probe' }])).length === 1

  const saved = await openSavedSettings({ records, file: options.config, now, log })
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
    stillValid: async (caller) => (await access.stillValid(caller)) ?? auth.stillValid(caller),
    onBackgroundError: (error, what) => log.warn({ err: error }, `${what} failed`),
  })
  const database = createDatabase({ records, settings, now, log, ...(mode === 'dev' ? { hints: mode } : {}) })

  const metrics = createMetrics(startedAt, now)
  const traffic = createTraffic(now)
  const denials = createDenials({ log, mode, now, counted: traffic.denied })

  const answers = createLargeAnswers(LARGE_ANSWERS)
  const http = createServer({ log, denials, answers })
  const connections = followConnections(http.server)
  const budget = createBodyBudget(LARGE_BODIES)
  const origin = originOf(publicUrl, () => listeningUrl(http))
  countRequests(http, { metrics, traffic })
  // In this order: pages of listed web sites can read why the host is refused.
  allowCrossOrigin(http, { publicUrl, settings })
  refuseForeignHosts(http, { publicUrl, settings })
  await http.register(opsRoutes, { env, version, metrics, healthy })
  await http.register(authRoutes, { prefix: '/auth', auth })
  await http.register(actionRoutes, {
    path: '/web',
    env,
    envParam: 'env',
    envRequired: true,
    actions: { ...storageActions(storage), ...webDatabaseActions(database) },
    callerOf: callerOfBody(auth),
    originOf: origin,
    budget,
    answers,
  })
  await http.register(actionRoutes, {
    path: '/admin',
    env,
    envParam: 'envName',
    envRequired: false,
    actions: { ...storageActions(storage), ...adminDatabaseActions(database), ...adminAuthActions(auth) },
    callerOf: callerOfHeaders(auth),
    admit: admitAdministrator(auth),
    originOf: origin,
    budget,
    answers,
  })
  await http.register(gatewayRoutes, { prefix: '/v1', env, auth, storage, database, originOf: origin, budget, answers })
  await http.register(uploadRoutes, { env, storage })
  await http.register(objectRoutes, { storage })
  await http.register(rootRedirect)
  await http.register(lazyApp, {
    urls: ['/console', '/console/*'],
    open: async () => {
      const { registerConsole } = await import('./http/console/console.ts')
      const app = createServer({ log, denials, answers, knownCallers: true })
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
        denials,
        traffic,
        healthy,
        onNetwork: () => !isLoopback((http.server.address() as AddressInfo).address),
        budget,
        originOf: origin,
      })
      return app
    },
  })

  const stopBackground = startBackground({ storage, auth, access, log })
  return {
    denials,
    consoleLink: (base) => access.linkAtStart(base),
    async listen(host, port) {
      await http.listen({ host, port })
      return listeningUrl(http)
    },
    async close() {
      stopBackground()
      await connections.arrived()
      const closed = http.close()
      connections.closeIdle()
      await closed
      await database.close()
      await saved.close()
      await engines.close()
      unlock()
    },
  }
}

function listeningUrl(http: FastifyInstance): string {
  const { address, port, family } = http.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
