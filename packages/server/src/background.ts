/** Periodic work: of all servers on the same data, one at a time does it. */
import timers from 'node:timers/promises'
import type { Logger } from 'pino'
import type { ConsoleAccess } from './auth/console/access.ts'
import type { Auth } from './auth/index.ts'
import type { Nodes } from './cluster/nodes.ts'
import type { Leases } from './engines/records/lease.ts'
import type { Storage } from './storage/storage.ts'

const SWEEP_EVERY_MS = 60 * 60 * 1000
const TRASH_EVERY_MS = 5_000
/** The pause of a server that found another one at work, before it asks again. */
const ASK_AGAIN_MS = 5_000

export interface BackgroundOptions {
  readonly storage: Pick<Storage, 'settle' | 'sweep' | 'emptyTrash'>
  readonly auth: Pick<Auth, 'sweep' | 'users'>
  readonly access: Pick<ConsoleAccess, 'sweep'>
  readonly nodes: Pick<Nodes, 'sweep'>
  readonly leases: Leases
  readonly log: Logger
}

export interface Background {
  /** Ends the work and waits for it. */
  stop(): Promise<void>
}

/** Starts the work in the background. */
export function startBackground({ storage, auth, access, nodes, leases, log }: BackgroundOptions): Background {
  const ending = new AbortController()

  /** Logs a failure, and again only after the same work has succeeded. */
  const failing = new Set<string>()
  async function attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      failing.delete(what)
    } catch (error) {
      if (!ending.signal.aborted && !failing.has(what)) log.warn({ err: error }, `${what} failed`)
      failing.add(what)
    }
  }

  async function sweep(signal: AbortSignal): Promise<void> {
    const blobs = await storage.sweep(signal)
    const sessions = (await auth.sweep()) + (await access.sweep())
    const ended = await nodes.sweep()
    if (blobs + sessions > 0) log.info({ blobs, sessions, ended }, 'swept orphaned bytes and expired sessions')
  }

  async function repeat(everyMs: number, signal: AbortSignal, what: string, work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await attempt(what, work)
      await pause(everyMs, signal)
    }
  }

  /** Works until the signal aborts. */
  async function housekeeping(signal: AbortSignal): Promise<void> {
    await Promise.all([
      attempt('repairing the records of users and sessions', () => auth.users.settle(signal)),
      attempt('indexing the files of an older version', () => storage.settle(signal)),
      repeat(SWEEP_EVERY_MS, signal, 'the sweep of orphaned bytes and expired sessions', () => sweep(signal)),
      repeat(TRASH_EVERY_MS, signal, 'removing the bytes of deleted files', async () => {
        await storage.emptyTrash(signal)
      }),
    ])
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      await attempt('taking over the periodic work', async () => {
        await leases.run('housekeeping', ending.signal, housekeeping)
      })
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
