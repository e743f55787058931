/** Work that is done at start and then periodically: orphaned bytes and expired sessions are removed. */
import type { Logger } from 'pino'
import type { ConsoleAccess } from './auth/console/access.ts'
import type { Auth } from './auth/index.ts'
import type { Storage } from './storage/storage.ts'

const SWEEP_INTERVAL_MS = 60 * 60 * 1000

export interface BackgroundOptions {
  readonly storage: Pick<Storage, 'settle' | 'sweep'>
  readonly auth: Pick<Auth, 'sweep' | 'users'>
  readonly access: Pick<ConsoleAccess, 'sweep'>
  readonly log: Logger
}

/**
 * Starts the work in the background.
 *
 * @returns stops it
 */
export function startBackground({ storage, auth, access, log }: BackgroundOptions): () => void {
  const stop = new AbortController()
  const sweep = async () => {
    try {
      const blobs = await storage.sweep(stop.signal)
      const sessions = (await auth.sweep()) + (await access.sweep())
      if (blobs + sessions > 0) log.info({ blobs, sessions }, 'swept orphaned bytes and expired sessions')
    } catch (error) {
      if (!stop.signal.aborted) log.warn({ err: error }, 'the sweep of orphaned bytes and expired sessions failed')
    }
  }
  auth.users.settle(stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) log.warn({ err: error }, 'repairing the records of users and sessions failed')
  })
  storage.settle(stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) log.warn({ err: error }, 'indexing the files of an older version failed')
  })
  void sweep()
  const timer = setInterval(() => void sweep(), SWEEP_INTERVAL_MS).unref()
  return () => {
    clearInterval(timer)
    stop.abort()
  }
}
