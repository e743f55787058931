/** `cloudstead start` and `cloudstead dev`: runs the server until SIGTERM or SIGINT. */
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type ConfigContext, openConfigFile } from '../config/index.ts'
import { environmentsIn } from '../data-dir.ts'
import { createLog, LOG_LEVELS } from '../observe/log.ts'
import type { DataPlaces } from '../open-data.ts'
import type { Mode } from '../settings.ts'
import { addressesOf } from './addresses.ts'
import { devHints } from './dev-hints.ts'
import {
  choice,
  type Environment,
  envOption,
  networksOption,
  parseOptions,
  portOption,
  secondsOption,
  UsageError,
  urlOption,
} from './options.ts'
import { blobsPlace, RECORDS_OPTIONS, recordsPlace } from './places.ts'
import {
  DEFAULT_CONFIG,
  DEFAULT_DATA_DIR,
  DEFAULT_HOST,
  DEFAULT_PORT,
  DEV_DATA_DIR,
  DEV_ENV,
  version,
} from './usage.ts'

const OPTIONS = {
  env: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  'public-url': { type: 'string' },
  'log-level': { type: 'string' },
  'trusted-proxy': { type: 'string' },
  drain: { type: 'string' },
  blobs: { type: 'string' },
  ...RECORDS_OPTIONS,
} as const

/** Seconds in which load balancers notice that a server is about to stop, where there is more than one. */
const DEFAULT_DRAIN_S = 5
const MAX_DRAIN_S = 600

export async function serve(mode: Mode, args: readonly string[], environment: Environment): Promise<number> {
  const options = parseOptions(args, OPTIONS)
  const env = envOption(options.env ?? (mode === 'dev' ? DEV_ENV : undefined))
  const port = portOption(options.port ?? DEFAULT_PORT)
  const publicUrl = urlOption('public-url', options['public-url'])
  const host = options.host ?? DEFAULT_HOST
  const level = choice('log-level', options['log-level'] ?? 'info', LOG_LEVELS)
  const places = placesOf(mode, options, environment)
  const drain = secondsOption('drain', options.drain ?? String(places.records ? DEFAULT_DRAIN_S : 0), MAX_DRAIN_S)
  const trustedProxies = networksOption('trusted-proxy', options['trusted-proxy'])
  const log = createLog({ mode, level })
  // Everything that this process creates is readable by its owner only.
  process.umask(0o077)
  // An empty variable counts as not set.
  const context: ConfigContext = { mode, wechatSecret: environment.CLOUDSTEAD_WECHAT_SECRET || undefined }
  const config = openConfigFile({
    path: resolve(options.config ?? DEFAULT_CONFIG),
    optional: options.config === undefined,
    context,
    events: {
      reloaded: () => log.info('the edited configuration is in effect'),
      warned: (warnings) => {
        for (const { path, code, message } of warnings) log.warn({ rule: path, code }, message.en)
      },
      refused: (reason) =>
        log.error({ reason }, 'the edited configuration cannot be used; the previous one stays in effect'),
    },
  })
  try {
    const { createApp } = await import('../app.ts')
    const { dataDir } = places
    const others = places.records ? [] : environmentsIn(dataDir)
    if (others.length > 0 && !others.includes(env)) log.warn({ env, others }, 'a new environment beside others')
    const appOptions = { env, places, version: version(), config, publicUrl, trustedProxies, log, mode }
    const app = await createApp(appOptions).catch(async (error: Error) => {
      if (error.name !== 'DataDirInUseError') throw error
      const { whereItRuns } = await import('./running-server.ts')
      throw await whereItRuns(error, mode, { ...options, env, 'data-dir': dataDir }, environment)
    })
    const url = await app.listen(host, port).catch(async (error: unknown) => {
      await app.close()
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      throw taken
        ? new UsageError(`port ${port} is in use; choose another with --port, or stop the process that uses it`)
        : error
    })
    // Set up before the line is printed, because its reader may send SIGTERM at once.
    const stopped = stopSignal()
    const addresses = addressesOf(url)
    const base = publicUrl ?? addresses.local
    process.stdout.write(`cloudstead ready: env ${env} at ${base}\n`)
    const link = await app.consoleLink(base)
    // Printed on standard output and never logged: logs are kept and shared, and anyone with the link can sign in.
    if (link !== undefined) process.stdout.write(`  console ${link}\n`)
    if (mode === 'dev')
      process.stdout.write(devHints(env, base, publicUrl === undefined ? addresses : { local: publicUrl, network: [] }))
    await stopped
    if (drain > 0) {
      log.info({ seconds: drain }, 'stopping: load balancers are told, requests are still served')
      await app.drain()
      await setTimeout(drain * 1000)
    }
    await app.close()
    return 0
  } finally {
    config.close()
  }
}

/** @throws UsageError when the options do not go together */
function placesOf(
  mode: Mode,
  options: { readonly 'data-dir'?: string; readonly records?: string; readonly blobs?: string },
  environment: Environment,
): DataPlaces {
  const records = recordsPlace(options, environment)
  const blobs = blobsPlace(options.blobs, environment)
  const dataDir = resolve(options['data-dir'] ?? (mode === 'dev' ? DEV_DATA_DIR : DEFAULT_DATA_DIR))
  if (mode === 'dev' && records) {
    throw new UsageError(
      'dev keeps its records in the data directory: leave out --records and CLOUDSTEAD_RECORDS, or use start',
    )
  }
  if (records && blobs === undefined) {
    throw new UsageError(
      'records in PostgreSQL need --blobs: s3://BUCKET/PREFIX?endpoint=URL&region=REGION, or file:///DIRECTORY that all servers share',
    )
  }
  if (records && options['data-dir'] !== undefined) {
    throw new UsageError('--data-dir is not used with --records and --blobs: leave it out')
  }
  return { dataDir, records, blobs }
}

/** Resolves on SIGTERM or SIGINT. */
function stopSignal(): Promise<void> {
  return new Promise((done) => {
    process.once('SIGTERM', () => done())
    process.once('SIGINT', () => done())
  })
}
