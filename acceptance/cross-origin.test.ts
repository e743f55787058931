/** The CORS headers for web front ends. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openPrivateFiles, SMALL } from './support/private-files.ts'
import { own, send, uploadUrl } from './support/wire.ts'

const { server, alice, file } = await openPrivateFiles()

describe('web front ends', () => {
  const surfaces: readonly (readonly [method: string, path: string, headers: string])[] = [
    ['POST', '/web?env=demo-1abcde', 'content-type,x-sdk-version,x-seqid,accept-language'],
    ['POST', '/admin?env=demo-1abcde', 'content-type,authorization'],
    ['POST', '/v1/storages/get-objects-upload-info', 'authorization,content-type,x-request-id,x-sdk-version'],
    ['POST', '/auth/v1/signin/anonymously?client_id=demo-1abcde', 'content-type,x-device-id,x-request-id'],
    ['GET', '/auth/v1/user/me', 'authorization'],
    [
      'PUT',
      '/u/ticket',
      'authorization,x-cos-meta-fileid,x-cos-security-token,x-sdk-version,x-seqid,content-type,cache-control',
    ],
    ['POST', '/u/ticket', 'x-sdk-version,x-seqid'],
    ['HEAD', `/o/${'A'.repeat(32)}/file`, 'authorization,x-sdk-version'],
  ]
  for (const [method, path, asked] of surfaces) {
    test(`the preflight of ${method} ${path.split('?')[0]?.slice(0, 40)} is allowed, without credentials`, async () => {
      const headers = {
        origin: 'https://shop.example.com',
        'access-control-request-method': method,
        'access-control-request-headers': asked,
      }
      const answer = await send(`${server.url}${path}`, { method: 'OPTIONS', headers })
      assert.ok(answer.status === 200 || answer.status === 204)
      assert.equal(answer.headers['access-control-allow-origin'], '*')
      assert.equal(answer.headers['access-control-allow-credentials'], undefined)
      assert.ok(answer.headers['access-control-allow-methods']?.split(/, */).includes(method))
      const allowed = answer.headers['access-control-allow-headers']?.toLowerCase().split(/, */) ?? []
      for (const header of asked.split(',')) assert.ok(allowed.includes(header), header)
      assert.ok(Number(answer.headers['access-control-max-age']) >= 600)
    })
  }

  test('answers have the origin header, including refusals, and never allow credentials', async () => {
    const url = await file('cors.png', SMALL)
    const upload = await uploadUrl(server, alice, own(alice, 'cors.bin'))
    const origin = { origin: 'https://shop.example.com' }
    const answers = [
      await send(url, { headers: origin }),
      await send(url, { method: 'HEAD', headers: origin }),
      await send(url, { headers: { ...origin, range: 'bytes=0-9' } }),
      await send(url.replace(/sign=./, 'sign=x'), { headers: origin }),
      await send(upload, { method: 'PUT', body: 'x', headers: origin }),
      await send(upload, { method: 'POST', body: 'x', headers: origin }),
      await send(`${upload}x`, { method: 'PUT', body: 'x', headers: origin }),
      await send(`${server.url}/web?env=${server.env}`, { method: 'POST', body: '{}', headers: origin }),
      await send(`${server.url}/admin?env=${server.env}`, { method: 'POST', body: '{', headers: origin }),
      await send(`${server.url}/auth/v1/user/me`, { headers: origin }),
      await send(`${server.url}/nothing/here`, { headers: origin }),
    ]
    for (const { headers, status } of answers) {
      assert.equal(headers['access-control-allow-origin'], '*', String(status))
      assert.equal(headers['access-control-allow-credentials'], undefined)
      const exposed = headers['access-control-expose-headers']?.toLowerCase().split(/, */) ?? []
      for (const name of ['etag', 'content-length', 'last-modified', 'cache-control', 'x-request-id']) {
        assert.ok(exposed.includes(name), name)
      }
    }
  })
})
