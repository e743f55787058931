/** What the command line says, turned into work. Thin: it reads arguments and prints; others decide. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ENV_ID } from '@cloudstead/protocol'
import { nearest } from '@cloudstead/rules'
import { type ConfigContext, openConfigFile } from '../config/index.ts'
import { createLog } from '../observe/log.ts'

const DEV_ENV = 'demo-1abcde'
const DEFAULT_PORT = '8787'
const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_CONFIG = 'cloudstead.config.json'

const USAGE = `cloudstead: a self-hosted backend that speaks the CloudBase wire protocol

  cloudstead start --env ENV --port PORT [--host ${DEFAULT_HOST}] [--data-dir ./data] [--config FILE] [--public-url URL]
      run the server; prints "cloudstead ready ..." once it listens; SIGTERM stops it
  cloudstead dev [the same options]
      start with friendly defaults: env ${DEV_ENV}, port ${DEFAULT_PORT}, data in ./.cloudstead, made-up WeChat identities
  cloudstead keys login --env ENV [--data-dir DIR]
      make a custom login key: {private_key_id, private_key, env_id} for the node-sdk's createTicket
  cloudstead keys api --env ENV [--data-dir DIR]
      make an administrator key: {secretId, secretKey, apiKey}
  cloudstead keys list | keys revoke ID, with the same options
      the keys of an environment; withdraw one
  cloudstead console link --env ENV [--data-dir DIR] [--url URL]
      make a link that signs in to the Console once, within half an hour, beside a running server; --url says where your
      browser reaches it, if not where the server itself says
  cloudstead console password --env ENV [--data-dir DIR]
      read a password from the standard input and make it that of the Console; everybody is signed out
  cloudstead rules check FILE [--for storage|database] [--json] [--lang en|zh] [--resource-openid path|creator]
      what there is to say about rules: a configuration, or a file of nothing but rules, of which --for says what they
      are for when it cannot be seen from them; exits 1 when something is an error
  cloudstead rules test FILE [--rules FILE] [--coverage] [--json] [--junit OUT.xml] [--lang en|zh]
      run a file of cases against rules; exits 1 when one is decided otherwise than expected
  cloudstead --help | --version
`

/** Something about the command line is wrong; the message says what to do. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Environment = Readonly<Record<string, string | undefined>>

const SERVER_OPTIONS = {
  env: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  'public-url': { type: 'string' },
} as const

const KEYS_OPTIONS = { env: { type: 'string' }, 'data-dir': { type: 'string' } } as const

/** Runs a command line and resolves to its exit code. */
export async function main(args: readonly string[], environment: Environment): Promise<number> {
  const [command, ...rest] = args
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(USAGE)
    return 0
  }
  try {
    switch (command) {
      case 'start':
      case 'dev':
        return await serve(command, rest, environment)
      case 'keys':
        return await keys(rest)
      case 'console':
        return await consoleAccess(rest)
      case 'rules':
        return await rules(rest)
      case undefined:
      case 'help':
      case '--help':
      case '-h':
        process.stdout.write(USAGE)
        return command === undefined ? 1 : 0
      case '--version':
      case '-v':
        process.stdout.write(`${version()}\n`)
        return 0
      default: {
        const close = nearest(command, ['start', 'dev', 'keys', 'console', 'rules'])
        throw new UsageError(`there is no command ${command}${close === undefined ? '' : `; did you mean ${close}?`}`)
      }
    }
  } catch (error) {
    if (!isExpected(error)) throw error
    process.stderr.write(`cloudstead: ${error.message}\n`)
    return 1
  }
}

const EXPECTED = new Set(['UsageError', 'ConfigError', 'DataDirInUseError', 'RecordsFileError', 'SecretsError'])

/** What the operator can put right: the command line, the configuration, or what the system refused (a port, a directory). */
function isExpected(error: unknown): error is Error {
  return error instanceof Error && (EXPECTED.has(error.name) || (error as NodeJS.ErrnoException).syscall !== undefined)
}

async function serve(mode: 'start' | 'dev', args: readonly string[], environment: Environment): Promise<number> {
  const options = parse(args, SERVER_OPTIONS)
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
      reloaded: () => log.info('the edited configuration holds now'),
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

const KEYS_ACTIONS: readonly string[] = ['login', 'api', 'list', 'revoke']

async function keys(args: readonly string[]): Promise<number> {
  const [action = '', ...rest] = args
  // Before anything is opened, because opening makes what is missing.
  if (!KEYS_ACTIONS.includes(action)) throw new UsageError(`keys needs one of: ${KEYS_ACTIONS.join(', ')}`)
  const id = action === 'revoke' ? keyIdArgument(rest.shift()) : ''
  const options = parse(rest, KEYS_OPTIONS)
  const env = envOption(options.env)
  const { openKeys } = await import('./open-keys.ts')
  const opened = await openKeys(resolve(options['data-dir'] ?? 'data'), env)
  const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  try {
    switch (action) {
      case 'login':
        print(await opened.keys.createLoginKey())
        return 0
      case 'api':
        print(await opened.keys.createApiKey())
        return 0
      case 'list':
        print(await opened.keys.list())
        return 0
      default:
        if (!(await opened.keys.revoke(id))) throw new UsageError(`there is no key ${id}`)
        return 0
    }
  } finally {
    await opened.close()
  }
}

const CONSOLE_ACTIONS: readonly string[] = ['link', 'password']
const CONSOLE_LINK_OPTIONS = { ...KEYS_OPTIONS, url: { type: 'string' }, 'public-url': { type: 'string' } } as const

async function consoleAccess(args: readonly string[]): Promise<number> {
  const [action = '', ...rest] = args
  // Before anything is opened, because opening makes what is missing.
  if (!CONSOLE_ACTIONS.includes(action)) throw new UsageError(`console needs one of: ${CONSOLE_ACTIONS.join(', ')}`)
  const { consoleLink, readPassword, setPassword } = await import('./console-access.ts')
  if (action === 'link') {
    const options = parse(rest, CONSOLE_LINK_OPTIONS)
    const given = urlOption('url', options.url) ?? urlOption('public-url', options['public-url'])
    const dataDir = resolve(options['data-dir'] ?? 'data')
    const link = await consoleLink(dataDir, envOption(options.env), given)
    if (link === undefined) {
      throw new UsageError(
        `no server of this environment has run on ${dataDir} yet; check --env and --data-dir, or give --url, where your browser will reach it`,
      )
    }
    process.stdout.write(`${link}\n`)
    return 0
  }
  const options = parse(rest, KEYS_OPTIONS)
  const env = envOption(options.env)
  if (process.stdin.isTTY) process.stderr.write('New password of the Console, then Enter: ')
  const password = await readPassword(process.stdin)
  if (password === undefined) throw new UsageError('a password of the Console has 10 to 200 characters')
  await setPassword(resolve(options['data-dir'] ?? 'data'), env, password)
  process.stdout.write('the password of the Console is set; everybody is signed out\n')
  return 0
}

const RULES_OPTIONS = {
  for: { type: 'string' },
  json: { type: 'boolean' },
  lang: { type: 'string' },
  'resource-openid': { type: 'string' },
} as const

const RULES_TEST_OPTIONS = {
  rules: { type: 'string' },
  coverage: { type: 'boolean' },
  json: { type: 'boolean' },
  junit: { type: 'string' },
  lang: { type: 'string' },
} as const

async function rules(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args
  if (action === 'test') return rulesTest(rest)
  if (action !== 'check') throw new UsageError('rules needs: check FILE, or test FILE')
  const { values, positionals } = parseWithFiles(rest, RULES_OPTIONS)
  const [file] = positionals
  if (file === undefined || positionals.length > 1) throw new UsageError('rules check needs the name of one file')
  const { checkRulesFile } = await import('./rules-check.ts')
  const { output, exitCode } = checkRulesFile(file, {
    kind: values.for === undefined ? undefined : choice('for', values.for, ['storage', 'database']),
    resourceOpenid: choice('resource-openid', values['resource-openid'], ['path', 'creator']),
    language: choice('lang', values.lang, ['en', 'zh']),
    json: values.json === true,
  })
  process.stdout.write(output)
  return exitCode
}

async function rulesTest(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseWithFiles(args, RULES_TEST_OPTIONS)
  const [file] = positionals
  if (file === undefined || positionals.length > 1) throw new UsageError('rules test needs the name of one file')
  const { testRulesFile } = await import('./rules-test.ts')
  const options = {
    rules: values.rules,
    coverage: values.coverage === true,
    json: values.json === true,
    junit: values.junit,
    language: choice('lang', values.lang, ['en', 'zh']),
  }
  const { output, exitCode } = testRulesFile(file, options, Date.now())
  process.stdout.write(output)
  return exitCode
}

/** One of the valid values of an option; the first when it is not given. */
function choice<const T extends string>(option: string, given: string | undefined, valid: readonly [T, ...T[]]): T {
  const found = given === undefined ? valid[0] : valid.find((value) => value === given)
  if (found === undefined) throw new UsageError(`--${option} must be ${valid.join(' or ')}, not ${given}`)
  return found
}

function keyIdArgument(id: string | undefined): string {
  if (id === undefined || id.startsWith('-')) {
    throw new UsageError('keys revoke needs the id of a key; keys list shows them')
  }
  return id
}

function parse<const T extends Record<string, { type: 'string' }>>(args: readonly string[], options: T) {
  return parseKnown(args, options, false).values as { [K in keyof T]?: string }
}

function parseWithFiles<const T extends Record<string, { type: 'string' | 'boolean' }>>(
  args: readonly string[],
  options: T,
) {
  return parseKnown(args, options, true)
}

function parseKnown<const T extends Record<string, { type: 'string' | 'boolean' }>>(
  args: readonly string[],
  options: T,
  allowPositionals: boolean,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals })
  } catch (error) {
    throw new UsageError(argumentProblem(error as NodeJS.ErrnoException, Object.keys(options)))
  }
}

/** One line, with the nearest valid name for an unknown option. */
function argumentProblem({ code, message }: NodeJS.ErrnoException, valid: readonly string[]): string {
  const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'--?([^']*)'/.exec(message)?.[1] : undefined
  if (unknown === undefined) return message.replaceAll('\n', ' ')
  const close = nearest(unknown, valid)
  const options = valid.map((name) => `--${name}`).join(', ')
  return `there is no option --${unknown}; ${close === undefined ? `there are ${options}` : `did you mean --${close}?`}`
}

function envOption(env: string | undefined): string {
  if (env === undefined) throw new UsageError('--env is missing: the id of the environment, such as demo-1abcde')
  if (!ENV_ID.test(env)) throw new UsageError(`--env ${env} is not valid: 3 to 64 letters, digits and dashes, no dot`)
  return env
}

function portOption(text: string): number {
  const port = Number(text)
  if (!/^[0-9]+$/.test(text) || port > 65_535) throw new UsageError(`--port ${text} is not a port (0 to 65535)`)
  return port
}

function urlOption(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (!/^https?:\/\/[A-Za-z0-9.:[\]-]+\/?$/.test(text)) {
    throw new UsageError(`--${name} ${text} must look like https://files.example.com, without a path`)
  }
  return text.replace(/\/$/, '')
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

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}
