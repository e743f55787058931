/** `cloudstead start` and `cloudstead dev`: runs the server until SIGTERM or SIGINT. */
import { resolve } from 'node:path'
import { type ConfigContext, openConfigFile } from '../config/index.ts'
import { environmentsIn } from '../data-dir.ts'
import { createLog, LOG_LEVELS } from '../observe/log.ts'
import type { Mode } from '../settings.ts'
import { addressesOf } from './addresses.ts'
import { devHints } from './dev-hints.ts'
import { choice, type Environment, envOption, parseOptions, portOption, UsageError, urlOption } from './options.ts'
import { RECORDS_OPTIONS, recordsPlace } from './records-place.ts'
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
  ...RECORDS_OPTIONS,
} as const

export async function serve(mode: Mode, args: readonly string[], environment: Environment): Promise<number> {
  const options = parseOptions(args, OPTIONS)
  const env = envOption(options.env ?? (mode === 'dev' ? DEV_ENV : undefined))
  const dataDir = resolve(options['data-dir'] ?? (mode === 'dev' ? DEV_DATA_DIR : DEFAULT_DATA_DIR))
  const port = portOption(options.port ?? DEFAULT_PORT)
  const publicUrl = urlOption('public-url', options['public-url'])
  const host = options.host ?? DEFAULT_HOST
  const level = choice('log-level', options['log-level'] ?? 'info', LOG_LEVELS)
  const place = recordsPlace(options, environment)
  if (mode === 'dev' && place) {
    throw new UsageError(
      'dev keeps its records in the data directory: leave out --records and CLOUDSTEAD_RECORDS, or use start',
    )
  }
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
    const others = environmentsIn(dataDir)
    if (others.length > 0 && !others.includes(env)) log.warn({ env, others }, 'a new environment beside others')
    const appOptions = { env, dataDir, recordsPlace: place, version: version(), config, publicUrl, log, mode }
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
    await app.close()
    return 0
  } finally {
    config.close()
  }
}

/** Resolves on SIGTERM or SIGINT. */
function stopSignal(): Promise<void> {
  return new Promise((done) => {
    process.once('SIGTERM', () => done())
    process.once('SIGINT', () => done())
  })
}
