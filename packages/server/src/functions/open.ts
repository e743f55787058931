/** Puts the functions of a project together. Imported when there are some. */
import type { Leases } from '../engines/records/lease.ts'
import { createFunctions, type Functions, type FunctionsOptions } from './functions.ts'
import { openProject } from './project/project.ts'
import { startTimers, type Timers } from './timers/timers.ts'

export interface OpenFunctionsOptions extends Omit<FunctionsOptions, 'project'> {
  /** What no function may read: absolute paths. */
  readonly hidden: readonly string[]
  /** The origin of the URLs that functions get when no client waits for them. */
  readonly origin: () => string
  readonly leases: Leases
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
