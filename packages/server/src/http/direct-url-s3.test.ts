import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { formatFileId, parseCloudPath } from '@cloudstead/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import { lacksRadosgw, type Radosgw, startRadosgw } from '../../../../acceptance/support/radosgw.ts'
import { openS3Blobs } from '../engines/blobs/s3/s3-blobs.ts'
import { parseS3Url } from '../engines/blobs/s3/s3-location.ts'
import type { Settings } from '../settings.ts'
import { ADMIN, ENV, type StorageFixture, storageForFile } from '../storage/storage.fixture.ts'
import { allowCrossOrigin } from './cors.ts'
import { objectRoutes } from './objects.ts'

const REDIRECT = 1_000
const LARGE = 'x'.repeat(REDIRECT + 1)
const ORIGIN = 'https://app.example.com'

const skip = lacksRadosgw()
const store = skip === false ? await startRadosgw() : undefined
const fixture = store && (await storageIn(store))
after(() => store?.dispose())

async function storageIn({ endpoint, credentials, newBucket }: Radosgw): Promise<StorageFixture> {
  const publicEndpoint = endpoint.replace('127.0.0.1', 'localhost')
  const place = `s3://${await newBucket()}/p?region=us-east-1&pathStyle=true&endpoint=${endpoint}`
  const location = parseS3Url(`${place}&publicEndpoint=${publicEndpoint}&redirect=${REDIRECT}`)
  return storageForFile(() => openS3Blobs({ location, credentials }))
}

describe('redirects to the store', { skip }, () => {
  const { storage, upload, useAcl } = fixture as StorageFixture
  let app: FastifyInstance

  before(async () => {
    // All URLs are signed.
    useAcl('PRIVATE')
    app = fastify()
    const settings = () => ({ security: { webDomains: ['app.example.com'] } }) as unknown as Settings
    allowCrossOrigin(app, { publicUrl: undefined, settings })
    await app.register(objectRoutes, { storage })
  })
  after(() => app.close())

  async function urlOf(path: string, content = LARGE): Promise<string> {
    await upload(path, content)
    const [result] = await storage.temporaryUrls(ADMIN, [{ fileId: formatFileId(ENV, parseCloudPath(path)) }])
    assert.ok(result?.ok)
    return result.pathAndQuery
  }

  const locationOf = (headers: Readonly<Record<string, unknown>>) => new URL(String(headers.location))

  test('a large picture is fetched from the store, with the headers that it has here', async () => {
    const url = await urlOf('users/a/图 1.png')
    const { statusCode, headers, body } = await app.inject({ url, headers: { origin: ORIGIN } })
    assert.deepEqual([statusCode, body, headers['cache-control']], [302, '', 'no-store'])
    assert.deepEqual([headers['access-control-allow-origin'], headers.vary], [ORIGIN, 'origin'])
    assert.equal(headers.etag, undefined)
    const location = locationOf(headers)
    assert.equal(location.hostname, 'localhost')
    assert.equal(location.searchParams.get('X-Amz-Expires'), '60')
    const answer = await fetch(location)
    assert.equal(await answer.text(), LARGE)
    const head = await app.inject({ url, method: 'HEAD' })
    assert.equal(head.statusCode, 200)
    for (const name of ['content-type', 'content-disposition', 'content-length']) {
      assert.equal(answer.headers.get(name), String(head.headers[name]), name)
    }
    assert.match(answer.headers.get('content-disposition') ?? '', /^inline; filename="_ 1\.png"; filename\*=UTF-8''%E5/)
    assert.match(answer.headers.get('cache-control') ?? '', /^private, max-age=\d+$/)
  })

  test('the URL is good for this object and these headers only', async () => {
    const location = locationOf((await app.inject(await urlOf('users/a/b.png'))).headers)
    location.searchParams.set('response-content-type', 'text/html')
    assert.equal((await fetch(location)).status, 403)
    location.search = ''
    assert.equal((await fetch(location)).status, 403)
  })

  test('a range is redirected; one that cannot be is answered here', async () => {
    const url = await urlOf('users/a/film.mp4')
    const range = { range: 'bytes=100-199' }
    const { statusCode, headers } = await app.inject({ url, headers: range })
    assert.equal(statusCode, 302)
    const answer = await fetch(locationOf(headers), { headers: range })
    assert.deepEqual([answer.status, (await answer.text()).length], [206, 100])
    assert.equal((await app.inject({ url, headers: { range: `bytes=${LARGE.length}-` } })).statusCode, 416)
  })

  test('a page is redirected as a download, a text only if it is one', async () => {
    const page = await app.inject(await urlOf('users/a/page.html'))
    assert.equal(page.statusCode, 302)
    const answer = await fetch(locationOf(page.headers))
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment;/)
    const text = await urlOf('users/a/b.txt')
    assert.equal((await app.inject(text)).statusCode, 200)
    assert.equal((await app.inject(`${text}&download=c.txt`)).statusCode, 302)
  })

  test('small files, HEAD, and requests that the store would judge by its own are answered here', async () => {
    const url = await urlOf('users/a/c.png')
    const { etag, 'last-modified': modified } = (await app.inject({ url, method: 'HEAD' })).headers
    const small = await app.inject(await urlOf('users/a/d.png', 'x'.repeat(REDIRECT)))
    assert.deepEqual([small.statusCode, small.body.length], [200, REDIRECT])
    for (const headers of [
      { authorization: '' },
      { authorization: 'Bearer x' },
      { 'if-match': String(etag) },
      { 'if-unmodified-since': String(modified) },
      { 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' },
    ]) {
      assert.equal((await app.inject({ url, headers })).statusCode, 200, JSON.stringify(headers))
    }
    const resumed = { range: 'bytes=10-', 'if-range': String(etag) }
    assert.equal((await app.inject({ url, headers: resumed })).statusCode, 206)
    assert.equal((await app.inject({ url, headers: { 'if-none-match': String(etag) } })).statusCode, 304)
    assert.equal((await app.inject({ url, headers: { 'if-none-match': '"other"' } })).statusCode, 302)
  })

  test('an invalid signature is refused here', async () => {
    const url = await urlOf('users/a/e.png')
    const wrong = await app.inject(url.replace(/sign=./, (match) => `sign=${match.endsWith('0') ? '1' : '0'}`))
    assert.deepEqual([wrong.statusCode, wrong.headers.location], [403, undefined])
  })
})
