/** Background work: removes orphaned bytes and expired sessions, at start and periodically. */
import type { Logger } from 'pino'
import type { ConsoleAccess } from './auth/console/access.ts'
import type { Auth } from './auth/index.ts'
import type { Storage } from './storage/storage.ts'
import type { Sweep } from './storage/sweep.ts'

const SWEEP_INTERVAL_MS = 60 * 60 * 1000

export interface BackgroundOptions {
  readonly storage: Pick<Storage, 'planSweep'>
  readonly auth: Pick<Auth, 'sweep' | 'users'>
  readonly access: Pick<ConsoleAccess, 'sweep'>
  readonly log: Logger
}

/** @returns a function that stops the work */
export async function startBackground({ storage, auth, access, log }: BackgroundOptions): Promise<() => void> {
  const stop = new AbortController()
  const run = async (plan: Promise<Sweep>) => {
    try {
      const bytes = await (await plan)(stop.signal)
      const sessions = (await auth.sweep()) + (await access.sweep())
      if (bytes + sessions > 0) log.info({ bytes, sessions }, 'swept orphaned bytes and expired sessions')
    } catch (error) {
      if (!stop.signal.aborted) log.warn({ err: error }, 'sweeping failed')
    }
  }
  auth.users.settle(stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) log.warn({ err: error }, 'putting users and sessions in order failed')
  })
  const plan = storage.planSweep(true)
  // Planned before the first upload, so every orphan found here was left by an earlier run.
  await plan.catch(() => {})
  void run(plan)
  const timer = setInterval(() => void run(storage.planSweep(false)), SWEEP_INTERVAL_MS).unref()
  return () => {
    clearInterval(timer)
    stop.abort()
  }
}
