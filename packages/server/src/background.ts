/** What is done periodically, and once at start: orphaned bytes and expired sessions go. */
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

/**
 * Starts the work in the background.
 *
 * @returns ends it
 */
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
  // Noted before the first upload: whatever is an orphan now was left by a former run.
  await plan.catch(() => {})
  void run(plan)
  const timer = setInterval(() => void run(storage.planSweep(false)), SWEEP_INTERVAL_MS).unref()
  return () => {
    clearInterval(timer)
    stop.abort()
  }
}
