/** Runs one server until SIGTERM or SIGINT. */
import { flushCompileCache } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { ConfigFile } from '../config/index.ts'
import { environmentsIn } from '../data-dir.ts'
import type { DataPlaces } from '../open-data.ts'
import type { Mode } from '../settings.ts'
import { addressesOf } from './addresses.ts'
import { devHints } from './dev-hints.ts'
import { UsageError } from './options.ts'
import { version } from './usage.ts'

export interface RunOptions {
  readonly mode: Mode
  readonly env: string
  readonly places: DataPlaces
  readonly host: string
  readonly port: number
  readonly publicUrl: string | undefined
  /** As the HTTP server takes them. */
  readonly trustedProxies: readonly string[]
  /** How long the bytes of deleted files are kept at least, in ms. */
  readonly keepDeletedMs: number
  /** As `createApp` takes it. */
  readonly offload: string | undefined
  /** How long load balancers are told that the server is about to stop, in seconds. */
  readonly drain: number
  readonly config: ConfigFile
  /** The PATH of the functions. */
  readonly searchPath: string
  readonly log: Logger
  /**
   * Told once, when the server listens: the lines to print. They may contain a sign-in link, so they are never logged: logs
   * are kept and shared, and anyone with the link can sign in.
   */
  readonly ready: (lines: string) => void
  /** Whether to make a sign-in link for the lines, if there is no other way into the Console. */
  readonly withLink: boolean
}

/** @throws UsageError when the port is in use; what `createApp` throws */
export async function runServer(options: RunOptions): Promise<0> {
  const { mode, env, places, host, port, publicUrl, drain, log } = options
  const { createApp } = await import('../app.ts')
  const others = places.records ? [] : environmentsIn(places.dataDir)
  if (others.length > 0 && !others.includes(env)) log.warn({ env, others }, 'a new environment beside others')
  const app = await createApp({ ...options, version: version() })
  const url = await app.listen(host, port).catch(async (error: unknown) => {
    await app.close()
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    throw taken
      ? new UsageError(`port ${port} is in use; choose another with --port, or stop the process that uses it`)
      : error
  })
  // Set up before it is told, because whoever hears of it may send SIGTERM at once.
  const stopped = stopSignal()
  const addresses = addressesOf(url)
  const base = publicUrl ?? addresses.local
  const link = options.withLink ? await app.consoleLink(base) : undefined
  const hints =
    mode === 'dev'
      ? devHints(env, base, publicUrl === undefined ? addresses : { local: publicUrl, network: [] }, app.functions())
      : ''
  options.ready(`cloudstead ready: env ${env} at ${base}\n${link === undefined ? '' : `  console ${link}\n`}${hints}`)
  // At the first start: what was needed for it is compiled by now, and a server may never end by itself.
  flushCompileCache()
  await stopped
  if (drain > 0) {
    log.info({ seconds: drain }, 'stopping: load balancers are told, requests are still served')
    app.drain()
    await setTimeout(drain * 1000)
  }
  await app.close()
  return 0
}

/** Resolves on SIGTERM or SIGINT. */
export function stopSignal(): Promise<void> {
  return new Promise((done) => {
    process.once('SIGTERM', () => done())
    process.once('SIGINT', () => done())
  })
}
