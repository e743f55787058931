/** `cloudstead start` and `cloudstead dev`: runs the server until SIGTERM or SIGINT. */
import { resolve } from 'node:path'
import { type ConfigContext, type ConfigFile, openConfigFile } from '../config/index.ts'
import { createLog, LOG_LEVELS } from '../observe/log.ts'
import type { DataPlaces } from '../open-data.ts'
import type { Mode } from '../settings.ts'
import { functionPlaces } from './function-places.ts'
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
import { runServer } from './run-server.ts'
import { DEFAULT_CONFIG, DEFAULT_DATA_DIR, DEFAULT_HOST, DEFAULT_PORT, DEV_DATA_DIR, DEV_ENV } from './usage.ts'
import { endWithParent, isFirstWorker, isWorker, runWorkers, tellReady } from './workers.ts'

const OPTIONS = {
  env: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  functions: { type: 'string' },
  'public-url': { type: 'string' },
  'log-level': { type: 'string' },
  'trusted-proxy': { type: 'string' },
  drain: { type: 'string' },
  'keep-deleted': { type: 'string' },
  offload: { type: 'string' },
  workers: { type: 'string' },
  blobs: { type: 'string' },
  ...RECORDS_OPTIONS,
} as const

/** Seconds in which load balancers notice that a server is about to stop, where there is more than one. */
const DEFAULT_DRAIN_S = 5
const MAX_DRAIN_S = 600
const MAX_WORKERS = 64
const MAX_KEEP_S = 90 * 24 * 60 * 60

export async function serve(mode: Mode, args: readonly string[], environment: Environment): Promise<number> {
  const options = parseOptions(args, OPTIONS)
  const env = envOption(options.env ?? (mode === 'dev' ? DEV_ENV : undefined))
  const port = portOption(options.port ?? DEFAULT_PORT)
  const publicUrl = urlOption('public-url', options['public-url'])
  const host = options.host ?? DEFAULT_HOST
  const level = choice('log-level', options['log-level'] ?? 'info', LOG_LEVELS)
  const places = { ...placesOf(mode, options, environment), isLocked: isWorker(environment) }
  const drain = secondsOption('drain', options.drain ?? String(places.records ? DEFAULT_DRAIN_S : 0), MAX_DRAIN_S)
  const keepDeletedMs = secondsOption('keep-deleted', options['keep-deleted'] ?? '0', MAX_KEEP_S) * 1000
  const workers = workersOption(mode, options.workers)
  const trustedProxies = networksOption('trusted-proxy', options['trusted-proxy'])
  if (mode === 'dev' && trustedProxies.length > 0) {
    throw new UsageError('dev lets whoever is on this machine in: leave out --trusted-proxy, or use start')
  }
  const configPath = resolve(options.config ?? DEFAULT_CONFIG)
  const functions = functionPlaces({
    mode,
    option: options.functions,
    config: configPath,
    directory: process.cwd(),
  })
  const offload = offloadOption(options.offload, trustedProxies, places)
  const log = createLog({ mode, level })
  // Everything that this process creates is readable by its owner only.
  process.umask(0o077)
  const explained = async (error: unknown) => {
    if ((error as Error).name !== 'DataDirInUseError') return error
    const { whereItRuns } = await import('./running-server.ts')
    return whereItRuns(error as Error, mode, { ...options, env, 'data-dir': places.dataDir }, environment)
  }
  if (workers > 1 && !isWorker(environment)) {
    return runWorkers({ env, places, count: workers, log, ready: print }).catch(async (error: unknown) => {
      throw await explained(error)
    })
  }
  const leaveParent = workers > 1 ? endWithParent() : undefined
  let config: ConfigFile | undefined
  try {
    // An empty variable counts as not set.
    const context: ConfigContext = {
      mode,
      wechatSecret: environment.CLOUDSTEAD_WECHAT_SECRET || undefined,
      functions,
    }
    config = openConfigFile({
      path: configPath,
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
    return await runServer({
      mode,
      env,
      places,
      host,
      port,
      publicUrl,
      trustedProxies,
      offload,
      drain,
      keepDeletedMs,
      searchPath: environment.PATH ?? '',
      config,
      log,
      ready: workers > 1 ? tellReady : print,
      withLink: isFirstWorker(),
    })
  } catch (error) {
    throw await explained(error)
  } finally {
    config?.close()
    leaveParent?.()
  }
}

function print(lines: string): void {
  process.stdout.write(lines)
}

/** How many processes serve. */
function workersOption(mode: Mode, text: string | undefined): number {
  const count = Number(text ?? 1)
  if (!/^[0-9]+$/.test(text ?? '1') || count < 1 || count > MAX_WORKERS) {
    throw new UsageError(`--workers ${text} is not a number of processes (1 to ${MAX_WORKERS})`)
  }
  if (mode === 'dev' && count > 1) throw new UsageError('dev is one process: leave out --workers, or use start')
  return count
}

/** The location in `x-accel=/LOCATION/`. @throws UsageError */
function offloadOption(
  text: string | undefined,
  trustedProxies: readonly string[],
  { blobs }: Pick<DataPlaces, 'blobs'>,
): string | undefined {
  if (text === undefined) return undefined
  const [, location] = /^x-accel=(\/(?:[A-Za-z0-9_-]+\/)+)$/.exec(text) ?? []
  if (location === undefined) {
    throw new UsageError(`--offload ${text} must look like x-accel=/cloudstead-files/: an internal location of nginx`)
  }
  if (trustedProxies.length === 0)
    throw new UsageError('--offload needs --trusted-proxy: the proxy that sends the files')
  if (blobs && !('directory' in blobs)) {
    throw new UsageError('--offload is for files in a directory; for S3, add redirect=BYTES to --blobs')
  }
  return location
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
