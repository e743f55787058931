/** Cloudstead as a child process, started and asked for keys by its command line, as a user would. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

const COMMAND = join(import.meta.dirname, '../../packages/server/bin/cloudstead.js')
const HOST = '127.0.0.1'
/** So many ports are tried, one after the other, before giving up. */
const PORTS_TRIED = 100

export interface ServerOptions {
  readonly env: string
  readonly port: number
  readonly dataDir: string
  readonly config: string
}

/** What `cloudstead keys login` prints: what the server SDK wants as its credentials to make login tickets. */
export interface LoginKey {
  readonly private_key_id: string
  readonly private_key: string
  readonly env_id: string
}

export interface ServerProcess {
  readonly env: string
  readonly url: string
  /** Host and port of the url. */
  readonly host: string
  /** Signs whoever opens it on this machine in to the Console, as long as the server runs. */
  readonly consoleLink: string
  /** Resolves when the server has ended, to its exit code; null when a signal killed it. */
  readonly ended: Promise<number | null>
  createLoginKey(): Promise<LoginKey>
  revokeKey(id: string): Promise<void>
  /** Shows from now on what the server logs. */
  showLog(): void
  /** Asks the server to finish and waits until it has. */
  stop(): Promise<void>
}

/**
 * Starts `cloudstead dev` and waits until it is ready.
 *
 * @throws Error with the server's own words when it does not start
 */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { env, port, dataDir, config } = options
  const place = ['--env', env, '--data-dir', dataDir]
  const child = spawn(
    process.execPath,
    [COMMAND, 'dev', ...place, '--host', HOST, '--port', String(port), '--config', config],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const ended = once(child, 'close').then(() => child.exitCode)
  const { url, consoleLink } = await Promise.race([
    ready(child),
    ended.then(() => {
      throw new Error(`the server did not start: ${log.trim()}`)
    }),
  ])
  return {
    env,
    url,
    host: new URL(url).host,
    consoleLink,
    ended,
    createLoginKey: async () => JSON.parse(await cloudstead('keys', 'login', ...place)) as LoginKey,
    revokeKey: async (id) => void (await cloudstead('keys', 'revoke', id, ...place)),
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

/** The url in the line that begins `cloudstead ready`, and the link below it. */
function ready(child: ChildProcess): Promise<Pick<ServerProcess, 'url' | 'consoleLink'>> {
  return new Promise((resolve) => {
    let seen = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      seen += text
      const [, url, consoleLink] = /^cloudstead ready\b.* at (http\S+)\n +console +(http\S+)\n/m.exec(seen) ?? []
      if (url !== undefined && consoleLink !== undefined) resolve({ url, consoleLink })
    })
  })
}

/**
 * The wished port when it is free, else the next one that is. 0 means any.
 *
 * @throws Error when a hundred ports in a row are taken
 */
export async function freePort(wished: number): Promise<number> {
  if (wished === 0) return 0
  for (let port = wished; port < wished + PORTS_TRIED; port += 1) {
    if (await isFree(port)) return port
  }
  throw new Error(`no free port between ${wished} and ${wished + PORTS_TRIED - 1}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, HOST, () => probe.close(() => resolve(true)))
  })
}
