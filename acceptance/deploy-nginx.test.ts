/** The configuration of nginx in deploy/, in front of two servers on one database and one directory of files. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type OutgoingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { lacksNginx, type Nginx, startNginx } from './support/nginx.ts'
import { type Cluster, lacksPostgres, startCluster } from './support/postgres.ts'
import { combinationsOf, recipeJourney } from './support/recipe-journey.ts'
import { cloudstead, ENV, type LoginKey, type RunningServer, startServer } from './support/server.ts'
import { eventually, until } from './support/until.ts'
import { sha } from './support/uploads.ts'
import {
  type Answer,
  act,
  newPerson,
  own,
  type Person,
  send,
  stored,
  temporaryUrl,
  upload,
  uploadUrl,
} from './support/wire.ts'

const SCRIPT = join(import.meta.dirname, '../deploy/rolling-restart.sh')
const MiB = 1024 * 1024
/** More than the largest file that a server sends from memory. */
const LARGE = 300 * 1024
const CONFIG = { storage: { acl: 'READONLY' }, database: { collections: { orders: { acl: 'PRIVATE' } } } }
const PRIVATE = { ...CONFIG, storage: { acl: 'PRIVATE' } }
/** Wrong attempts to sign in from one address within a minute. */
const ATTEMPTS = 10

describe('nginx in front of two servers', { skip: lacksNginx() || lacksPostgres() }, () => {
  let scratch: string
  let files: string
  let cluster: Cluster
  let places: { readonly records: string; readonly masterKeyFile: string; readonly blobs: string }
  let servers: RunningServer[]
  let nginx: Nginx
  let key: LoginKey
  /** The servers as clients see them. */
  let front: RunningServer

  const begin = (port = 0, ...args: readonly string[]) =>
    startServer({ config: CONFIG, places, port, args: ['--trusted-proxy', '127.0.0.1', '--drain', '1', ...args] })

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cloudstead-nginx-'))
    files = join(scratch, 'files')
    cluster = await startCluster()
    const masterKeyFile = join(scratch, 'master.key')
    await writeFile(masterKeyFile, (await cloudstead('keys', 'master')).stdout)
    places = { records: await cluster.newDatabase(), masterKeyFile, blobs: pathToFileURL(files).href }
    servers = await Promise.all([begin(0, ...OFFLOAD), begin(0, ...OFFLOAD)])
    nginx = await startNginx({ ports: servers.map(({ port }) => port), files })
    const [first] = servers as [RunningServer]
    key = await first.loginKey()
    front = { ...first, url: nginx.url, host: new URL(nginx.url).host, port: Number(new URL(nginx.url).port) }
  })
  after(async () => {
    await nginx?.dispose()
    await Promise.all((servers ?? []).map((server) => server.stop()))
    await cluster?.dispose()
    await rm(scratch, { recursive: true, force: true })
  })

  /** Resolves when both servers hand out URLs for it: with a signature for private files. */
  async function useConfig(config: object, isPrivate: boolean): Promise<void> {
    await Promise.all(servers.map((server) => server.writeConfig(config)))
    const who = await newPerson(front)
    await upload(front, who, own(who, 'a.txt'), 'a')
    const isSigned = (server: RunningServer) =>
      temporaryUrl(server, who, own(who, 'a.txt')).then(({ tempFileURL }) => tempFileURL.includes('sign='))
    await eventually('both servers use it', async () =>
      (await Promise.all(servers.map(isSigned))).every((signed) => signed === isPrivate),
    )
  }

  describe('the recipe', () => {
    before(() => useConfig(PRIVATE, true))
    after(() => useConfig(CONFIG, false))
    for (const sdk of ['2.27.2', '3.7.0'] as const) {
      for (const combination of combinationsOf(sdk).slice(0, 1)) {
        const place = { server: () => ({ server: front, key }), loginCode: (user: string) => user, openid: () => '' }
        recipeJourney(combination, place)
      }
    }
  })

  for (const announced of [true, false]) {
    test(`20 MiB ${announced ? 'with' : 'without'} a length reach the server while they are sent`, async () => {
      const who = await newPerson(front)
      const bytes = randomBytes(20 * MiB)
      const url = await uploadUrl(front, who, own(who, 'film.mp4'))
      const outgoing = request(url, { method: 'PUT', headers: announced ? { 'content-length': bytes.length } : {} })
      const status = new Promise((resolve, reject) => {
        outgoing.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject)
      })
      outgoing.write(bytes.subarray(0, 10 * MiB))
      // The directory of unfinished uploads.
      const arrived = async () => {
        const names = await readdir(join(files, 'tmp'))
        const sizes = await Promise.all(names.map((name) => stat(join(files, 'tmp', name)).then(({ size }) => size)))
        return Math.max(0, ...sizes)
      }
      await until('the server writes the first half', arrived, (size) => size > 7 * MiB)
      outgoing.end(bytes.subarray(10 * MiB))
      assert.equal(await status, 200)
      assert.equal(sha(await stored(front, who, own(who, 'film.mp4'))), sha(bytes))
    })
  }

  test('a body that is too large is refused by the server, in its words', async () => {
    const who = await newPerson(front)
    const url = await uploadUrl(front, who, own(who, 'film.mp4'))
    const { status, text } = await send(url, { method: 'PUT', headers: { 'content-length': 200 * MiB } })
    assert.equal(status, 413, text)
    assert.match(text, /<Code>EXCEED_UPLOAD_MAXFILESIZE<\/Code>/)
  })

  test('a query of 40 KiB in the URL, a WebSocket handshake and /metrics', async () => {
    const long = await send(`${nginx.url}/v1/nothing?q=${'x'.repeat(40 * 1024)}`)
    assert.equal(long.status, 404)
    assert.match(long.text, /NOT_FOUND/)
    const handshake = await send(`${nginx.url}/health`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } })
    assert.equal(handshake.status, 200)
    assert.equal((await send(`${nginx.url}/metrics`)).status, 404)
  })

  test('the limit of sign-in attempts counts the address of the client, and no header changes it', async () => {
    const attempt = async (from: string, headers: OutgoingHttpHeaders) => {
      const body = JSON.stringify({ link: 'wrong' })
      const same = { origin: nginx.url, 'sec-fetch-site': 'same-origin', 'x-cloudstead-console': '1' }
      return ask(`${nginx.url}/console/api/session`, { from, method: 'POST', body, headers: { ...same, ...headers } })
    }
    for (let n = 0; n < ATTEMPTS; n += 1) {
      const { status, text } = await attempt('127.0.0.1', { 'x-forwarded-for': `203.0.113.${n}` })
      assert.equal(status, 401, text)
    }
    const forged = { 'x-forwarded-for': '203.0.113.99', 'x-real-ip': '203.0.113.99', forwarded: 'for=203.0.113.99' }
    assert.equal((await attempt('127.0.0.1', forged)).status, 429)
    assert.equal((await attempt('127.0.0.2', {})).status, 401)
  })

  test('the log of nginx has no signatures and no tickets', async () => {
    const who = await newPerson(front)
    const ticket = new URL(await uploadUrl(front, who, own(who, 'a.txt'))).pathname.slice('/u/'.length)
    await upload(front, who, own(who, 'a.txt'), 'a')
    const log = await until('the upload is logged', nginx.log, (text) => /"PUT \/u\/\.\.\." 200/.test(text))
    assert.doesNotMatch(log, /sign=|t=\d/)
    assert.ok(!log.includes(ticket.slice(0, 40)))
  })

  describe('deploy/rolling-restart.sh', () => {
    /** Runs the script. Its `systemctl restart` is done by `restart`, which gets the port. */
    async function rollingRestart(ports: readonly number[], restart: (port: number) => Promise<void>) {
      const [asked, done] = [join(scratch, 'asked'), join(scratch, 'done')]
      await Promise.all([rm(asked, { force: true }), rm(done, { force: true })])
      const script = `#!/bin/sh\nrm -f ${done}\necho "$*" > ${asked}\nwhile [ ! -e ${done} ]; do sleep 0.05; done\n`
      await writeFile(join(scratch, 'systemctl'), script, { mode: 0o755 })
      const child = spawn('sh', [SCRIPT, ...ports.map(String)], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          PATH: `${scratch}:${process.env.PATH}`,
          NGINX_CONF: nginx.configuration,
          NGINX_RELOAD: `kill -HUP ${nginx.pid}`,
          READY_WITHIN: '30',
        },
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text
        })
      }
      let running = true
      const ended = once(child, 'close').finally(() => {
        running = false
      })
      while (running) {
        const request = await readFile(asked, 'utf8').catch(() => '')
        const [, port] = /^restart cloudstead@(\d+)\n$/.exec(request) ?? []
        if (port !== undefined) {
          await rm(asked)
          await restart(Number(port))
          await writeFile(done, '')
        }
        await delay(20)
      }
      const [code] = (await ended) as [number | null]
      return { code, output }
    }

    test('restarts one server after the other under load, and no request fails', async () => {
      const who = await newPerson(front)
      await upload(front, who, own(who, 'picture.png'), randomBytes(2 * LARGE))
      let running = true
      const counts = { reads: 0, writes: 0, uploads: 0 }
      const clients = [
        async () => {
          assert.equal((await stored(front, who, own(who, 'picture.png'))).length, 2 * LARGE)
          counts.reads += 1
        },
        async () => {
          const added = await act(front, who, 'database.addDocument', { collectionName: 'orders', data: { n: 1 } })
          assert.equal(added.code, undefined, added.message)
          counts.writes += 1
        },
        async () => {
          await upload(front, who, own(who, `up-${counts.uploads}.txt`), 'x'.repeat(1000))
          counts.uploads += 1
        },
      ]
      const load = Promise.all(
        [...clients, ...clients].map(async (call) => {
          while (running) await call()
        }),
      ).finally(() => {
        running = false
      })
      load.catch(() => {})
      const progress = async () => {
        const before = { ...counts }
        const all = () =>
          counts.reads > before.reads && counts.writes > before.writes && counts.uploads > before.uploads
        await eventually('all kinds of calls go on', () => !running || all())
      }
      const { code, output } = await rollingRestart(
        servers.map(({ port }) => port),
        async (port) => {
          await progress()
          const at = servers.findIndex((server) => server.port === port)
          assert.equal(await servers[at]?.stop(), 0)
          await progress()
          servers[at] = await begin(port, ...OFFLOAD)
        },
      )
      await progress()
      running = false
      await load
      assert.equal(code, 0, output)
      assert.match(output, /^(?:\d+: restarted\n){2}$/)
      assert.doesNotMatch(await readFile(nginx.configuration, 'utf8'), /server .*\bdown\b/)
    })

    test('refuses a port that nginx does not know, before it restarts anything', async () => {
      const [{ port } = { port: 0 }] = servers
      const restarted: number[] = []
      const { code, output } = await rollingRestart([port, 1], async (port) => {
        restarted.push(port)
      })
      assert.equal(code, 1)
      assert.match(output, /has no server 127\.0\.0\.1:1\n$/)
      assert.deepEqual(restarted, [])
    })
  })

  describe('downloads that nginx sends', () => {
    let plain: RunningServer
    let plainNginx: Nginx
    let who: Person
    let bucket: string

    before(async () => {
      plain = await begin()
      plainNginx = await startNginx({ ports: [plain.port], files })
      who = await newPerson(front)
      const fileId = await upload(front, who, own(who, 'a.txt'), 'a')
      bucket = /^cloud:\/\/[^.]+\.([^/]+)\//.exec(fileId)?.[1] ?? ''
    })
    after(async () => {
      await plainNginx?.dispose()
      await plain?.stop()
    })

    /** Uploads a file and resolves to the path of its URL. */
    async function path(name: string, body: Buffer | string, type: string, headers = {}): Promise<string> {
      await upload(front, who, own(who, name), body, { 'content-type': type, ...headers })
      const { tempFileURL } = await temporaryUrl(front, who, own(who, name))
      return tempFileURL.slice(nginx.url.length)
    }

    /** Asks for the same with and without off-loading. The answers must not differ, but for who sends the bytes. */
    async function same(path: string, isOffloaded: boolean, headers: OutgoingHttpHeaders = {}, method = 'GET') {
      const [server] = servers as [RunningServer]
      const direct = await send(`${server.url}${path}`, {
        method,
        headers: { ...headers, 'x-forwarded-for': '192.0.2.1' },
      })
      assert.equal(direct.headers['x-accel-redirect'] !== undefined, isOffloaded, `off-loaded: ${direct.status}`)
      if (isOffloaded) assert.equal(direct.body.length, 0)
      const [sent, expected] = await Promise.all([
        send(`${nginx.url}${path}`, { method, headers }),
        send(`${plainNginx.url}${path}`, { method, headers }),
      ])
      assert.deepEqual(essence(sent), essence(expected))
      return sent
    }

    test('have the same status, headers and bytes as from the server, for conditions and ranges', async () => {
      const bytes = randomBytes(LARGE)
      const url = await path('图 1.png', bytes, 'image/png')
      const whole = await same(url, true)
      assert.ok(whole.body.equals(bytes))
      const etag = whole.headers.etag ?? ''
      const modified = whole.headers['last-modified'] ?? ''
      assert.equal(etag, `"${sha(bytes)}"`)
      assert.match(String(whole.headers['content-security-policy']), /sandbox/)

      assert.equal((await same(url, false, {}, 'HEAD')).body.length, 0)
      for (const range of ['bytes=0-99', 'bytes=100-', 'bytes=-50', 'BYTES=0-0', `bytes=5-${LARGE * 2}`]) {
        assert.equal((await same(url, true, { range })).status, 206, range)
      }
      for (const range of ['bytes=0-1,5-6', 'bytes=5-2', 'bytes= 0-1', 'lines=0-1', 'bytes=a-b']) {
        assert.equal((await same(url, false, { range })).status, 200, range)
      }
      for (const range of [`bytes=${LARGE}-`, 'bytes=-0']) {
        assert.equal((await same(url, false, { range })).status, 416, range)
      }
      const later = new Date(Date.now() + 3_600_000).toUTCString()
      const earlier = new Date(0).toUTCString()
      const cases: readonly [number, boolean, OutgoingHttpHeaders][] = [
        [304, false, { 'if-none-match': etag }],
        [304, false, { 'if-none-match': '*' }],
        [200, true, { 'if-none-match': '"other"' }],
        [304, false, { 'if-modified-since': later }],
        [304, false, { 'if-modified-since': modified }],
        [200, true, { 'if-modified-since': earlier }],
        [200, true, { 'if-none-match': '"other"', 'if-modified-since': later }],
        [200, false, { 'if-match': etag }],
        [412, false, { 'if-match': '"other"' }],
        [200, false, { 'if-unmodified-since': later }],
        [412, false, { 'if-unmodified-since': earlier }],
        [206, true, { 'if-range': etag, range: 'bytes=1-9' }],
        [206, true, { 'if-range': modified, range: 'bytes=1-9' }],
        [200, false, { 'if-range': '"other"', range: 'bytes=1-9' }],
        [200, false, { 'if-range': earlier, range: 'bytes=1-9' }],
        [206, true, { 'if-none-match': '"other"', range: 'bytes=1-9' }],
        [206, false, { 'if-match': etag, range: 'bytes=1-9' }],
        [200, true, { origin: 'http://localhost:3000' }],
        [206, true, { origin: 'http://localhost:3000', range: 'bytes=1-9' }],
        [403, false, { origin: 'https://evil.example.com' }],
        [200, true, { 'accept-encoding': 'gzip' }],
      ]
      for (const [status, isOffloaded, headers] of cases) {
        assert.equal((await same(url, isOffloaded, headers)).status, status, JSON.stringify(headers))
      }
    })

    test('of every type and name, by every address', async () => {
      const text = `<script>alert(1)</script>${'text '.repeat(LARGE / 5)}`
      for (const [name, type] of [
        ['100% sure%20.txt', 'text/plain'],
        ['page.html', 'text/html; charset=gbk'],
        ['file', 'application/octet-stream'],
        ['it\'s "é".pdf', 'application/pdf'],
        ['film.mp4', 'video/mp4'],
      ] as const) {
        const url = await path(name, text, type, { 'cache-control': 'max-age=5, must-revalidate' })
        const { text: sent, headers } = await same(url, true)
        assert.equal(sent, text)
        assert.equal(headers['x-content-type-options'], 'nosniff')
        await same(`${url}${url.includes('?') ? '&' : '?'}download=other%20name.txt`, true)
        const object = `/v1/storages/object/${bucket}/${encodeURIComponent(own(who, name))}`
        await same(object, true, { authorization: `Bearer ${who.accessToken}` })
      }
      await same(await path('small.png', randomBytes(1000), 'image/png'), false)
    })

    test('with a signature, or a wrong one', async () => {
      await useConfig(PRIVATE, true)
      const url = await path('mine.png', randomBytes(LARGE), 'image/png')
      const { headers } = await same(url, true)
      assert.match(headers['cache-control'] ?? '', /^private, max-age=7\d{3}$/)
      assert.equal((await same(url, true, { range: 'bytes=-9' })).status, 206)
      assert.equal((await same(url.replace(/t=\d/, 't=9'), false)).status, 403)
      await useConfig(CONFIG, false)
    })

    test('a file that is overwritten or deleted', async () => {
      const url = await path('changing.png', randomBytes(LARGE), 'image/png')
      const first = await same(url, true)
      const again = randomBytes(LARGE)
      await upload(front, who, own(who, 'changing.png'), again, { 'content-type': 'image/png' })
      const second = await same(url, true)
      assert.ok(second.body.equals(again))
      assert.notEqual(second.headers.etag, first.headers.etag)
      await act(front, who, 'storage.batchDeleteFile', { fileid_list: [`cloud://${ENV}/${own(who, 'changing.png')}`] })
      assert.equal((await same(url, false)).status, 404)
    })

    test('only nginx is told where a file is, and nobody else can have it sent', async () => {
      const bytes = randomBytes(LARGE)
      const url = await path('own.png', bytes, 'image/png')
      const [server] = servers as [RunningServer]
      const forwarded = { 'x-forwarded-for': '192.0.2.1', 'x-accel-redirect': '/cloudstead-files/a' }
      const told = await ask(`${server.url}${url}`, { from: '127.0.0.1', headers: forwarded })
      const location = String(told.headers['x-accel-redirect'])
      assert.match(location, /^\/cloudstead-files\/[0-9a-z]+\/[0-9a-z-]+$/)
      for (const [from, headers] of [
        ['127.0.0.2', forwarded],
        ['127.0.0.1', {}],
      ] as const) {
        const answer = await ask(`${server.url}${url}`, { from, headers })
        assert.equal(answer.headers['x-accel-redirect'], undefined)
        assert.ok(answer.body.equals(bytes))
      }
      const store = `${files}/data/${location.slice('/cloudstead-files/'.length)}`
      assert.equal((await stat(store)).size, LARGE)
      const variants = [location, location.replace('/c', '//c'), location.replace('c', '%63'), `/o/..${location}`]
      for (const path of [...variants, '/cloudstead-files/', '/cloudstead-files/../cloudstead.json']) {
        const { status, body } = await send(`${nginx.url}${path}`)
        assert.equal(status, 404, path)
        assert.ok(!body.equals(bytes))
      }
      const through = await send(`${nginx.url}${url}`, { headers: forwarded })
      assert.ok(through.body.equals(bytes))
      assert.equal(through.headers['x-accel-redirect'], undefined)
    })
  })

  test('wrong options: one line and exit code 1', async () => {
    const refused = async (args: readonly string[], reason: RegExp) => {
      const { code, stderr } = await cloudstead('start', '--env', ENV, '--port', '0', ...args)
      assert.match(stderr, reason)
      assert.match(stderr, /^cloudstead: [^\n]+\n$/)
      assert.equal(code, 1)
    }
    await refused(OFFLOAD, /--offload needs --trusted-proxy/)
    const proxy = ['--trusted-proxy', '127.0.0.1']
    process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = 'none'
    try {
      await refused(
        [...proxy, ...OFFLOAD, '--blobs', 's3://bucket?region=none'],
        /--offload is for files in a directory/,
      )
    } finally {
      delete process.env.AWS_ACCESS_KEY_ID
      delete process.env.AWS_SECRET_ACCESS_KEY
    }
    for (const wrong of ['x-accel', 'x-accel=/a', 'x-accel=a/', 'sendfile=/a/', 'x-accel=/a b/', 'x-accel=/../']) {
      await refused([...proxy, '--offload', wrong], /must look like x-accel=\/cloudstead-files\//)
    }
  })
})

const OFFLOAD = ['--offload', 'x-accel=/cloudstead-files/']

/** What a client gets, without what differs between two requests. */
function essence({ status, headers, body, text }: Answer) {
  const { date, 'x-request-id': id, 'cache-control': cache, ...others } = headers
  assert.ok(date && id)
  return {
    status,
    // The seconds that a signature is still good.
    headers: { ...others, cache: cache?.replace(/^private, max-age=[1-9]\d*$/, 'private') },
    // Errors contain the id of the request.
    body: status < 400 ? sha(body) : text.replaceAll(String(id), 'id'),
  }
}

/** One request from an address of this machine. */
async function ask(
  url: string,
  options: { from: string; method?: string; headers?: OutgoingHttpHeaders; body?: string },
): Promise<Pick<Answer, 'status' | 'headers' | 'body' | 'text'>> {
  const { from, body, ...others } = options
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...others, localAddress: from, agent: false }, (incoming) => {
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part)).on('error', reject)
      incoming.on('end', () => {
        const whole = Buffer.concat(parts)
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: whole, text: String(whole) })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
