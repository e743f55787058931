/**
 * An S3 store for tests: a private Ceph with its S3 gateway. It is in a temporary folder, on free ports, keeps its objects in
 * memory, and is gone with the process that started it.
 */
import { spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './free-port.ts'

const HOW_TO_INSTALL = 'no Ceph found: install it (Debian: apt-get install radosgw ceph-mon ceph-osd ceph-common)'
const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'ceph', 'ceph-authtool', 'monmaptool']
/** A limit for each step of the start, in ms. On a busy machine it takes 25 s in all. */
const STEP_MS = 90_000

/** The reason to skip the tests of a file, or false. For the `skip` option of a suite. */
export function lacksRadosgw(): string | false {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin']
  const isThere = (program: string) => folders.some((folder) => existsSync(join(folder, program)))
  return PROGRAMS.every(isThere) ? false : HOW_TO_INSTALL
}

/** A running store. Buckets are addressed in the path, the region is `us-east-1`. */
export interface Radosgw {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Makes an empty bucket and resolves to its name. */
  newBucket(): Promise<string>
  /** The keys of the objects in a bucket. */
  keys(bucket: string): Promise<readonly string[]>
  /** Stops the gateway like a crash. Its objects stay. */
  stop(): Promise<void>
  /** Starts the gateway again. */
  start(): Promise<void>
  /** Stops everything and removes its files. */
  dispose(): Promise<void>
}

/** Starts a store. When this process ends in any way, the store ends too and its folder is removed. */
export async function startRadosgw(): Promise<Radosgw> {
  const lacks = lacksRadosgw()
  if (lacks !== false) throw new Error(lacks)
  const folder = await mkdtemp(join(tmpdir(), 'radosgw-'))
  const port = await freePort()
  const monitorPorts = [await freePort(), await freePort()]
  const endpoint = `http://127.0.0.1:${port}`
  const credentials = { accessKeyId: 'testkey', secretAccessKey: 'testsecret' }
  const at = (...parts: string[]) => join(folder, ...parts)
  const conf = ['-c', at('ceph.conf')]
  const asRoot = process.getuid?.() === 0 ? ['--setuser', 'root', '--setgroup', 'root'] : []
  let buckets = 0

  /** Ends with the pipe that holds it, also when this process is killed. */
  const guard = spawn('sh', ['-c', GUARD, 'sh', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  })

  async function run(program: string, ...args: string[]): Promise<string> {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder, timeout: STEP_MS })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed (${code}): ${output}`)
    return output
  }

  /** Starts a process that goes on, and notes its id for the guard. */
  function startDaemon(name: string, program: string, ...args: string[]): void {
    const command = 'echo $$ > "$0"; log=$1; shift; exec "$@" > "$log" 2>&1'
    const words = [at('run', `${name}.pid`), at('log', `${name}.out`), program, ...conf, ...args, '-f', ...asRoot]
    spawn('sh', ['-c', command, ...words], { stdio: 'ignore', detached: true, cwd: '/' }).unref()
  }

  async function until(what: string, name: string, isReady: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + STEP_MS; !(await isReady().catch(() => false)); await wait(100)) {
      if (Date.now() < end) continue
      throw new Error(`${what} did not start: ${await readFile(at('log', `${name}.out`), 'utf8').catch(() => '')}`)
    }
  }

  async function startMonitor(): Promise<void> {
    const fsid = randomUUID()
    const monitor = `[v2:127.0.0.1:${monitorPorts[0]},v1:127.0.0.1:${monitorPorts[1]}]`
    await writeFile(at('ceph.conf'), settings(folder, { fsid, mon_host: monitor }, port))
    const keys = at('keyring')
    const allow = (...who: string[]) => who.flatMap((name) => ['--cap', name, 'allow *'])
    const key = (name: string, ...caps: string[]) => run('ceph-authtool', keys, '--gen-key', '-n', name, ...caps)
    await run('ceph-authtool', '--create-keyring', keys, '--gen-key', '-n', 'mon.', ...allow('mon'))
    await key('client.admin', ...allow('mon', 'osd', 'mgr'))
    await key('client.rgw', '--cap', 'mon', 'allow rw', '--cap', 'osd', 'allow rwx')
    await key('osd.0', '--cap', 'mon', 'allow profile osd', ...allow('osd'))
    await run('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', monitor, at('monmap'))
    const files = ['--monmap', at('monmap'), '--keyring', keys]
    await run('ceph-mon', ...conf, '--mkfs', '-i', 'a', ...files, ...asRoot)
    startDaemon('mon', 'ceph-mon', '-i', 'a')
    const ask = () => run('ceph', ...conf, '--connect-timeout', '10', 'mon', 'stat')
    await until('the monitor', 'mon', async () => (await ask()) !== '')
  }

  async function startObjects(): Promise<void> {
    const id = randomUUID()
    await run('ceph', ...conf, 'osd', 'new', id)
    copyFileSync(at('keyring'), at('osd', 'keyring'))
    await run('ceph-osd', ...conf, '-i', '0', '--mkfs', '--osd-uuid', id, ...asRoot)
    startDaemon('osd', 'ceph-osd', '-i', '0')
    await until('the object store', 'osd', async () => /\b1 up\b/.test(await run('ceph', ...conf, 'osd', 'stat')))
  }

  async function startGateway(): Promise<void> {
    startDaemon('rgw', 'radosgw', '-n', 'client.rgw')
    await until('the gateway', 'rgw', async () => (await fetch(endpoint)).body !== null)
  }

  /** A request with the old signature: five lines, and independent of what is tested. */
  async function ask(method: string, path: string, query = ''): Promise<string> {
    const date = new Date().toUTCString()
    const text = `${method}\n\n\n${date}\n${path}`
    const signature = createHmac('sha1', credentials.secretAccessKey).update(text).digest('base64')
    const authorization = `AWS ${credentials.accessKeyId}:${signature}`
    const response = await fetch(`${endpoint}${path}${query}`, { method, headers: { date, authorization } })
    if (response.status !== 200) throw new Error(`${method} ${path} was refused with ${response.status}`)
    return response.text()
  }

  const store: Radosgw = {
    endpoint,
    credentials,
    async newBucket() {
      const name = `bucket-${++buckets}`
      await ask('PUT', `/${name}`)
      return name
    },
    async keys(bucket) {
      const all: string[] = []
      for (let after = ''; ; after = all.at(-1) ?? '') {
        const text = await ask('GET', `/${bucket}`, `?marker=${encodeURIComponent(after)}`)
        all.push(...Array.from(text.matchAll(/<Key>([^<]+)<\/Key>/g), ([, key = '']) => key))
        if (!text.includes('<IsTruncated>true</IsTruncated>')) return all
      }
    },
    async stop() {
      await run('sh', '-c', STOP, 'sh', folder, at('run', 'rgw.pid'))
    },
    start: startGateway,
    async dispose() {
      guard.stdin.end()
      await once(guard, 'exit')
    },
  }
  try {
    for (const part of ['mon', 'osd', 'rgw', 'run', 'log']) await mkdir(at(part))
    await startMonitor()
    await startObjects()
    await startGateway()
    const { accessKeyId, secretAccessKey } = credentials
    const user = ['--uid=test', '--display-name=test', `--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`]
    await run('radosgw-admin', ...conf, '-n', 'client.rgw', 'user', 'create', ...user)
    return store
  } catch (error) {
    await store.dispose()
    throw error
  }
}

/** Kills the processes of pid files, if they run with the files of the folder: an id may have been given to another process. */
const STOP = `folder=$1; shift
for file in "$@"; do
  pid=$(cat "$file" 2> /dev/null) || continue
  grep -qF "$folder/ceph.conf" "/proc/$pid/cmdline" 2> /dev/null || continue
  kill -KILL "$pid"
  while grep -qF "$folder/ceph.conf" "/proc/$pid/cmdline" 2> /dev/null; do sleep 0.05; done
done`

const GUARD = `cat
stop() { ${STOP}
}
stop "$1" "$1"/run/rgw.pid "$1"/run/osd.pid "$1"/run/mon.pid
rm -rf "$1"`

/** The object store takes the first free ports of Ceph's usual range, so any number of stores can run at once. */
function settings(folder: string, ids: Readonly<Record<string, string>>, port: number): string {
  const all = {
    global: {
      ...ids,
      keyring: `${folder}/keyring`,
      auth_cluster_required: 'cephx',
      auth_service_required: 'cephx',
      auth_client_required: 'cephx',
      osd_pool_default_size: 1,
      osd_pool_default_min_size: 1,
      osd_pool_default_pg_num: 8,
      osd_pool_default_pg_autoscale_mode: 'off',
      mon_allow_pool_size_one: true,
      mon_max_pg_per_osd: 2000,
      osd_crush_chooseleaf_type: 0,
      osd_objectstore: 'memstore',
      memstore_device_bytes: 4 * 1024 ** 3,
      osd_memory_target: 1024 ** 3,
      run_dir: `${folder}/run`,
      admin_socket: `${folder}/run/$name.asok`,
      log_file: `${folder}/log/$name.log`,
      pid_file: '',
      crash_dir: `${folder}/run`,
      mon_data: `${folder}/mon`,
      osd_data: `${folder}/osd`,
      // The disk of a test machine may be nearly full.
      mon_data_avail_crit: 1,
      mon_data_avail_warn: 1,
      mon_warn_on_insecure_global_id_reclaim_allowed: false,
    },
    osd: { public_addr: '127.0.0.1', cluster_addr: '127.0.0.1' },
    'client.rgw': {
      // Without tcp_nodelay small answers wait 40 ms.
      rgw_frontends: `beast endpoint=127.0.0.1:${port} tcp_nodelay=1`,
      rgw_data: `${folder}/rgw`,
      rgw_thread_pool_size: 64,
      rgw_enable_usage_log: false,
    },
  }
  return Object.entries(all)
    .flatMap(([section, values]) => [
      `[${section}]`,
      ...Object.entries(values).map(([name, value]) => `${name} = ${value}`),
    ])
    .concat('')
    .join('\n')
}
