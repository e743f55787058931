/** A PostgreSQL server for tests: in a temporary folder, on a free port, gone with the process that started it. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { freePort } from './free-port.ts'

const HOW_TO_INSTALL = 'no PostgreSQL found: install it (Debian: apt-get install postgresql)'

/** The user of Debian's package. PostgreSQL refuses to run as root. */
const USER = 'postgres'
const ROLE = 'cloudstead'

/** The folder of the newest PostgreSQL's programs; undefined where it is not installed. */
function findPostgres(): string | undefined {
  const debian = globSync('/usr/lib/postgresql/*/bin/initdb').sort((a, b) => majorOf(a) - majorOf(b))
  const inPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'initdb'))
  const initdb = [...debian.reverse(), ...inPath].find((path) => existsSync(path))
  return initdb && dirname(initdb)
}

/** The reason to skip the tests of a file, or false. For the `skip` option of a suite. */
export function lacksPostgres(): string | false {
  return findPostgres() === undefined ? HOW_TO_INSTALL : false
}

/** A running server. */
export interface Cluster {
  /** Makes an empty database and resolves to its URL. */
  newDatabase(): Promise<string>
  /** `immediate` stops like a crash: the next start recovers. */
  stop(mode: 'fast' | 'immediate'): Promise<void>
  start(): Promise<void>
  /** Stops the server and removes its files. */
  dispose(): Promise<void>
}

export interface ClusterOptions {
  /** Gets the folder of the server; every user must be able to enter it. Default: the temporary directory. */
  readonly parent?: string
  /** Settings of the server that differ from those for tests. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/** Starts a server. When this process ends in any way, the server ends too and its folder is removed. */
export async function startCluster({ parent = tmpdir(), settings = {} }: ClusterOptions = {}): Promise<Cluster> {
  const programs = findPostgres()
  if (programs === undefined) throw new Error(HOW_TO_INSTALL)
  const folder = await mkdtemp(join(parent, 'postgres-'))
  const data = join(folder, 'data')
  const port = await freePort()
  const isRoot = process.getuid?.() === 0
  const as = isRoot ? ['runuser', '-u', USER, '--'] : []
  const url = (database: string) => `postgres://${ROLE}:${ROLE}@127.0.0.1:${port}/${database}`
  let databases = 0

  /** Ends with the pipe that holds it, also when this process is killed. */
  const stopper = [...as, join(programs, 'pg_ctl'), '-D', data, '-m', 'immediate', '-w', 'stop'].map(quote).join(' ')
  const guard = spawn('sh', ['-c', `cat; ${stopper}; rm -rf ${quote(folder)}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  })

  async function run(program: string, ...args: string[]): Promise<void> {
    const [command = '', ...rest] = [...as, join(programs ?? '', program), ...args]
    const log = join(folder, `${program}.log`)
    // The server keeps the output open, so it is a file and not a pipe.
    const child = spawn('sh', ['-c', `exec "$@" > ${quote(log)} 2>&1`, 'sh', command, ...rest], {
      stdio: 'ignore',
      cwd: folder,
      env: { ...process.env, PGPASSWORD: ROLE },
    })
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`${program} failed: ${await readFile(log, 'utf8')}`)
  }

  const start = () =>
    run(
      'pg_ctl',
      '-D',
      data,
      '-l',
      join(folder, 'server.log'),
      '-o',
      optionsOf(port, folder, settings),
      '-w',
      '-t',
      '60',
      'start',
    )

  const cluster: Cluster = {
    async newDatabase() {
      const name = `test${++databases}`
      await run('createdb', '-h', '127.0.0.1', '-p', String(port), '-U', ROLE, name)
      return url(name)
    },
    stop: (mode) => run('pg_ctl', '-D', data, '-m', mode, '-w', '-t', '60', 'stop'),
    start,
    async dispose() {
      guard.stdin.end()
      await once(guard, 'exit')
    },
  }
  try {
    await chmod(folder, 0o711)
    await writeFile(join(folder, 'password'), ROLE, { mode: 0o644 })
    if (isRoot) spawnSync('chown', [USER, folder])
    await run('initdb', '-D', data, '-U', ROLE, `--pwfile=${join(folder, 'password')}`, ...INITDB)
    await start()
    return cluster
  } catch (error) {
    await cluster.dispose()
    throw error
  }
}

/** No sync: a crash of the server loses nothing that the system has, and that is what tests cause. */
const INITDB = ['--no-sync', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--no-instructions']

function optionsOf(port: number, folder: string, settings: ClusterOptions['settings']): string {
  const all = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: `'${folder}'`,
    max_connections: 100,
    shared_buffers: '64MB',
    fsync: 'off',
    ...settings,
  }
  return Object.entries(all)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}

function majorOf(path: string): number {
  return Number(/postgresql\/(\d+)/.exec(path)?.[1])
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
