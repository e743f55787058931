/** `cloudstead migrate`, from a data directory to PostgreSQL and back, under load, interrupted and repeated. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { createTicket } from './support/clients.ts'
import { passwordByCommand, signedIn } from './support/console-browser.ts'
import { settingsApi } from './support/console-settings.ts'
import { blobFiles } from './support/data-dir.ts'
import { type Cluster, lacksPostgres, startCluster } from './support/postgres.ts'
import { type ApiKey, cloudstead, ENV, type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'
import {
  act,
  actAsAdmin,
  fileIdOf,
  loginWithTicket,
  newPerson,
  own,
  type Person,
  send,
  stored,
  temporaryUrl,
  upload,
} from './support/wire.ts'

const CLI = join(import.meta.dirname, '../packages/server/bin/cloudstead.js')
const PASSWORD = 'a password for the Console'
const CONFIG = {
  storage: { acl: 'PRIVATE' },
  database: { collections: { orders: { acl: 'PRIVATE', indexes: [{ fields: { seat: 1 }, unique: true }] } } },
}
/** Enough that the copy takes more than one step. */
const FILES = 240
const DOCUMENTS = 320
const WRITERS = 4
const PATIENCE_MS = 60_000

/** What one writer has stored, and nobody else changes. */
interface Writer {
  readonly who: Person
  readonly files: Map<string, Buffer>
  /** The seats by the ids of the documents. */
  readonly documents: Map<string, string>
}

interface Event {
  readonly event: string
  readonly phase?: string
  readonly start?: string
  readonly files?: number
  readonly isNew?: boolean
}

interface Running {
  readonly child: ChildProcess
  readonly events: readonly Event[]
  readonly ended: Promise<number | null>
  error(): string
}

function runMigrate(args: readonly string[]): Running {
  const child = spawn(process.execPath, [CLI, 'migrate', '--env', ENV, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const events: Event[] = []
  let error = ''
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as Event))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error += text
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, events, ended, error: () => error }
}

/** Waits until the command has printed it. */
async function printed({ events, child, error }: Running, wanted: (event: Event) => boolean): Promise<void> {
  const has = () => events.some(wanted) || (child.exitCode !== null ? `ended: ${error()}` : false)
  assert.equal(await until('the event', has, (answer) => answer !== false, PATIENCE_MS), true)
}

async function killed(running: Running): Promise<void> {
  running.child.kill('SIGKILL')
  assert.equal(await running.ended, null)
}

describe('migrate', { skip: lacksPostgres() }, () => {
  let scratch: string
  let cluster: Cluster
  let url: string
  let masterKeyFile: string
  let server: RunningServer
  let apiKey: ApiKey
  let writers: readonly Writer[]
  let ticket: string
  let refreshToken: string
  /** Made on the first server. */
  let oldUrl: string
  let oldUpload: string
  let count = 0

  const dir = (name: string) => join(scratch, name)
  /** The directory of the files of a data directory. */
  const filesOf = (name: string) => `file://${join(dir(name), ENV, 'blobs')}`
  const keyFile = () => ['--master-key-file', masterKeyFile]
  const toPostgres = (from = 'data') => [
    ...['--from-data-dir', dir(from), '--to-records', url, '--to-blobs', filesOf('files'), ...keyFile()],
  ]

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cloudstead-migrate-'))
    cluster = await startCluster()
    url = await cluster.newDatabase()
    masterKeyFile = dir('master.key')
    await writeFile(masterKeyFile, (await cloudstead('keys', 'master')).stdout)
    server = await startServer({ config: CONFIG, dataDir: dir('data') })
    apiKey = await server.apiKey()
    writers = await Promise.all(
      Array.from({ length: WRITERS }, async () => ({
        who: await newPerson(server),
        files: new Map<string, Buffer>(),
        documents: new Map<string, string>(),
      })),
    )
    await Promise.all(writers.map(fill))
    ticket = createTicket(await server.loginKey(), 'carol')
    refreshToken = (await newPerson(server)).refreshToken
    await settingsApi(server, apiKey).save('storage.tempUrlMaxAge', 4321)
    await passwordByCommand(server, PASSWORD)
    const [first] = writers
    assert.ok(first)
    await upload(server, first.who, own(first.who, 'kept.txt'), 'kept')
    first.files.set('kept.txt', Buffer.from('kept'))
    oldUrl = (await temporaryUrl(server, first.who, own(first.who, 'kept.txt'))).tempFileURL
    const metadata = await act(server, first.who, 'storage.getUploadMetadata', { path: own(first.who, 'later.txt') })
    oldUpload = metadata.data.url
  })
  after(async () => {
    await server?.stop()
    await cluster?.dispose()
    await rm(scratch, { recursive: true, force: true })
  })

  async function fill(writer: Writer): Promise<void> {
    for (let at = 0; at < FILES / WRITERS; at++) await putFile(writer, `${at}.bin`)
    for (let at = 0; at < DOCUMENTS / WRITERS; at++) await putDocument(writer, `${writer.who.uid}-${at}`)
  }

  async function putFile({ who, files }: Writer, name: string): Promise<void> {
    const body = randomBytes(1_000 + Math.floor(Math.random() * 40_000))
    await upload(server, who, own(who, name), body)
    files.set(name, body)
  }

  async function removeFile({ who, files }: Writer, name: string): Promise<void> {
    const items = { fileid_list: [fileIdOf(server, own(who, name))] }
    const { code, message } = await act(server, who, 'storage.batchDeleteFile', items)
    assert.equal(code, undefined, message)
    files.delete(name)
  }

  async function putDocument({ who, documents }: Writer, _id: string): Promise<void> {
    const seat = `seat ${count++}`
    const isNew = !documents.has(_id)
    const { code, message } = isNew
      ? await act(server, who, 'database.addDocument', { collectionName: 'orders', data: { _id, seat } })
      : await act(server, who, 'database.updateDocument', {
          collectionName: 'orders',
          query: { _id },
          data: { $set: { seat } },
          multi: false,
          merge: true,
          upsert: false,
        })
    assert.equal(code, undefined, message)
    documents.set(_id, seat)
  }

  async function removeDocument({ who, documents }: Writer, _id: string): Promise<void> {
    const request = { collectionName: 'orders', query: { _id }, multi: false }
    const { code, message } = await act(server, who, 'database.deleteDocument', request)
    assert.equal(code, undefined, message)
    documents.delete(_id)
  }

  /** @returns the next token */
  async function refresh(token: string): Promise<string> {
    const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token: token, client_id: ENV })
    const { status, text } = await send(`${server.url}/auth/v1/token`, { method: 'POST', body })
    assert.equal(status, 200, text)
    return (JSON.parse(text) as { readonly refresh_token: string }).refresh_token
  }

  /** Uploads, overwrites, deletes and document writes until it is told to end. */
  function load(): () => Promise<void> {
    let isRunning = true
    const work = async (writer: Writer): Promise<void> => {
      for (let step = 0; isRunning; step++) {
        const at = step % (FILES / WRITERS)
        await putFile(writer, `${at}.bin`)
        await putFile(writer, `new-${step % 9}.bin`)
        await putDocument(writer, `${writer.who.uid}-${at}`)
        if (step % 3 === 0) await removeFile(writer, `new-${step % 9}.bin`)
        if (step % 4 === 0) await removeDocument(writer, `${writer.who.uid}-${at}`)
      }
    }
    const working = Promise.all(writers.map(work))
    working.catch(() => {})
    return async () => {
      isRunning = false
      await working
    }
  }

  /** Everything that was acknowledged is there, and nothing else; logins, keys, URLs and the password still hold. */
  async function checkEverything(): Promise<void> {
    for (const { who, files, documents } of writers) {
      for (const [name, body] of files) assert.deepEqual(await stored(server, who, own(who, name)), body, name)
      for (let at = 0; at < 9; at++) {
        if (files.has(`new-${at}.bin`)) continue
        assert.equal(await stored(server, who, own(who, `new-${at}.bin`)), 'STORAGE_FILE_NONEXIST')
      }
      const query = { collectionName: 'orders', query: { _openid: who.uid }, limit: 1_000 }
      const { data } = await act(server, who, 'database.queryDocument', query)
      const found = (data.list as { _id: string; seat: string }[]).map(({ _id, seat }) => [_id, seat] as const)
      assert.deepEqual(new Map(found.sort()), new Map([...documents].sort()))
    }
    const [first] = writers
    assert.ok(first)
    const [taken] = first.documents.values()
    const twice = { collectionName: 'orders', data: { _id: 'twice', seat: taken } }
    assert.equal((await act(server, first.who, 'database.addDocument', twice)).code, 'DATABASE_DUPLICATE_WRITE')
    const moved = (old: string) => server.url + old.slice(new URL(old).origin.length)
    assert.equal((await send(moved(oldUrl))).text, 'kept')
    assert.equal((await send(moved(oldUpload), { method: 'PUT', body: 'by an old ticket' })).status, 200)
    first.files.set('later.txt', Buffer.from('by an old ticket'))
    assert.equal(String(await stored(server, first.who, own(first.who, 'later.txt'))), 'by an old ticket')
    const { data, message } = await actAsAdmin(server, apiKey.apiKey, 'database.calculateDocument', {
      collectionName: 'orders',
      query: '{}',
    })
    const total = writers.reduce((sum, { documents }) => sum + documents.size, 0)
    assert.equal(data?.total, total, message)
    assert.equal((await settingsApi(server, apiKey).setting('storage.tempUrlMaxAge')).value, 4321)
    await signedIn(server, { secret: PASSWORD })
    assert.notEqual((await loginWithTicket(server, ticket)).uid, '')
    refreshToken = await refresh(refreshToken)
  }

  test('to PostgreSQL and another directory, under load, killed twice on the way', async () => {
    const end = load()
    const first = runMigrate(toPostgres())
    await printed(first, ({ phase }) => phase === 'copying')
    await killed(first)
    const second = runMigrate(toPostgres())
    await printed(second, ({ event }) => event === 'up-to-date')
    await killed(second)
    const third = runMigrate([...toPostgres(), '--no-wait'])
    assert.equal(await third.ended, 0, third.error())
    assert.equal(third.events.at(-1)?.event, 'waiting')
    const last = runMigrate([...toPostgres(), '--verify', 'all'])
    await printed(last, ({ event }) => event === 'up-to-date')
    await end()
    await server.stop()
    assert.equal(await last.ended, 0, last.error())
    const finished = last.events.at(-1)
    assert.equal(finished?.event, 'finished')
    const { start = '' } = finished ?? {}
    assert.match(start, /^cloudstead start --env demo-1abcde --port 8787 --records 'postgres:\/\/cloudstead:\*\*\*@/)
    const named = new Set(writers.flatMap(({ files }) => [...files.values()])).size
    assert.equal(finished?.files, named)
    assert.equal((await blobFiles(dir('files'))).filter((path) => /data[\\/]/.test(path)).length, named)
    server = await startServer({ config: CONFIG, places: { records: url, masterKeyFile, blobs: filesOf('files') } })
    await checkEverything()
  })

  test('and back', async () => {
    const end = load()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await end()
    await server.stop()
    const args = ['--from-records', url, '--from-blobs', filesOf('files'), '--to-data-dir', dir('back'), ...keyFile()]
    const back = runMigrate([...args, '--stopped'])
    assert.equal(await back.ended, 0, back.error())
    server = await startServer({ config: CONFIG, dataDir: dir('back') })
    await checkEverything()
  })

  test('when the database is away for long, it ends with one line, and the same command goes on', async () => {
    const args = ['--from-data-dir', dir('back'), '--to-records', await cluster.newDatabase(), ...keyFile()]
    const there = [...args, '--to-blobs', `file://${dir('more')}`]
    const first = runMigrate(there)
    await printed(first, ({ event }) => event === 'up-to-date')
    await cluster.stop('immediate')
    const [writer] = writers
    assert.ok(writer)
    await putFile(writer, '0.bin')
    assert.equal(await first.ended, 1)
    assert.match(
      first.error(),
      /^cloudstead: .* cannot be reached .*; repeat the command, which goes on where it ended\n$/,
    )
    await cluster.start()
    const second = runMigrate([...there, '--no-wait'])
    assert.equal(await second.ended, 0, second.error())
    assert.ok(second.events.some((event) => event.event === 'began' && event.isNew === false))
  })

  describe('what cannot be migrated is refused with one line, and nothing changes', () => {
    async function refuses(args: readonly string[], reason: RegExp, env = ENV): Promise<void> {
      const { stdout, stderr, code } = await cloudstead('migrate', '--env', env, ...args)
      assert.match(stderr, reason)
      assert.match(stderr, /^cloudstead: [^\n]+\n$/)
      assert.ok(!stderr.includes(':cloudstead@'), stderr)
      assert.equal(stdout, '')
      assert.equal(code, 1)
    }

    const from = () => ['--from-data-dir', dir('data')]
    const to = (name: string) => ['--to-data-dir', dir(name)]

    test('a target that has data, or is in use', async () => {
      await refuses([...from(), ...to('back')], /another server is already running on /)
      await refuses([...toPostgres(), ...keyFile()], /the target has data already/)
      const other = await startServer({ dataDir: dir('other') })
      await other.stop()
      const before = await readdir(dir('other'), { recursive: true })
      await refuses([...from(), ...to('other')], /the target has data already/)
      assert.deepEqual(await readdir(dir('other'), { recursive: true }), before)
      const fresh = ['--to-records', await cluster.newDatabase(), ...keyFile()]
      await refuses([...from(), ...fresh, '--to-blobs', filesOf('back')], /the target has files already/)
    })

    test('a target that another source is being copied to', async () => {
      const args = ['--from-data-dir', dir('back'), ...to('half')]
      const first = runMigrate(args)
      await printed(first, ({ phase }) => phase === 'copying')
      await killed(first)
      const half = runMigrate([...args, '--no-wait'])
      assert.equal(await half.ended, 0, half.error())
      await refuses(['--from-data-dir', dir('other'), ...to('half')], /unfinished migration of another source/)
    })

    test('a source that is also the target', async () => {
      await refuses([...from(), ...to('data')], /the source and the target are the same/)
      const database = ['--from-records', url, '--from-blobs', filesOf('files'), ...keyFile()]
      const same = ['--to-records', url, '--to-blobs', `file://${dir('elsewhere')}`]
      await refuses([...database, ...same], /the source and the target are the same/)
      const files = ['--to-records', await cluster.newDatabase(), '--to-blobs', filesOf('files')]
      await refuses([...database, ...files], /the source and the target are the same/)
    })

    test('a source that does not exist', async () => {
      await refuses(
        [...from(), ...to('new')],
        /there is no environment other-1abcde in .*; it has demo-1abcde/,
        'other-1abcde',
      )
      const database = ['--from-records', url, '--from-blobs', filesOf('files'), ...keyFile()]
      await refuses([...database, ...to('new')], /the environment demo-1abcde, not of other-1abcde/, 'other-1abcde')
      const empty = ['--from-records', await cluster.newDatabase(), '--from-blobs', filesOf('files'), ...keyFile()]
      await refuses([...empty, ...to('new')], /the source has no environment yet/)
    })

    test('no master key, or another one', async () => {
      const target = ['--to-records', url, '--to-blobs', filesOf('new')]
      await refuses([...from(), ...target], /need a master key/)
      const other = dir('other.key')
      await writeFile(other, (await cloudstead('keys', 'master')).stdout)
      const source = ['--from-records', url, '--from-blobs', filesOf('files'), '--master-key-file', other]
      await refuses([...source, ...to('new')], /the master key does not open the secrets/)
      await refuses([...from(), ...to('new'), ...keyFile()], /--master-key-file is for records in PostgreSQL/)
    })

    test('a command line that does not say from where, or to where', async () => {
      await refuses(to('new'), /migrate needs either --from-data-dir or --from-records/)
      await refuses(
        [...from(), ...to('new'), '--to-records', url],
        /migrate needs either --to-data-dir or --to-records/,
      )
      await refuses([...from(), '--to-records', url, ...keyFile()], /--to-blobs is missing/)
      await refuses(
        [...from(), '--to-records', 'mysql://h/d', '--to-blobs', filesOf('new'), ...keyFile()],
        /--to-records must look like postgres:/,
      )
      await refuses([...from(), '--to-records', url, '--to-blobs', 'here', ...keyFile()], /--to-blobs must look like /)
    })
  })
})
