/** `cloudstead start` and `cloudstead dev`: runs the server until it is told to stop. */
import { resolve } from 'node:path'
import { type ConfigContext, openConfigFile } from '../config/index.ts'
import { createLog } from '../observe/log.ts'
import type { Mode } from '../settings.ts'
import { envOption, parseOptions, portOption, UsageError, urlOption } from './options.ts'
import { DEFAULT_CONFIG, DEFAULT_HOST, DEFAULT_PORT, DEV_ENV, version } from './usage.ts'

/** The variables of the process environment, and their values. */
export type Environment = Readonly<Record<string, string | undefined>>

const OPTIONS = {
  env: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  'public-url': { type: 'string' },
} as const

export async function serve(mode: Mode, args: readonly string[], environment: Environment): Promise<number> {
  const options = parseOptions(args, OPTIONS)
  const env = envOption(options.env ?? (mode === 'dev' ? DEV_ENV : undefined))
  const dataDir = resolve(options['data-dir'] ?? (mode === 'dev' ? '.cloudstead' : 'data'))
  const port = portOption(options.port ?? DEFAULT_PORT)
  const publicUrl = urlOption('public-url', options['public-url'])
  const host = options.host ?? DEFAULT_HOST
  const log = createLog(mode)
  // Whatever this process creates is its owner's alone.
  process.umask(0o077)
  // A variable that is passed on without a value sets nothing.
  const context: ConfigContext = { mode, wechatSecret: environment.CLOUDSTEAD_WECHAT_SECRET || undefined }
  const config = openConfigFile({
    path: resolve(options.config ?? DEFAULT_CONFIG),
    optional: options.config === undefined,
    context,
    events: {
      reloaded: () => log.info('the edited configuration now holds'),
      warned: (warnings) => {
        for (const { path, code, message } of warnings) log.warn({ rule: path, code }, message.en)
      },
      refused: (reason) => log.error({ reason }, 'the edited configuration cannot be used; the former one stays'),
    },
  })
  try {
    const { createApp } = await import('../app.ts')
    const app = await createApp({ env, dataDir, version: version(), config, publicUrl, log, mode })
    const url = await app.listen(host, port).catch(async (error: unknown) => {
      await app.close()
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      throw taken ? new UsageError(`port ${port} is in use; choose another with --port, or stop what uses it`) : error
    })
    // Before the line is out: who reads it may send a SIGTERM at once.
    const stopped = stopSignal()
    const base = publicUrl ?? url
    process.stdout.write(`cloudstead ready: env ${env} at ${base}\n`)
    const link = await app.consoleLink(base)
    // On the standard output only: a log is kept and passed around, and whoever reads the link is an operator.
    if (link !== undefined) process.stdout.write(`  console ${link}\n`)
    if (mode === 'dev') process.stdout.write(devHints(env, base))
    await stopped
    await app.close()
    return 0
  } finally {
    config.close()
  }
}

/** Resolves when the process is asked to stop. */
function stopSignal(): Promise<void> {
  return new Promise((done) => {
    process.once('SIGTERM', () => done())
    process.once('SIGINT', () => done())
  })
}

function devHints(env: string, url: string): string {
  const { protocol, host } = new URL(url)
  const scheme = protocol.slice(0, -1)
  return `
  In the app, with the official SDK unmodified:

    const app = cloudbase.init({ env: '${env}' })
    app.registerEndPoint('//${host}/web', '${scheme}')
    app.registerEndPointWithKey({ key: 'GATEWAY', url: '//${host}/v1', protocol: '${scheme}' })
    const auth = app.auth({ persistence: 'local' })

  health  ${url}/health
  Login codes such as dev:alice make up WeChat users. Edit ${DEFAULT_CONFIG} while this runs.

`
}
