/** Assembles the Console: its handlers, its sign-in and its routes. Imported on the first request to it. */
import { fileURLToPath } from 'node:url'
import type { AdminCaller } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { ConsoleAccess } from '../../auth/console/access.ts'
import { LIFETIME_MS } from '../../auth/console/sessions.ts'
import type { Auth } from '../../auth/index.ts'
import type { NodeState, Nodes } from '../../cluster/nodes.ts'
import type { Database } from '../../database/database.ts'
import type { OpenFunctions } from '../../functions/open.ts'
import type { Denials } from '../../observe/denials.ts'
import type { Readiness } from '../../observe/readiness.ts'
import type { Traffic } from '../../observe/traffic.ts'
import { createUsage } from '../../observe/usage.ts'
import { ruleNotices, warningsOf } from '../../observe/warnings.ts'
import { createRuleSimulator } from '../../rule-tools/simulator.ts'
import type { SavedSettings } from '../../saved-settings/saved-settings.ts'
import type { Mode } from '../../settings.ts'
import type { Storage } from '../../storage/storage.ts'
import type { BodyBudget } from '../body-budget.ts'
import type { OriginOf } from '../origin.ts'
import { databaseHandlers } from './database-handlers.ts'
import type { AreaHandlers, SessionHandlers } from './edge-request.ts'
import { functionsHandlers } from './functions-handlers.ts'
import { createGate } from './gate.ts'
import { overviewHandlers } from './overview-handlers.ts'
import { consolePages } from './pages.ts'
import { consoleRoutes } from './router.ts'
import { rulesHandlers } from './rules-handlers.ts'
import { CONSOLE_COOKIE, sessionCookie } from './session-cookie.ts'
import { sessionHandlers } from './session-handlers.ts'
import { settingsHandlers } from './settings-handlers.ts'
import { openStaticFiles } from './static-files.ts'
import { storageHandlers } from './storage-handlers.ts'
import { usersHandlers } from './users-handlers.ts'

export interface ConsoleOptions {
  readonly env: string
  readonly version: string
  readonly mode: Mode
  readonly publicUrl: string | undefined
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly now: () => number
  readonly log: Logger
  readonly access: ConsoleAccess
  readonly auth: Auth
  readonly storage: Storage
  readonly database: Database
  readonly settings: SavedSettings
  /** Undefined while there are no functions. */
  readonly functions: () => OpenFunctions | undefined
  readonly denials: Denials
  readonly traffic: Traffic
  readonly ready: () => Promise<Readiness>
  readonly nodes: Pick<Nodes, 'list'>
  /** Whether other machines can reach the server. */
  readonly onNetwork: () => boolean
  readonly budget: BodyBudget
  readonly originOf: OriginOf
}

export async function registerConsole(http: FastifyInstance, options: ConsoleOptions): Promise<void> {
  const { access, auth, publicUrl, originOf, budget, version } = options
  const cookie = sessionCookie({
    name: `${CONSOLE_COOKIE}${access.cookieId}`,
    secure: isHttps(publicUrl),
    maxAge: LIFETIME_MS / 1000,
  })
  const gate = createGate({ access, cookie, publicOrigin: publicUrl })
  const stillValid = async (caller: AdminCaller) => (await access.stillValid(caller)) ?? auth.stillValid(caller)
  await http.register(consoleRoutes, { handlers: handlersOf(options), gate, originOf, budget, version, stillValid })
  await http.register(consolePages, { files: openStaticFiles(builtConsole()), publicUrl })
}

function handlersOf(options: ConsoleOptions): SessionHandlers & AreaHandlers {
  const {
    env,
    version,
    mode,
    startedAt,
    now,
    log,
    access,
    auth,
    storage,
    database,
    settings,
    functions,
    denials,
    traffic,
    ready,
    nodes,
  } = options
  return {
    ...sessionHandlers({ env, version, mode, access }),
    ...overviewHandlers({
      env,
      version,
      mode,
      startedAt,
      now,
      ready,
      nodes,
      traffic,
      usage: usageOf(options),
      warnings: warningsAbout(options),
    }),
    ...storageHandlers({ storage }),
    ...rulesHandlers({
      simulator: createRuleSimulator({
        storage,
        database,
        resourceOpenid: () => settings.resourceOpenid(),
        functionRules: () => settings.current().functions.rules,
        now,
      }),
      denials,
      nodes,
      check: (text, subject) => settings.check(subject, text),
    }),
    ...settingsHandlers({ settings, database }),
    ...databaseHandlers({ database, settings }),
    ...functionsHandlers({ functions, nodes }),
    ...usersHandlers({ auth, log }),
  }
}

function usageOf({ storage, auth, database, now, log }: ConsoleOptions) {
  return createUsage({
    storage: () => storage.usage(),
    collections: () => database.usage(),
    users: () => auth.users.count(),
    now,
    failed: (error) => log.warn({ err: error }, 'counting the stored data failed'),
  })
}

function warningsAbout({ mode, publicUrl, access, settings, onNetwork }: ConsoleOptions) {
  const findings = ruleNotices(settings)
  return async (nodes: readonly NodeState[]) => {
    const { anonymous, wechat } = settings.current().auth
    return warningsOf({
      mode,
      passwordSet: await access.passwordSet(),
      inTheClear: onNetwork() && !isHttps(publicUrl),
      anonymous,
      madeUpIdentities: wechat.madeUpIdentities,
      settings: settings.settings(),
      findings: findings(),
      nodes,
    })
  }
}

function isHttps(url: string | undefined): boolean {
  return url?.startsWith('https:') === true
}

/** The directory of the built files in the package of the Console; undefined when it is not installed. */
function builtConsole(): string | undefined {
  try {
    return fileURLToPath(new URL('dist/', import.meta.resolve('@cloudstead/console/package.json')))
  } catch {
    return undefined
  }
}
