/** A real server process, started with its command on its own port and data directory. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { promisify } from 'node:util'

const CLI = join(import.meta.dirname, '../../packages/server/bin/cloudstead.js')
const run = promisify(execFile)

export const ENV = 'demo-1abcde'

export interface LoginKey {
  readonly private_key_id: string
  readonly private_key: string
  readonly env_id: string
}

export interface ApiKey {
  readonly secretId: string
  readonly secretKey: string
  readonly apiKey: string
}

export interface ServerOptions {
  readonly mode?: 'start' | 'dev'
  /** The content of the configuration file. */
  readonly config?: unknown
  readonly env?: string
  /** Reuses the data directory of an earlier server; `stop` does not remove it then. */
  readonly dataDir?: string
  readonly args?: readonly string[]
  /** Listens on this port instead of a free one. */
  readonly port?: number
  /** Keeps records and files elsewhere; there is no data directory then. */
  readonly places?: ServerPlaces
  /** Environment variables in addition to those of this process. */
  readonly variables?: Readonly<Record<string, string>>
}

/** A database and a store of files that servers can share. */
interface ServerPlaces {
  /** `postgres://...` */
  readonly records: string
  readonly masterKeyFile: string
  /** `s3://...` or `file:///...` */
  readonly blobs: string
  /** Environment variables, such as the keys of S3. */
  readonly variables?: Readonly<Record<string, string>>
}

export interface RunningServer {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly env: string
  readonly dataDir: string
  readonly pid: number
  /** The standard error output so far. */
  log(): string
  /** The standard output so far: the ready line, and what follows it. */
  output(): string
  loginKey(): Promise<LoginKey>
  apiKey(): Promise<ApiKey>
  /** Replaces the configuration file; a string is written unchanged. */
  writeConfig(config: unknown): Promise<void>
  /** Sends SIGTERM; resolves to the exit code. Removes the data directory unless it was given. */
  stop(): Promise<number | null>
  /** Sends SIGKILL. The data directory is kept. */
  kill(): Promise<void>
}

/** Runs a command and waits for its end. */
export async function cloudstead(
  ...args: readonly string[]
): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    return { ...(await run(process.execPath, [CLI, ...args])), code: 0 }
  } catch (error) {
    const { stdout = '', stderr = '', code = 1 } = error as { stdout?: string; stderr?: string; code?: number }
    return { stdout, stderr, code }
  }
}

/** Starts a server whose clock is ahead by `ahead` milliseconds. */
export function startLater(ahead: number, options: ServerOptions): Promise<RunningServer> {
  const shift = `const real = Date.now; Date.now = () => real() + ${ahead}`
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(shift)}`
  return startServer({ ...options, variables: { ...options.variables, NODE_OPTIONS } })
}

/** A test file that crashes leaves no server behind. */
const running = new Set<ChildProcessWithoutNullStreams>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { mode = 'start', env = ENV, places } = options
  const scratch = await mkdtemp(join(tmpdir(), 'cloudstead-acceptance-'))
  const dataDir = options.dataDir ?? join(scratch, 'data')
  const configFile = join(scratch, 'cloudstead.config.json')
  await writeFile(configFile, JSON.stringify(options.config ?? {}))
  const dataArgs = places
    ? ['--records', places.records, '--master-key-file', places.masterKeyFile]
    : ['--data-dir', dataDir]
  const blobsArgs = places ? ['--blobs', places.blobs] : []
  const child = spawn(
    process.execPath,
    [
      ...[CLI, mode, '--env', env, '--port', String(options.port ?? 0), '--config', configFile, ...dataArgs],
      ...blobsArgs,
      ...(options.args ?? []),
    ],
    { stdio: 'pipe', env: { ...process.env, ...places?.variables, ...options.variables } },
  )
  running.add(child)
  child.once('close', () => running.delete(child))
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const url = await readyUrl(child, () => log)
  const { host, port } = new URL(url)
  const keys = async (kind: 'login' | 'api') => {
    const { stdout, stderr, code } = await cloudstead('keys', kind, '--env', env, ...dataArgs)
    if (code !== 0) throw new Error(`keys ${kind} failed: ${stderr}`)
    return JSON.parse(stdout) as unknown
  }
  const ended = once(child, 'close')
  const clear = () => rm(scratch, { recursive: true, force: true })
  return {
    url,
    host,
    port: Number(port),
    env,
    dataDir,
    pid: child.pid ?? 0,
    log: () => log,
    output: () => output,
    loginKey: async () => (await keys('login')) as LoginKey,
    apiKey: async () => (await keys('api')) as ApiKey,
    async writeConfig(config) {
      // At once, as editors do: on a busy machine the server could otherwise see a file that is still empty.
      const temporary = `${configFile}.new`
      await writeFile(temporary, typeof config === 'string' ? config : JSON.stringify(config))
      await rename(temporary, configFile)
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
      // A given data directory is elsewhere and is kept.
      await clear()
      return child.exitCode
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
      if (options.dataDir !== undefined || places) await clear()
    },
  }
}

/** Starts a server for the tests of a whole file, after which it stops. Await it at the top level. */
export async function serverForFile(options?: ServerOptions): Promise<RunningServer> {
  const server = await startServer(options)
  after(() => server.stop())
  return server
}

async function readyUrl(child: ChildProcessWithoutNullStreams, log: () => string): Promise<string> {
  const ready = Promise.withResolvers<string>()
  let seen = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text
    const url = /^cloudstead ready\b.*?(http\S+)/m.exec(seen)?.[1]
    if (url !== undefined) ready.resolve(url)
  })
  child.once('close', (code) =>
    ready.reject(new Error(`the server stopped with ${code} before it was ready: ${log()}`)),
  )
  return ready.promise
}
