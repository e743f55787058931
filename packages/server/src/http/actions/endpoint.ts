import type { IncomingMessage, ServerResponse } from 'node:http'
import { CloudsteadError, requireScope, type Scope } from '@cloudstead/protocol'
import type { DeniedError } from '../../decisions/denied-error.ts'
import type { CallTokens } from '../../functions/call-token.ts'
import { type CallerOf, isKnown } from '../callers.ts'
import type { LargeAnswers } from '../large-answers.ts'
import type { OriginOf } from '../origin.ts'
import type { Params } from '../params.ts'
import { strictlySpelled } from './spelling.ts'
import type { ActionTable } from './table.ts'
import { type CallLog, loggedWithin } from './within-call.ts'

/** Characters of an invalid value that a message quotes. */
const MAX_SHOWN = 100

export interface EndpointOptions {
  /** `/web` or `/admin`. */
  readonly path: string
  readonly env: string
  /** The member of the body that names the environment; the query parameter `env` may name it too. */
  readonly envParam: 'env' | 'envName'
  /** Refuses a request that names no environment. Keys of administrators name theirs: node-sdk 2 sends none after `init()`. */
  readonly envRequired: boolean
  readonly actions: ActionTable
  readonly callerOf: CallerOf
  readonly originOf: OriginOf
  /** Opens the tokens by which functions say which of their calls a request belongs to. */
  readonly callTokens?: Pick<CallTokens, 'open'>
  readonly log: CallLog
  /** Shared by all routes of a server. */
  readonly answers: Pick<LargeAnswers, 'roomFor'>
}

/** A request for an action. */
interface ActionCall {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The parameter `env` of the URL. It can have any type. */
  readonly envInUrl: unknown
  /** The parameters in the URL. */
  readonly query: () => Params
  readonly clientAddress: () => string
  /** Takes the items that the rules denied when the answer as a whole is not an error. Called once at most. */
  readonly denied: (errors: readonly DeniedError[]) => void
}

/** The endpoint of a dialect, whatever listens. */
export interface ActionEndpoint {
  readonly path: string
  readonly env: string
  /**
   * Runs an action.
   *
   * @param body undefined for an empty one
   * @returns the answer as JSON: `{ ...result, requestId }`
   * @throws CloudsteadError
   */
  answer(call: ActionCall, body: Params | undefined): Promise<string>
}

export function createEndpoint(options: EndpointOptions): ActionEndpoint {
  const { path, env, callerOf, originOf, callTokens, log, answers } = options
  const actions = new Map(
    Object.entries(options.actions).map(([name, run]) => [name, { run, scope: scopeOfAction(name) }]),
  )
  return {
    path,
    env,
    async answer({ id, request, response, envInUrl, query, clientAddress, denied }, body) {
      if (body === undefined) throw new CloudsteadError('INVALID_PARAM', 'the body is not valid JSON')
      const params = strictlySpelled(body)
      checkEnv(options, envInUrl, params)
      const caller = await callerOf(request, params)
      const action = typeof params.action === 'string' ? actions.get(params.action) : undefined
      if (action === undefined) {
        throw new CloudsteadError('INVALID_ACTION', `the action ${shown(params.action)} is not supported`)
      }
      requireScope(caller, action.scope)
      const within = callTokens?.open(params.tcb_sessionToken)
      const run = () =>
        action.run(caller, params, {
          // Whoever called the function reaches the server there, and not at the address that the function uses.
          get origin() {
            return within?.origin ?? originOf(request)
          },
          denied,
          room: answers.roomFor(response, isKnown(caller)),
          requestId: id,
          clientAddress,
          query,
          within: within && (params.tcb_sessionToken as string),
        })
      const result = await (within === undefined ? run() : loggedWithin(within, log, params.action, run))
      return JSON.stringify({ ...result, requestId: id })
    },
  }
}

/** Actions that change nothing. Any other needs the scope to write. */
const READING: ReadonlySet<string> = new Set([
  'storage.batchGetDownloadUrl',
  'database.getDocument',
  'database.calculateDocument',
  'database.queryDocument',
  'database.countDocument',
  'auth.getUserInfoForAdmin',
])

/** The scope that an API key needs for an action. */
function scopeOfAction(action: string): Scope {
  const [name] = action.split('.')
  const area = name === 'storage' || name === 'database' || name === 'functions' ? name : 'users'
  return `${area}:${READING.has(action) ? 'read' : 'write'}`
}

function checkEnv(
  { env: own, envParam, envRequired }: EndpointOptions,
  envInUrl: unknown,
  params: Readonly<Record<string, unknown>>,
): void {
  const named = [envInUrl, params[envParam]].filter((env) => env !== undefined && env !== '')
  if (named.length === 0 && envRequired) throw new CloudsteadError('INVALID_ENV', 'the request names no environment')
  const foreign = named.find((env) => env !== own)
  if (foreign !== undefined) {
    throw new CloudsteadError('INVALID_ENV', `this server serves ${own}, not ${shown(foreign)}`)
  }
}

/** Describes an invalid value for a message. Only the type for non-strings: they can nest so deep that encoding them fails. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN)) : `of type ${typeof value}`
}
