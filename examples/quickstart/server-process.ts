/** Runs Cloudstead as a child process; keys are created and revoked with its command line. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

const COMMAND = join(import.meta.dirname, '../../packages/server/bin/cloudstead.js')
const HOST = '127.0.0.1'
/** The number of consecutive ports that are tried. */
const PORTS_TRIED = 100

export interface ServerOptions {
  readonly env: string
  readonly port: number
  /** Also the working directory of the server, whose `cloudstead.config.json` it reads if there is one. */
  readonly dataDir: string
  /** The directory of the cloud functions. Default: none. */
  readonly functions?: string
}

/** The output of `cloudstead keys login`: the credentials with which the server SDK makes login tickets. */
export interface LoginKey {
  readonly private_key_id: string
  readonly private_key: string
  readonly env_id: string
}

/** The part of the output of `cloudstead keys api` that the admin API needs. */
export interface ApiKey {
  readonly secretId: string
  readonly apiKey: string
}

/** A call of a cloud function, as `cloudstead functions logs --json` prints it. */
interface FunctionCall {
  readonly requestId: string
  readonly durationMs: number
  readonly lines: readonly { readonly text: string }[]
}

export interface ServerProcess {
  readonly env: string
  readonly url: string
  /** Host and port of `url`. */
  readonly host: string
  /** A link to the Console that signs in, valid on this machine while the server runs. */
  readonly consoleLink: string
  /** What the server prints about how an app connects to it: lines for each version of the SDK. */
  readonly appLines: string
  /** Resolves with the exit code once the server has ended; null if a signal killed it. */
  readonly ended: Promise<number | null>
  createLoginKey(): Promise<LoginKey>
  /** The ids of the login keys that the server accepts. */
  loginKeyIds(): Promise<readonly string[]>
  createApiKey(): Promise<ApiKey>
  revokeKey(id: string): Promise<void>
  /** The latest calls of a cloud function, oldest first. */
  functionCalls(name: string): Promise<readonly FunctionCall[]>
  /** Prints the log of the server from now on. */
  showLog(): void
  /** Stops the server and waits until it has ended. */
  stop(): Promise<void>
}

/**
 * Starts `cloudstead dev` and waits until it is ready.
 *
 * @throws Error with the server's message if it does not start
 */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { env, port, dataDir, functions } = options
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const place = ['--env', env, '--data-dir', dataDir]
  const address = ['--host', HOST, '--port', String(port)]
  const code = functions === undefined ? [] : ['--functions', functions]
  const child = spawn(process.execPath, [COMMAND, 'dev', ...place, ...address, ...code], {
    cwd: dataDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const ended = once(child, 'close').then(() => child.exitCode)
  const { url, consoleLink, appLines } = await Promise.race([
    ready(child),
    ended.then(() => {
      // Where another server uses the data, the output has a link to its Console.
      throw new Error(`the server did not start: ${log.trim()}\n${output}`.trim())
    }),
  ])
  return {
    env,
    url,
    host: new URL(url).host,
    consoleLink,
    appLines,
    ended,
    createLoginKey: async () => JSON.parse(await cloudstead('keys', 'login', ...place)) as LoginKey,
    async loginKeyIds() {
      const keys = JSON.parse(await cloudstead('keys', 'list', ...place)) as readonly { kind: string; id: string }[]
      return keys.filter(({ kind }) => kind === 'login').map(({ id }) => id)
    },
    createApiKey: async () => JSON.parse(await cloudstead('keys', 'api', ...place)) as ApiKey,
    revokeKey: async (id) => void (await cloudstead('keys', 'revoke', id, ...place)),
    async functionCalls(name) {
      const lines = await cloudstead('functions', 'logs', name, '--json', ...place)
      return lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as FunctionCall]))
    },
    showLog: () => void child.stderr.pipe(process.stderr),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function cloudstead(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [COMMAND, ...args])).stdout
}

/** Reads the URL in the line that begins with `cloudstead ready`, and the link and the lines for an app below it. */
function ready(child: ChildProcess): Promise<Pick<ServerProcess, 'url' | 'consoleLink' | 'appLines'>> {
  return new Promise((resolve) => {
    let seen = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      seen += text
      const [, url, consoleLink, appLines] =
        /^cloudstead ready\b.* at (http\S+)\n +console +(http\S+)\n\s*^ {2}(In the app,.*?)\n\n {2}health/ms.exec(
          seen,
        ) ?? []
      if (url === undefined || consoleLink === undefined || appLines === undefined) return
      resolve({ url, consoleLink, appLines: appLines.replaceAll(/^ {2}/gm, '') })
    })
  })
}

/**
 * The preferred port, or the next free one. 0 means any.
 *
 * @throws Error if a hundred consecutive ports are in use
 */
export async function freePort(preferred: number): Promise<number> {
  if (preferred === 0) return 0
  for (let port = preferred; port < preferred + PORTS_TRIED; port += 1) {
    if (await isFree(port)) return port
  }
  throw new Error(`no free port between ${preferred} and ${preferred + PORTS_TRIED - 1}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, HOST, () => probe.close(() => resolve(true)))
  })
}
