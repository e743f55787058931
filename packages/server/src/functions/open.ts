/** Puts the functions of a project together. Imported when there are some. */
import type { Leases } from '../engines/records/lease.ts'
import type { CurrentSettings, Mode } from '../settings.ts'
import type { CallTokens } from './call-token.ts'
import { createFunctions, type Functions } from './functions.ts'
import type { FunctionsLog } from './functions-log.ts'
import type { SigningKey } from './instances/environment.ts'
import { openProject } from './project/project.ts'
import { startTimers, type Timers } from './timers/timers.ts'

export interface OpenFunctionsOptions {
  readonly env: string
  readonly mode: Mode
  readonly settings: CurrentSettings
  readonly key: SigningKey
  readonly tokens: CallTokens
  /** The PATH of the server. */
  readonly searchPath: string
  /** The origin of all URLs that this server gives out; undefined when it is that of each request. */
  readonly publicUrl: string | undefined
  /** The address of this server for its functions. */
  readonly server: () => Promise<string>
  /** The origin of the URLs that functions get when no client waits for them. */
  readonly origin: () => string
  readonly leases: Leases
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: FunctionsLog
}

export interface OpenFunctions extends Functions {
  readonly timers: Pick<Timers, 'next' | 'run'>
}

export function openFunctions(options: OpenFunctionsOptions): OpenFunctions {
  const project = openProject(options)
  const functions = createFunctions({ ...options, project })
  const timers = startTimers({ ...options, project, runner: functions })
  return {
    ...functions,
    timers,
    async close() {
      await timers.close()
      await functions.close()
    },
  }
}
