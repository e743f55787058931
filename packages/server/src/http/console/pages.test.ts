/** The files of the Console as a browser gets them. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { createLargeAnswers } from '../large-answers.ts'
import { createServer } from '../server.ts'
import { consolePages } from './pages.ts'
import { rootRedirect } from './root-redirect.ts'
import { openStaticFiles } from './static-files.ts'

const SCRIPT = `console.log('${'x'.repeat(4096)}')`
const INDEX = '<!doctype html><title>Console</title>'

let folder: string
let app: FastifyInstance
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-pages-'))
  const dist = join(folder, 'dist')
  await mkdir(join(dist, 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'secret')
  await writeFile(join(dist, 'assets', 'index-abc.js'), SCRIPT)
  await writeFile(join(dist, 'favicon.svg'), '<svg/>')
  await writeFile(join(dist, 'index.html'), INDEX)
  await symlink(join(folder, 'secret.txt'), join(dist, 'assets', 'link.txt'))
  app = await serve(dist)
})
after(async () => {
  await app.close()
  await rm(folder, { recursive: true })
})

async function serve(directory: string | undefined): Promise<FastifyInstance> {
  const http = createServer({
    trustedProxies: [],
    log: pino({ level: 'silent' }),
    denials: { record: () => {} },
    answers: createLargeAnswers({ totalBytes: 1_000_000, knownBytes: 0 }),
  })
  await http.register(rootRedirect)
  await http.register(consolePages, { files: openStaticFiles(directory) })
  await http.listen({ host: '127.0.0.1', port: 0 })
  return http
}

interface Got {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

async function get(path: string, headers: Record<string, string> = {}, on = app, method = 'GET'): Promise<Got> {
  const { port } = on.server.address() as AddressInfo
  const answered = Promise.withResolvers<IncomingMessage>()
  httpRequest({ host: '127.0.0.1', port, agent: false, method, path, headers })
    .on('response', answered.resolve)
    .on('error', answered.reject)
    .end()
  const incoming = await answered.promise
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await buffer(incoming) }
}

const text = ({ body }: Got) => body.toString('utf8')

describe('addresses', () => {
  test('the root redirects browsers only, /console redirects everybody', async () => {
    const browser = await get('/', { accept: 'text/html,application/xhtml+xml' })
    assert.deepEqual([browser.status, browser.headers.location], [302, '/console/'])
    const { status, headers } = await get('/console?x=1')
    assert.deepEqual([status, headers.location], [308, '/console/'])
    const other = await get('/', { accept: '*/*' })
    assert.equal(other.status, 404)
    assert.equal((JSON.parse(text(other)) as { code: string }).code, 'NOT_FOUND')
  })

  test('every address of the Console serves the page', async () => {
    for (const path of ['/console/', '/console/storage?folder=a%2F', '/console/users/a.b', '/console/index.html']) {
      const got = await get(path)
      assert.deepEqual([got.status, text(got)], [200, INDEX], path)
      assert.equal(got.headers['cache-control'], 'no-cache')
      assert.equal(got.headers['content-type'], 'text/html; charset=utf-8')
    }
  })
})

describe('files', () => {
  test('are cached forever when their name contains a hash, else revalidated', async () => {
    const script = await get('/console/assets/index-abc.js')
    assert.equal(text(script), SCRIPT)
    assert.match(script.headers['cache-control'] ?? '', /immutable/)
    assert.match(String(script.headers['content-type']), /^text\/javascript/)
    const icon = await get('/console/favicon.svg')
    assert.deepEqual([icon.headers['cache-control'], icon.headers['content-type']], ['no-cache', 'image/svg+xml'])
  })

  test('are gzipped for clients that accept it, with a different ETag', async () => {
    const plain = await get('/console/assets/index-abc.js')
    const zipped = await get('/console/assets/index-abc.js', { 'accept-encoding': 'br, gzip;q=0.8' })
    assert.deepEqual([plain.headers['content-encoding'], zipped.headers['content-encoding']], [undefined, 'gzip'])
    assert.equal(gunzipSync(zipped.body).toString(), SCRIPT)
    assert.notEqual(plain.headers.etag, zipped.headers.etag)
    assert.equal(zipped.headers.vary, 'accept-encoding')
    for (const refused of ['br', 'gzip;q=0', 'gzip;q=0.000', 'x-gzip']) {
      const got = await get('/console/assets/index-abc.js', { 'accept-encoding': refused })
      assert.equal(got.headers['content-encoding'], undefined, refused)
    }
    const again = { 'accept-encoding': 'gzip', 'if-none-match': String(zipped.headers.etag) }
    const kept = await get('/console/assets/index-abc.js', again)
    assert.deepEqual([kept.status, kept.body.length], [304, 0])
    assert.equal((await get('/console/assets/index-abc.js', { 'if-none-match': again['if-none-match'] })).status, 200)
  })

  test('HEAD answers the same headers without the body', async () => {
    const { status, headers, body } = await get('/console/assets/index-abc.js', {}, app, 'HEAD')
    assert.deepEqual([status, headers['content-length'], body.length], [200, String(SCRIPT.length), 0])
  })

  test('a script of an earlier build is 404, not the page', async () => {
    assert.equal((await get('/console/assets/index-old.js')).status, 404)
  })

  const OUTSIDE = [
    '../secret.txt',
    '../dist/index.html',
    'assets/../../secret.txt',
    '%2e%2e/secret.txt',
    '..%2fsecret.txt',
    'assets/..%2f..%2fsecret.txt',
    '..%5csecret.txt',
    'assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    'assets/link.txt',
    'assets/',
    'assets/index-abc.js%00.html',
  ]
  for (const path of OUTSIDE) {
    test(`CVE-2025-54387 ipx: no file outside the built files is served: ${path}`, async () => {
      const got = await get(`/console/${path}`)
      assert.equal(got.status, 404)
      assert.ok(!text(got).includes('secret') && text(got) !== INDEX)
    })
  }
  test('an absolute path is just an address of the Console', async () => {
    assert.equal(text(await get(`/console/${join(folder, 'secret.txt')}`)), INDEX)
    assert.equal(text(await get(`/console/%2fetc%2fpasswd`)), INDEX)
  })

  test('nothing is loaded from other origins, and the page cannot be framed', async () => {
    for (const path of ['/console/', '/console/assets/index-abc.js', '/console/x']) {
      const { headers } = await get(path)
      const policy = new Map(
        String(headers['content-security-policy'])
          .split('; ')
          .map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]),
      )
      assert.equal(policy.get('default-src'), "'none'")
      const { port } = app.server.address() as AddressInfo
      const assets = `127.0.0.1:${port}/console/assets/`
      assert.equal(policy.get('style-src'), assets, 'no files of users, which are below /o/')
      assert.equal(policy.get('script-src'), `${assets} 127.0.0.1:${port}/console/early.js`)
      for (const kind of ['img', 'media', 'connect']) {
        assert.equal(policy.get(`${kind}-src`), "'self'", kind)
      }
      for (const kind of ['frame-ancestors', 'base-uri', 'form-action']) assert.equal(policy.get(kind), "'none'", kind)
      assert.equal(policy.get('require-trusted-types-for'), "'script'")
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
      assert.equal(headers['access-control-allow-origin'], undefined)
    }
  })
})

describe('building', () => {
  test('a Console that is not built says how to build it, and works once it is built', async () => {
    const dist = join(folder, 'later')
    const http = await serve(dist)
    try {
      const missing = await get('/console/', {}, http)
      assert.equal(missing.status, 503)
      assert.match(text(missing), /npm run build/)
      await mkdir(join(dist, 'assets'), { recursive: true })
      await writeFile(join(dist, 'index.html'), INDEX)
      assert.equal(text(await get('/console/', {}, http)), INDEX)
      await writeFile(join(dist, 'index.html'), `${INDEX}2`)
      await writeFile(join(dist, 'assets', 'new.js'), '1')
      await utimes(join(dist, 'index.html'), 1, 1)
      assert.equal(text(await get('/console/', {}, http)), `${INDEX}2`)
      assert.equal(text(await get('/console/assets/new.js', {}, http)), '1')
    } finally {
      await http.close()
    }
  })

  test('a Console that is not installed says so too', async () => {
    const http = await serve(undefined)
    assert.equal((await get('/console/storage', {}, http)).status, 503)
    await http.close()
  })
})
