import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { formatFileId, parseCloudPath } from '@cloudstead/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import { ADMIN, ENV, storageForFile } from '../storage/storage.fixture.ts'
import { keepDenials } from './errors.ts'
import { answerHotObjects } from './hot-objects.ts'
import { objectRoutes } from './objects.ts'

const { storage, upload, clock, useAcl, clear } = await storageForFile()
/** What one request has, so that two answers cannot have it in common. */
const OF_ONE_ANSWER = ['x-request-id', 'date']

describe('plain downloads before the framework', () => {
  let app: FastifyInstance
  let port: number
  /** The answers that the framework did not make. */
  let hot = 0

  before(async () => {
    app = fastify()
    keepDenials(app, { record: () => {} })
    app.addHook('onSend', (_request, reply, _payload, done) => {
      reply.header('vary', 'origin').header('x-request-id', 'framework')
      done()
    })
    await app.register(objectRoutes, { storage })
    const isOwnHost = (host: string) => host !== 'foreign.example'
    answerHotObjects(app.server, { storage, isOwnHost, counted: () => (hot += 1) })
    await app.listen({ host: '127.0.0.1', port: 0 })
    port = (app.server.address() as { port: number }).port
  })
  beforeEach(async () => {
    await clear()
    useAcl('PRIVATE')
  })
  after(() => app.close())

  async function urlOf(path: string, content = 'the content', contentType?: string): Promise<string> {
    await upload(path, content, contentType)
    const [result] = await storage.temporaryUrls(ADMIN, [
      { fileId: formatFileId(ENV, parseCloudPath(path)), maxAge: 60 },
    ])
    assert.ok(result?.ok)
    return result.pathAndQuery
  }

  function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
    return new Promise<{ status: number; headers: object; body: string; isHot: boolean }>((resolve, reject) => {
      const before = hot
      request(
        { host: '127.0.0.1', port, path, method, headers: { host: 'localhost', ...headers }, agent: false },
        (answer) => {
          let body = ''
          answer.setEncoding('utf8').on('data', (text) => (body += text))
          answer.on('error', reject).on('end', () => {
            const shared = Object.entries(answer.headers).filter(([name]) => !OF_ONE_ANSWER.includes(name))
            resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(shared), body, isHot: hot > before })
          })
        },
      )
        .on('error', reject)
        .end()
    })
  }

  for (const [path, contentType] of [
    ['a/photo.jpg', 'image/jpeg'],
    ['a/中文 "name".txt', 'text/plain; charset=utf-8'],
    ['a/page.html', 'text/html'],
    ['a/no-type', undefined],
  ] as const) {
    test(`${path}: the answer is the same as that of the framework, signed and public`, async () => {
      const signed = await urlOf(path, 'the content', contentType)
      useAcl('READONLY')
      for (const url of [signed, signed.replace(/\?.*/, '')]) {
        const ours = await get(url)
        // A range that is none stands for the whole file.
        const framework = await get(url, { range: 'none' })
        assert.deepEqual([ours.isHot, framework.isHot, ours.status], [true, false, 200])
        assert.deepEqual({ ...ours, isHot: false }, framework)
        assert.deepEqual(await get(url), ours)
      }
    })
  }

  test('an overwritten file is answered in its new version, a deleted one is not', async () => {
    const url = await urlOf('a/b.txt', 'first')
    assert.equal((await get(url)).body, 'first')
    await upload('a/b.txt', 'second')
    const { body, isHot } = await get(url)
    assert.deepEqual([body, isHot], ['second', true])
    await storage.remove(ADMIN, [formatFileId(ENV, parseCloudPath('a/b.txt'))])
    assert.equal((await get(url)).status, 404)
  })

  test('a URL that was answered is refused when its time is over, and a bare one when the rules change', async () => {
    const url = await urlOf('a/b.txt')
    const bare = url.replace(/\?.*/, '')
    useAcl('READONLY')
    assert.deepEqual([(await get(url)).isHot, (await get(bare)).isHot], [true, true])
    useAcl('PRIVATE')
    clock.now += 61_000
    assert.match((await get(url)).body, /CDN_SIGNATURE_EXPIRED/)
    assert.match((await get(bare)).body, /CDN_SIGNATURE_MISSING/)
  })

  test('a wrong signature is refused, also after the right one was answered', async () => {
    const url = await urlOf('a/b.txt')
    assert.equal((await get(url)).status, 200)
    const wrong = url.replace(/sign=./, (sign) => (sign === 'sign=0' ? 'sign=1' : 'sign=0'))
    assert.match((await get(wrong)).body, /CDN_INVALID_SIGNATURE/)
  })

  test('all that is not plain is left to the framework', async () => {
    const url = await urlOf('a/b.txt')
    const large = await urlOf('a/large.bin', 'x'.repeat(300 * 1024))
    const { headers } = await get(url)
    const { etag } = headers as { etag: string }
    for (const [asked, status, path = url, method = 'GET'] of [
      [{ origin: 'http://localhost' }, 200],
      [{ range: 'bytes=0-1' }, 206],
      [{ 'if-none-match': etag }, 304],
      [{ 'If-Match': '"other"' }, 412],
      [{ 'content-length': '0' }, 200],
      [{ host: 'foreign.example' }, 200],
      [{}, 200, url, 'HEAD'],
      [{}, 200, `${url}&download=true`],
      [{}, 200, large],
      [{}, 404, '/o/short/a.txt'],
      [{}, 404, '/other'],
    ] as const) {
      const answer = await get(path, asked, method)
      assert.deepEqual([answer.isHot, answer.status], [false, status], JSON.stringify([asked, path, method]))
    }
  })

  test('more files than memory keeps, also to clients that read late or leave: each answer has its own bytes', async () => {
    // The cache of small bodies keeps 48 MiB; what leaves it is memory for others.
    const all = Array.from({ length: 230 }, (_, n) => `<${n + 100}>`.repeat(51 * 1024))
    const urls = await Promise.all(all.map((content, n) => urlOf(`a/${n}.jpg`, content)))
    /** Asks for more than the system takes for a client that does not read. */
    const begin = (asked: readonly string[]) => {
      const socket = connect(port, '127.0.0.1').pause()
      for (const url of asked) {
        socket.write(
          `GET ${url} HTTP/1.1\r\nhost: localhost\r\nconnection: ${url === asked.at(-1) ? 'close' : 'keep-alive'}\r\n\r\n`,
        )
      }
      return socket
    }
    const late = begin(urls.slice(0, 40))
    const right = new Set<number>()
    for (let at = 0; at < urls.length; at += 20) {
      const some = urls.slice(at, at + 20)
      const leaving = begin(some)
      const answers = await Promise.all(some.map((url) => get(url)))
      leaving.destroy()
      for (const [n, { body }] of answers.entries()) if (body === all[at + n]) right.add(at + n)
    }
    assert.equal(right.size, urls.length)
    const bodies = (await text(late)).split(/HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*\r\n/).slice(1)
    assert.deepEqual(
      bodies.map((body, n) => body === all[n]),
      Array(40).fill(true),
    )
  })
})
