/** Puts the Console together: its handlers, who may use it, and the routes. A part of the composition root. */
import { type OperationId, operations } from '@cloudstead/admin-api'
import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import { createConsoleAccess } from './auth/console-access.ts'
import type { Auth } from './auth/index.ts'
import type { Denials } from './denials.ts'
import type { BodyBudget } from './http/body-budget.ts'
import type { AreaHandlers, SessionHandlers } from './http/console/edge-request.ts'
import { createGate } from './http/console/gate.ts'
import { consoleRoutes } from './http/console/router.ts'
import { sessionCookie } from './http/console/session-cookie.ts'
import type { OriginOf } from './http/origin.ts'

const COOKIE_SECONDS = 7 * 86_400

export interface ConsoleParts {
  readonly version: string
  readonly publicUrl: string | undefined
  readonly auth: Auth
  readonly budget: BodyBudget
  readonly denials: Denials
  readonly originOf: OriginOf
  /** The handlers of the areas, each made by its own file. */
  readonly handlers: Partial<AreaHandlers>
}

export async function registerConsole(http: FastifyInstance, parts: ConsoleParts): Promise<void> {
  const { version, publicUrl, auth, budget, denials, originOf } = parts
  const access = createConsoleAccess({ keys: auth.keys })
  const gate = createGate({
    access,
    cookie: sessionCookie({
      name: 'cloudstead_console',
      secure: publicUrl?.startsWith('https:') === true,
      maxAge: COOKIE_SECONDS,
    }),
    publicOrigin: publicUrl,
  })
  await http.register(consoleRoutes, {
    handlers: withMissing(parts.handlers),
    gate,
    originOf,
    budget,
    denials,
    version,
  })
}

/** The one place that stands in for operations whose handlers do not exist yet. */
function withMissing(handlers: Partial<AreaHandlers & SessionHandlers>): AreaHandlers & SessionHandlers {
  const missing = () => {
    throw new CloudsteadError('INVALID_ACTION', 'this operation is not there yet')
  }
  const ids = Object.keys(operations) as OperationId[]
  return Object.fromEntries(ids.map((id) => [id, handlers[id] ?? missing])) as unknown as AreaHandlers & SessionHandlers
}
