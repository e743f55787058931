/** Periodic work: of all servers on the same data, one at a time does it. */
import timers from 'node:timers/promises'
import type { Logger } from 'pino'
import type { ConsoleAccess } from './auth/console/access.ts'
import type { Auth } from './auth/index.ts'
import type { Nodes } from './cluster/nodes.ts'
import type { Leases } from './engines/records/lease.ts'
import type { Storage } from './storage/storage.ts'

const HOUR_MS = 60 * 60 * 1000
const TRASH_EVERY_MS = 5_000
/** The pause of a server that found another one at work, before it asks again. */
const ASK_AGAIN_MS = 5_000

export interface BackgroundOptions {
  readonly storage: Pick<Storage, 'settle' | 'removeUnfinished' | 'sweep' | 'emptyTrash'>
  readonly auth: Pick<Auth, 'sweep' | 'users'>
  readonly access: Pick<ConsoleAccess, 'sweep'>
  readonly nodes: Pick<Nodes, 'clockIsRight' | 'sweep'>
  readonly leases: Leases
  readonly log: Logger
}

export interface Background {
  /** Ends the work and waits for it. */
  stop(): Promise<void>
}

/** One kind of work. */
interface Chore {
  /** For the log. */
  readonly what: string
  readonly everyMs: number
  /** Resolves to how many things it removed, if it removes some. */
  readonly run: (signal: AbortSignal) => Promise<unknown>
}

/** Starts the work in the background. */
export function startBackground({ storage, auth, access, nodes, leases, log }: BackgroundOptions): Background {
  const ending = new AbortController()
  /** Whether bytes are old enough to be removed is a matter of clocks. */
  const ifClockIsRight = (run: Chore['run']) => async (signal: AbortSignal) => (nodes.clockIsRight() ? run(signal) : 0)
  const hourly = (what: string, run: Chore['run']): Chore => ({ what, everyMs: HOUR_MS, run })
  const chores: readonly Chore[] = [
    hourly('repairing the records of users and sessions', (signal) => auth.users.settle(signal)),
    hourly('indexing the files of an older version', (signal) => storage.settle(signal)),
    hourly('removing unfinished uploads', () => storage.removeUnfinished()),
    hourly('removing orphaned bytes', ifClockIsRight(storage.sweep)),
    hourly('removing expired sessions', auth.sweep),
    hourly('removing expired sessions of the Console', access.sweep),
    hourly('forgetting servers that have ended', nodes.sweep),
    { what: 'removing the bytes of deleted files', everyMs: TRASH_EVERY_MS, run: ifClockIsRight(storage.emptyTrash) },
  ]

  /** Chores whose last run failed. A failure is logged, and again only after a success. */
  const failing = new Set<string>()
  async function attempt({ what, run }: Omit<Chore, 'everyMs'>, signal: AbortSignal): Promise<void> {
    try {
      const removed = await run(signal)
      if (typeof removed === 'number' && removed > 0) log.info({ removed }, what)
      failing.delete(what)
    } catch (error) {
      if (!signal.aborted && !failing.has(what)) log.warn({ err: error }, `${what} failed`)
      failing.add(what)
    }
  }

  async function repeat(chore: Chore, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await attempt(chore, signal)
      await pause(chore.everyMs, signal)
    }
  }

  /** Works until the signal aborts. */
  async function housekeeping(signal: AbortSignal): Promise<void> {
    await Promise.all(chores.map((chore) => repeat(chore, signal)))
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const run = (signal: AbortSignal) => leases.run('housekeeping', signal, housekeeping)
      await attempt({ what: 'taking over the periodic work', run }, ending.signal)
      await pause(ASK_AGAIN_MS, ending.signal)
    }
  }

  const running = run()
  return {
    async stop() {
      ending.abort()
      await running
    },
  }
}

/** Resolves after a time, or when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await timers.setTimeout(ms, undefined, { signal, ref: false }).catch(() => {})
}
