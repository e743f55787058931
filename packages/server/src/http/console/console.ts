/** Puts the Console together: what it asks of the services, who may use it, and its routes. A part of the composition root. */
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { ConsoleAccess } from '../../auth/console/access.ts'
import { LIFETIME_MS } from '../../auth/console/sessions.ts'
import type { Auth } from '../../auth/index.ts'
import { countUsers } from '../../auth/usage.ts'
import type { Database } from '../../database/database.ts'
import type { Records } from '../../engines/records/records.ts'
import type { Denials } from '../../observe/denials.ts'
import type { Traffic } from '../../observe/traffic.ts'
import { createUsage } from '../../observe/usage.ts'
import { ruleNotices, warningsOf } from '../../observe/warnings.ts'
import { createRuleSimulator } from '../../rule-tools/simulator.ts'
import type { SavedSettings } from '../../saved-settings/saved-settings.ts'
import type { Storage } from '../../storage/storage.ts'
import { countStorage } from '../../storage/usage.ts'
import type { BodyBudget } from '../body-budget.ts'
import type { OriginOf } from '../origin.ts'
import { databaseHandlers } from './database-handlers.ts'
import type { AreaHandlers, SessionHandlers } from './edge-request.ts'
import { createGate } from './gate.ts'
import { overviewHandlers } from './overview-handlers.ts'
import { consolePages } from './pages.ts'
import { consoleRoutes } from './router.ts'
import { rulesHandlers } from './rules-handlers.ts'
import { sessionCookie } from './session-cookie.ts'
import { sessionHandlers } from './session-handlers.ts'
import { settingsHandlers } from './settings-handlers.ts'
import { openStaticFiles } from './static-files.ts'
import { storageHandlers } from './storage-handlers.ts'
import { usersHandlers } from './users-handlers.ts'

export interface ConsoleParts {
  readonly env: string
  readonly version: string
  readonly mode: 'start' | 'dev'
  readonly publicUrl: string | undefined
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly now: () => number
  readonly log: Logger
  readonly records: Records
  readonly access: ConsoleAccess
  readonly auth: Auth
  readonly storage: Storage
  readonly database: Database
  readonly settings: SavedSettings
  readonly denials: Denials
  readonly traffic: Traffic
  readonly healthy: () => Promise<boolean>
  /** Whether others than this machine reach the server. */
  readonly onNetwork: () => boolean
  readonly budget: BodyBudget
  readonly originOf: OriginOf
}

export async function registerConsole(http: FastifyInstance, parts: ConsoleParts): Promise<void> {
  const { access, publicUrl, originOf, budget, denials, version } = parts
  const cookie = sessionCookie({
    name: `cloudstead_console_${access.cookieId}`,
    secure: isHttps(publicUrl),
    maxAge: LIFETIME_MS / 1000,
  })
  const gate = createGate({ access, cookie, publicOrigin: publicUrl })
  await http.register(consoleRoutes, { handlers: handlersOf(parts), gate, originOf, budget, denials, version })
  await http.register(consolePages, { files: openStaticFiles(builtConsole()) })
}

function handlersOf(parts: ConsoleParts): SessionHandlers & AreaHandlers {
  const { env, version, mode, startedAt, log, access, auth, storage, database, settings, denials, traffic, healthy } =
    parts
  return {
    ...sessionHandlers({ env, version, mode, access }),
    ...overviewHandlers({
      ...{ env, version, mode, startedAt, healthy, traffic },
      usage: usageOf(parts),
      warnings: warningsAbout(parts),
    }),
    ...storageHandlers({ storage }),
    ...rulesHandlers({
      simulator: createRuleSimulator({ storage, database, resourceOpenid: () => settings.resourceOpenid() }),
      denials,
      check: (text, collection) => settings.check(collection, text),
    }),
    ...settingsHandlers({ settings, database }),
    ...databaseHandlers({ database, settings }),
    ...usersHandlers({ auth, log }),
  }
}

function usageOf({ records, database, now, log }: ConsoleParts) {
  return createUsage({
    storage: () => countStorage(records),
    collections: () => database.usage(),
    users: () => countUsers(records),
    now,
    failed: (error) => log.warn({ err: error }, 'counting what is stored failed'),
  })
}

function warningsAbout({ mode, publicUrl, access, settings, onNetwork }: ConsoleParts) {
  const findings = ruleNotices(settings)
  return async () => {
    const { anonymous, wechat } = settings.current().auth
    return warningsOf({
      mode,
      passwordSet: await access.passwordSet(),
      inTheClear: onNetwork() && !isHttps(publicUrl),
      anonymous,
      madeUpIdentities: wechat.madeUpIdentities,
      settings: settings.settings(),
      findings: findings(),
    })
  }
}

function isHttps(url: string | undefined): boolean {
  return url?.startsWith('https:') === true
}

/** Where the package of the Console has its built files. */
function builtConsole(): string | undefined {
  try {
    return fileURLToPath(new URL('dist/', import.meta.resolve('@cloudstead/console/package.json')))
  } catch {
    return undefined
  }
}
