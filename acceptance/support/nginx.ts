/** nginx with the configuration in deploy/, for tests: in a temporary folder, on a free port. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from './free-port.ts'
import { eventually } from './until.ts'
import { send } from './wire.ts'

const DEPLOY = join(import.meta.dirname, '../../deploy/nginx')
const HOW_TO_INSTALL = 'no nginx found: install it (Debian: apt-get install nginx-light)'

function findNginx(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, 'nginx')).find((path) => existsSync(path))
}

/** The reason to skip the tests of a file, or false. For the `skip` option of a suite. */
export function lacksNginx(): string | false {
  return findNginx() === undefined ? HOW_TO_INSTALL : false
}

export interface Nginx {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly pid: number
  /** The file that has the upstream servers. It is read again on SIGHUP. */
  readonly configuration: string
  /** The access log so far. */
  log(): Promise<string>
  /** Stops it and removes its files. */
  dispose(): Promise<void>
}

export interface NginxOptions {
  /** The ports of the servers on this machine. */
  readonly ports: readonly number[]
  /** The directory of their files. */
  readonly files: string
}

/** Starts nginx with the configuration of the repository. Only addresses, the port and paths are replaced. */
export async function startNginx({ ports, files }: NginxOptions): Promise<Nginx> {
  const program = findNginx()
  if (program === undefined) throw new Error(HOW_TO_INSTALL)
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const main = join(folder, 'nginx.conf')
  const configuration = join(folder, 'cloudstead-upstream.conf')
  await adapt('cloudstead-upstream.conf', [[/^(?: +server .*\n)+/m, `${ports.map(upstreamServer).join('')}`]])
  await adapt('cloudstead.conf', [
    [/listen 80;/, `listen 127.0.0.1:${port};`],
    [/\/var\/log\/nginx\//, `${folder}/`],
    [/\/srv\/cloudstead-files\/data\//, `${files}/data/`],
  ])
  await writeFile(main, mainConfiguration(folder))

  async function adapt(name: string, replacements: readonly [RegExp, string][]): Promise<void> {
    let text = await readFile(join(DEPLOY, name), 'utf8')
    for (const [from, to] of replacements) {
      if (!from.test(text)) throw new Error(`${name} has no ${from}`)
      text = text.replace(from, to)
    }
    await writeFile(join(folder, name), text)
  }

  const child = spawn(program, ['-p', folder, '-e', join(folder, 'error.log'), '-c', main], { stdio: 'inherit' })
  const kill = () => child.kill('SIGTERM')
  process.once('exit', kill)
  const ended = once(child, 'exit')
  const nginx: Nginx = {
    url,
    pid: child.pid ?? 0,
    configuration,
    log: () => readFile(join(folder, 'cloudstead.access.log'), 'utf8'),
    async dispose() {
      process.off('exit', kill)
      kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
  // Answered by nginx alone.
  const answers = () =>
    send(`${url}/metrics`).then(
      ({ status }) => status === 404,
      () => false,
    )
  await eventually('nginx answers', answers).catch(async (error: unknown) => {
    await nginx.dispose()
    throw error
  })
  return nginx
}

function upstreamServer(port: number): string {
  return `    server 127.0.0.1:${port} max_fails=1 fail_timeout=2s;\n`
}

/** What distributions have around the configuration of a site. */
function mainConfiguration(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return [
    // The files are readable by the user of the servers only.
    process.getuid?.() === 0 ? 'user root;' : '',
    'worker_processes 2;',
    'daemon off;',
    `pid ${folder}/nginx.pid;`,
    'events { worker_connections 512; }',
    'http {',
    ...temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`),
    '  types { text/html html; text/plain txt; image/png png; }',
    `  include ${folder}/cloudstead-upstream.conf;`,
    `  include ${folder}/cloudstead.conf;`,
    '}',
    '',
  ].join('\n')
}
