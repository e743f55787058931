/** Runs Cloudstead as a child process; keys are created and revoked with its command line. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
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
  readonly dataDir: string
  readonly config: string
}

/** The output of `cloudstead keys login`: the credentials with which the server SDK makes login tickets. */
export interface LoginKey {
  readonly private_key_id: string
  readonly private_key: string
  readonly env_id: string
}

export interface ServerProcess {
  readonly env: string
  readonly url: string
  /** Host and port of `url`. */
  readonly host: string
  /** A link to the Console that signs in, valid on this machine while the server runs. */
  readonly consoleLink: string
  /** Resolves with the exit code once the server has ended; null if a signal killed it. */
  readonly ended: Promise<number | null>
  createLoginKey(): Promise<LoginKey>
  revokeKey(id: string): Promise<void>
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

/** Reads the URL in the line that begins with `cloudstead ready`, and the link below it. */
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
