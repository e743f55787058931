/** Puts the Console together: its handlers, who may use it, and the routes. A part of the composition root. */
import { fileURLToPath } from 'node:url'
import { type OperationId, operations } from '@cloudstead/admin-api'
import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import type { ConsoleAccess } from './auth/console-access.ts'
import { LIFETIME_MS } from './auth/console-sessions.ts'
import type { Denials } from './denials.ts'
import type { BodyBudget } from './http/body-budget.ts'
import type { AreaHandlers, SessionHandlers } from './http/console/edge-request.ts'
import { createGate } from './http/console/gate.ts'
import { consolePages } from './http/console/pages.ts'
import { consoleRoutes } from './http/console/router.ts'
import { sessionCookie } from './http/console/session-cookie.ts'
import { sessionHandlers } from './http/console/session-handlers.ts'
import { openStaticFiles } from './http/console/static-files.ts'
import type { OriginOf } from './http/origin.ts'

export interface ConsoleParts {
  readonly env: string
  readonly version: string
  readonly mode: 'start' | 'dev'
  readonly publicUrl: string | undefined
  readonly access: ConsoleAccess
  readonly budget: BodyBudget
  readonly denials: Denials
  readonly originOf: OriginOf
  /** The handlers of the areas, each made by its own file. */
  readonly handlers: Partial<AreaHandlers>
}

export async function registerConsole(http: FastifyInstance, parts: ConsoleParts): Promise<void> {
  const { env, version, mode, publicUrl, access, budget, denials, originOf } = parts
  const gate = createGate({
    access,
    cookie: sessionCookie({
      name: `cloudstead_console_${access.cookieId}`,
      secure: publicUrl?.startsWith('https:') === true,
      maxAge: LIFETIME_MS / 1000,
    }),
    publicOrigin: publicUrl,
  })
  await http.register(consoleRoutes, {
    handlers: withMissing({ ...sessionHandlers({ env, version, mode, access }), ...parts.handlers }),
    gate,
    originOf,
    budget,
    denials,
    version,
  })
  await http.register(consolePages, { files: openStaticFiles(builtConsole()), publicOrigin: publicUrl })
}

/** Where the package of the Console has its built files. */
function builtConsole(): string | undefined {
  try {
    return fileURLToPath(new URL('dist/', import.meta.resolve('@cloudstead/console/package.json')))
  } catch {
    return undefined
  }
}

/** The one place that stands in for operations whose handlers do not exist yet. */
function withMissing(handlers: Partial<AreaHandlers & SessionHandlers>): AreaHandlers & SessionHandlers {
  const missing = () => {
    throw new CloudsteadError('INVALID_ACTION', 'this operation is not there yet')
  }
  const ids = Object.keys(operations) as OperationId[]
  return Object.fromEntries(ids.map((id) => [id, handlers[id] ?? missing])) as unknown as AreaHandlers & SessionHandlers
}
