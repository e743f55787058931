/** Servers on PostgreSQL and S3: the recipe with the real SDKs, an outage of S3, moving there and back, wrong starts. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createTicket } from './support/clients.ts'
import { type Cluster, lacksPostgres, startCluster } from './support/postgres.ts'
import { lacksRadosgw, type Radosgw, startRadosgw } from './support/radosgw.ts'
import { combinationsOf, recipeJourney } from './support/recipe-journey.ts'
import { cloudstead, ENV, type LoginKey, type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import {
  act,
  element,
  loginWithTicket,
  newPerson,
  own,
  type Person,
  send,
  stored,
  temporaryUrl,
  upload,
  uploadUrl,
} from './support/wire.ts'

const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { orders: { acl: 'PRIVATE' } } } }
const MiB = 1024 * 1024
/** What clients may have to wait for a refusal, in ms. */
const REFUSED_WITHIN = 20_000
/** How long the store may be back before all is well again, in ms. */
const BACK_WITHIN = 6_000

describe('servers on PostgreSQL and S3', { skip: lacksPostgres() || lacksRadosgw() }, () => {
  let scratch: string
  let postgres: Cluster
  let s3: Radosgw
  let records: string
  let bucket: string
  let masterKeyFile: string
  let servers: RunningServer[]
  let key: LoginKey

  const s3Url = (name: string, more = '') =>
    `s3://${name}?endpoint=${s3.endpoint}&region=us-east-1&pathStyle=true${more}`
  const variables = () => ({
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  })
  const begin = (blobs = s3Url(`${bucket}/cs`)) =>
    startServer({
      config: CONFIG,
      places: { records, masterKeyFile, blobs, variables: variables() },
      args: ['--drain', '0'],
    })
  const server = (at = 0): RunningServer => servers[at] as RunningServer
  /** Runs a command with the keys of the store, or with other variables. */
  async function run(args: readonly string[], own: Readonly<Record<string, string>> = variables()) {
    const former = { ...process.env }
    Object.assign(process.env, own)
    try {
      return await cloudstead(...args)
    } finally {
      for (const name of Object.keys(own)) {
        if (former[name] === undefined) delete process.env[name]
        else process.env[name] = former[name]
      }
    }
  }

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cloudstead-s3-'))
    // One after the other: what has started is stopped when the next does not start.
    postgres = await startCluster()
    s3 = await startRadosgw()
    records = await postgres.newDatabase()
    bucket = await s3.newBucket()
    masterKeyFile = join(scratch, 'master.key')
    await writeFile(masterKeyFile, (await cloudstead('keys', 'master')).stdout)
    servers = await Promise.all([begin(), begin()])
    key = await server().loginKey()
  })
  after(async () => {
    for (const one of servers ?? []) await one.stop()
    await Promise.all([postgres?.dispose(), s3?.dispose()])
    await rm(scratch, { recursive: true, force: true })
  })

  for (const sdk of ['2.27.2', '3.7.0'] as const) {
    for (const combination of combinationsOf(sdk).slice(0, 1)) {
      recipeJourney(combination, {
        server: () => ({ server: server(1), key }),
        loginCode: (user) => user,
        openid: () => '',
      })
    }
  }

  test('files of all sizes, with and without a length, come back from the other server, whole and in ranges', async () => {
    const who = await newPerson(server())
    for (const size of [0, 1, 200 * 1024, 3 * MiB, 9 * MiB, 17 * MiB]) {
      const bytes = Buffer.alloc(size, `${size}.`)
      const path = own(who, `${size}.bin`)
      await upload(server(), who, path, bytes)
      // As node-sdk sends it: over itself, without a length.
      const again = await send(await uploadUrl(server(1), who, path), { method: 'PUT', chunks: [bytes] })
      assert.equal(again.status, 200)
      assert.ok(bytes.equals(Buffer.from(await stored(server(1), who, path))), `${size} bytes`)
      if (size < 10) continue
      const url = await urlOf(server(1), who, path)
      const range = await send(url, { headers: { range: `bytes=5-${size - 2}` } })
      assert.equal(range.status, 206)
      assert.ok(bytes.subarray(5, size - 1).equals(range.body))
    }
  })

  test('large files are redirected to the store, if the operator wants it, and small ones are not', async () => {
    const redirecting = await begin(s3Url(`${bucket}/cs`, '&redirect=1000000'))
    try {
      const who = await newPerson(redirecting)
      for (const [size, status] of [
        [2 * MiB, 302],
        [1000, 200],
      ] as const) {
        const bytes = Buffer.alloc(size, 'x')
        await upload(redirecting, who, own(who, `${size}`), bytes)
        const url = await urlOf(redirecting, who, own(who, `${size}`))
        const answer = await send(url)
        assert.equal(answer.status, status)
        if (status === 200) continue
        assert.equal(answer.headers['cache-control'], 'no-store')
        const direct = await send(String(answer.headers.location))
        assert.equal(direct.status, 200)
        assert.ok(bytes.equals(direct.body))
      }
    } finally {
      await redirecting.stop()
    }
  })

  test('while S3 is away, documents and logins work, files are refused in time and leave nothing; then all is well', async () => {
    const who = await newPerson(server())
    const large = own(who, 'large.bin')
    await upload(server(), who, large, Buffer.alloc(2 * MiB, 'l'))
    const url = await urlOf(server(), who, large)
    const ticketUrl = await uploadUrl(server(), who, own(who, 'refused.txt'))
    await s3.stop()
    const refused = Promise.all([within(send(ticketUrl, { method: 'PUT', body: 'never stored' })), within(send(url))])
    const order = { collectionName: 'orders', data: { _id: `o-${who.uid}` } }
    assert.equal((await act(server(), who, 'database.addDocument', order)).code, undefined)
    const late = await loginWithTicket(server(1), createTicket(key, 'late'))
    assert.ok(late.uid)
    const ready = await send(`${server().url}/ready`)
    assert.equal(ready.status, 200)
    assert.equal((JSON.parse(ready.text) as { status: string }).status, 'degraded')
    const [put, get] = await refused
    assert.equal(put.status, 503)
    assert.equal(element(put.text, 'Code'), 'SERVER_BUSY')
    assert.ok(element(put.text, 'RequestId') && element(put.text, 'TraceId') && element(put.text, 'Message'))
    assert.equal(get.status, 503)
    await s3.start()
    await eventually(
      'uploads work again',
      () =>
        upload(server(), who, own(who, 'after.txt'), 'after').then(
          () => true,
          () => false,
        ),
      BACK_WITHIN,
    )
    assert.equal(String(await stored(server(1), who, own(who, 'after.txt'))), 'after')
    assert.equal((await send(url)).status, 200)
    const { code } = await temporaryUrl(server(), who, own(who, 'refused.txt'))
    assert.equal(code, 'STORAGE_FILE_NONEXIST')
  })

  test('an environment moves from a data directory there, and back', async () => {
    const dataDir = join(scratch, 'data')
    const plain = await startServer({ config: CONFIG, dataDir })
    const ownKey = await plain.loginKey()
    const who = await loginWithTicket(plain, createTicket(ownKey, 'mover'))
    const bodies = new Map<string, Buffer>()
    for (const size of [10, 300_000, 9 * MiB]) bodies.set(own(who, `${size}.bin`), Buffer.alloc(size, `${size}`))
    for (const [path, bytes] of bodies) await upload(plain, who, path, bytes)
    await plain.stop()
    const to = { records: await postgres.newDatabase(), blobs: s3Url(`${bucket}/moved`) }
    const moved = ['--to-records', to.records, '--to-blobs', to.blobs, '--master-key-file', masterKeyFile]
    const there = await run(['migrate', '--from-data-dir', dataDir, ...moved, '--verify', 'all'])
    assert.equal(there.code, 0, there.stderr)
    const remote = await startServer({
      config: CONFIG,
      places: { ...to, masterKeyFile, variables: variables() },
      args: ['--drain', '0'],
    })
    for (const [path, bytes] of bodies) assert.ok(bytes.equals(Buffer.from(await stored(remote, who, path))), path)
    await upload(remote, who, own(who, 'new.txt'), 'new')
    await remote.stop()
    const source = ['--from-records', to.records, '--from-blobs', to.blobs, '--master-key-file', masterKeyFile]
    const backDir = join(scratch, 'back')
    const back = await run(['migrate', ...source, '--to-data-dir', backDir, '--verify', 'all'])
    assert.equal(back.code, 0, back.stderr)
    const again = await startServer({ config: CONFIG, dataDir: backDir })
    for (const [path, bytes] of bodies) assert.ok(bytes.equals(Buffer.from(await stored(again, who, path))), path)
    assert.equal(String(await stored(again, who, own(who, 'new.txt'))), 'new')
    await again.stop()
  })

  describe('a wrong start prints one clear line without a secret, and exits with code 1', { concurrency: 2 }, () => {
    const start = (blobs: string, database = records) => [
      ...['start', '--env', ENV, '--port', '0', '--records', database, '--master-key-file', masterKeyFile],
      ...['--blobs', blobs],
    ]
    async function refuses(args: readonly string[], reason: RegExp, own?: Readonly<Record<string, string>>) {
      const { stdout, stderr, code } = await run(args, own)
      assert.match(stderr, reason)
      assert.match(stderr, /^cloudstead: [^\n]+\n$/)
      assert.ok(!stderr.includes(s3.credentials.secretAccessKey) && !stderr.includes('s3cret'), stderr)
      assert.equal(stdout, '')
      assert.equal(code, 1)
    }

    test('no such bucket, and no store at that address', async () => {
      await refuses(start(s3Url('absent-bucket')), /absent-bucket/)
      await refuses(
        start(`s3://${bucket}?endpoint=http://127.0.0.1:1&region=us-east-1&pathStyle=true`),
        /127\.0\.0\.1:1/,
      )
    })

    test('a wrong URL', async () => {
      await refuses(start(`s3://${bucket}?region=us-east-1&sign=no`), /--blobs \(or CLOUDSTEAD_BLOBS\) .*unknown part/)
      await refuses(start(`s3://${bucket}`), /lacks the region/)
    })

    test('no keys, and wrong ones', async () => {
      const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
      await refuses(start(s3Url(`${bucket}/cs`)), /AWS_ACCESS_KEY_ID is not set/, none)
      const wrong = { ...variables(), AWS_SECRET_ACCESS_KEY: 's3cret' }
      await refuses(start(s3Url(`${bucket}/cs`)), /AWS_SECRET_ACCESS_KEY/, wrong)
    })

    test('an empty prefix for a database that has claimed another, and the prefix of another database', async () => {
      await refuses(start(s3Url(`${bucket}/empty`)), /it is empty, and theirs is not/)
      const other = await postgres.newDatabase()
      await refuses(start(s3Url(`${bucket}/cs`), other), /s3:\/\/bucket.*\/cs belongs to other records/)
      const other2 = ['start', '--env', 'other-1abcde', ...start(s3Url(`${bucket}/cs`), other).slice(3)]
      await refuses(other2, /the environment/)
    })
  })
})

async function urlOf(server: RunningServer, who: Person, path: string): Promise<string> {
  const { tempFileURL } = await temporaryUrl(server, who, path)
  assert.ok(tempFileURL)
  return tempFileURL
}

/** Rejects when the answer comes later than clients may have to wait. */
async function within<T>(answer: Promise<T>): Promise<T> {
  const begun = performance.now()
  const result = await answer
  const ms = performance.now() - begun
  assert.ok(ms < REFUSED_WITHIN, `answered after ${Math.round(ms)} ms`)
  return result
}
