/** Runs the timers of functions: of all servers on the same data, one does. */
import { randomUUID } from 'node:crypto'
import timersOf from 'node:timers/promises'
import { NOBODY } from '@cloudstead/protocol'
import type { Leases } from '../../engines/records/lease.ts'
import type { CurrentSettings, TimerTrigger } from '../../settings.ts'
import type { FunctionAnswer, FunctionRunner } from '../call.ts'
import type { Project, ProjectState } from '../definition.ts'
import type { FunctionsLog } from '../functions-log.ts'
import { type Cron, nextTime, parseCron } from './cron.ts'

/** How often the project and the settings are looked at, and another server is asked whether it runs the timers. */
const LOOK_MS = 1000

export interface TimersOptions {
  readonly project: Project
  readonly runner: FunctionRunner
  readonly settings: CurrentSettings
  readonly leases: Leases
  /** The origin of the URLs that functions get. */
  readonly origin: () => string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: FunctionsLog
}

export interface Timers {
  /** When a timer runs next, in ms since the epoch; undefined when it never does. */
  next(timer: TimerTrigger): number | undefined
  /** Runs a timer now. @throws as `FunctionRunner.invoke` */
  run(name: string, timer: TimerTrigger, requestId: string): Promise<FunctionAnswer>
  /** No timer starts any more. */
  close(): Promise<void>
}

/** A timer that is set. */
interface SetTimer {
  readonly name: string
  readonly timer: TimerTrigger
  readonly cron: Cron
  /** Milliseconds since the epoch. */
  due: number | undefined
}

export function startTimers({ project, runner, settings, leases, origin, now, log }: TimersOptions): Timers {
  const ending = new AbortController()
  /** The timers of which a run is going on. */
  const running = new Map<string, Promise<void>>()

  function next({ cron }: TimerTrigger): number | undefined {
    const { timers, timezone } = settings().functions
    return timers ? nextTime(parseCron(cron), now(), timezone) : undefined
  }

  function run(name: string, timer: TimerTrigger, requestId: string): Promise<FunctionAnswer> {
    const event = { Type: 'Timer', TriggerName: timer.name, Time: new Date(now()).toISOString(), Message: '' }
    return runner.invoke({
      name,
      event: JSON.stringify(event),
      caller: NOBODY,
      trigger: 'timer',
      timer: timer.name,
      requestId,
      origin: origin(),
    })
  }

  function start({ name, timer }: SetTimer): void {
    const key = `${name} ${timer.name}`
    if (running.has(key)) {
      log.warn({ function: name, timer: timer.name }, 'a timer is skipped, because its last run has not ended')
      return
    }
    // How it ends is in the log of the calls.
    const ended = run(name, timer, randomUUID()).then(
      () => {},
      () => {},
    )
    running.set(
      key,
      ended.finally(() => running.delete(key)),
    )
  }

  function setAll(state: ProjectState, former: readonly SetTimer[]): readonly SetTimer[] {
    const { timezone } = settings().functions
    const known = new Map(former.map((one) => [keyOf(one), one]))
    return [...state.functions.values()].flatMap(({ name, triggers }) =>
      triggers.map((timer): SetTimer => {
        const kept = known.get(keyOf({ name, timer }))
        if (kept !== undefined) return kept
        const cron = parseCron(timer.cron)
        return { name, timer, cron, due: nextTime(cron, now(), timezone) }
      }),
    )
  }

  async function keepTime(signal: AbortSignal): Promise<void> {
    let sets: readonly SetTimer[] = []
    let seen: { readonly state: ProjectState; readonly timezone: number } | undefined
    while (!signal.aborted) {
      const { timers, timezone } = settings().functions
      const state = project.current()
      if (seen?.state !== state || seen.timezone !== timezone) {
        sets = setAll(state, seen?.timezone === timezone ? sets : [])
        seen = { state, timezone }
      }
      const at = now()
      for (const set of sets) {
        if (set.due === undefined || set.due > at) continue
        // Those that were missed are not made up for.
        set.due = nextTime(set.cron, at, timezone)
        if (timers) start(set)
      }
      const first = Math.min(at + LOOK_MS, ...sets.map(({ due }) => due ?? Number.POSITIVE_INFINITY))
      await pause(Math.max(1, first - now()), signal)
    }
  }

  async function work(): Promise<void> {
    while (!ending.signal.aborted) {
      await leases.run('function-timers', ending.signal, keepTime).catch((error: unknown) => {
        if (!ending.signal.aborted) log.warn({ err: error }, 'running the timers of functions failed')
      })
      await pause(LOOK_MS, ending.signal)
    }
  }

  const working = work()
  return {
    next,
    run,
    async close() {
      ending.abort()
      await working
    },
  }
}

function keyOf({ name, timer }: Pick<SetTimer, 'name' | 'timer'>): string {
  return [name, timer.name, timer.cron].join(' ')
}

/** Resolves after a time, or when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await timersOf.setTimeout(ms, undefined, { signal, ref: false }).catch(() => {})
}
