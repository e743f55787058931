/** Which web sites may call: the CORS headers for web front ends, and what others get. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openPrivateFiles, SMALL } from './support/private-files.ts'
import { actionBody, own, send, uploadUrl } from './support/wire.ts'

const { server, alice, file } = await openPrivateFiles({
  security: { webDomains: ['shop.example.com', 'http://lan.example:5173'], hosts: ['api.example.com'] },
})

const SHOP = 'https://shop.example.com'

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
        origin: SHOP,
        'access-control-request-method': method,
        'access-control-request-headers': asked,
      }
      const answer = await send(`${server.url}${path}`, { method: 'OPTIONS', headers })
      assert.ok(answer.status === 200 || answer.status === 204)
      assert.equal(answer.headers['access-control-allow-origin'], SHOP)
      assert.match(answer.headers.vary ?? '', /\borigin\b/)
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
    const origin = { origin: SHOP }
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
      assert.equal(headers['access-control-allow-origin'], SHOP, String(status))
      assert.match(headers.vary ?? '', /\borigin\b/)
      assert.equal(headers['access-control-allow-credentials'], undefined)
      const exposed = headers['access-control-expose-headers']?.toLowerCase().split(/, */) ?? []
      for (const name of ['etag', 'content-length', 'last-modified', 'cache-control', 'x-request-id']) {
        assert.ok(exposed.includes(name), name)
      }
    }
  })
})

describe('web sites that are not listed', () => {
  const EVIL = 'https://evil.example'

  test('a preflight is refused, with what to set', async () => {
    for (const path of ['/web', '/admin', '/auth/v1/signin/anonymously', '/u/ticket', '/o/x', '/nothing', '/health']) {
      const headers = { origin: EVIL, 'access-control-request-method': 'POST' }
      const answer = await send(`${server.url}${path}`, { method: 'OPTIONS', headers })
      assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [403, undefined], path)
      assert.match(answer.text, /"code":"ORIGIN_NOT_ALLOWED".*https:\/\/evil\.example.*security\.webDomains/)
    }
    assert.match(server.log(), /ORIGIN_NOT_ALLOWED.*evil\.example.*security\.webDomains/)
  })

  const simple = { 'content-type': 'text/plain' }
  const signIn = (url: string, headers: Record<string, string>) =>
    send(`${url}/auth/v1/signin/anonymously?client_id=demo-1abcde`, { method: 'POST', body: '{}', headers })

  test('a simple request, which needs no preflight, is refused before it does anything', async () => {
    const path = own(alice, 'simple.txt')
    const url = await uploadUrl(server, alice, path)
    const body = actionBody(server, alice, 'storage.getUploadMetadata', { path })
    for (const origin of [
      EVIL,
      'null',
      'file://',
      'https://shop.example.com.evil.example',
      'http://localhost.evil.example',
    ]) {
      const headers = { ...simple, origin }
      const answers = [
        await signIn(server.url, headers),
        await send(`${server.url}/web?env=demo-1abcde`, { method: 'POST', body, headers }),
        await send(url, { method: 'POST', body: 'x', headers }),
      ]
      for (const answer of answers) {
        assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [403, undefined], origin)
        assert.ok(!answer.text.includes('token":'), answer.text)
      }
    }
    assert.equal((await send(url, { method: 'POST', body: 'x', headers: simple })).status, 201)
  })

  test('requests without an Origin, as Mini Programs send them, and of the server itself are not concerned', async () => {
    assert.equal((await signIn(server.url, simple)).status, 200)
    assert.equal((await signIn(server.url, { ...simple, origin: server.url })).status, 200)
    assert.equal((await signIn(server.url, { ...simple, origin: 'http://lan.example:5173' })).status, 200)
    assert.equal((await signIn(server.url, { ...simple, origin: 'https://lan.example:5173' })).status, 403)
  })

  test('pages of the own machine are allowed, and no others', async () => {
    for (const origin of [
      'http://localhost:5173',
      'http://127.0.0.1:3000',
      'http://[::1]:1',
      'http://shop.localhost',
    ]) {
      assert.equal((await signIn(server.url, { ...simple, origin })).status, 200, origin)
    }
    for (const origin of [
      EVIL,
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example',
      'http://192.168.1.5',
    ]) {
      assert.equal((await signIn(server.url, { ...simple, origin })).status, 403, origin)
    }
  })
})

describe('the Host of a request', () => {
  const surfaces = [
    ['GET', '/'],
    ['GET', '/health'],
    ['GET', '/console/'],
    ['GET', '/console/api/session'],
    ['POST', '/auth/v1/signin/anonymously'],
    ['PUT', '/u/ticket'],
    ['GET', `/o/${'A'.repeat(32)}/file`],
    ['GET', '/nothing'],
  ] as const

  test('a name that is not ours gets 421 everywhere (DNS rebinding), with what to set', async () => {
    for (const host of [
      'evil.example',
      'evil.example:8787',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'x@y',
    ]) {
      for (const [method, path] of surfaces) {
        const answer = await send(`${server.url}${path}`, {
          method,
          headers: { host },
          ...(method === 'GET' ? {} : { body: '{}' }),
        })
        assert.equal(answer.status, 421, `${host} ${method} ${path}`)
        assert.match(answer.text, /HOST_NOT_ALLOWED/)
        assert.match(answer.text, /security\.hosts/)
      }
    }
  })

  test('SDKs can read the refusal: dialects A and B answer it with 200, and do nothing', async () => {
    const body = actionBody(server, alice, 'storage.getUploadMetadata', { path: own(alice, 'host.txt') })
    for (const path of ['/web', '/admin']) {
      const answer = await send(`${server.url}${path}?env=demo-1abcde`, {
        method: 'POST',
        body,
        headers: { host: 'evil.example' },
      })
      assert.equal(answer.status, 200)
      assert.match(answer.text, /"code":"HOST_NOT_ALLOWED","message":".*evil\.example.*security\.hosts/)
      assert.ok(!answer.text.includes('/u/'))
    }
  })

  test('pages of listed web sites can read the refusal, and other pages cannot', async () => {
    for (const [origin, allowed] of [
      [SHOP, SHOP],
      ['https://evil.example', undefined],
    ]) {
      for (const method of ['OPTIONS', 'POST']) {
        const headers = { host: 'evil.example:8787', origin }
        const answer = await send(`${server.url}/v1/storages/delete-objects`, { method, headers, body: '[]' })
        assert.equal(answer.headers['access-control-allow-origin'], allowed)
        if (method === 'POST') assert.match(answer.text, allowed ? /HOST_NOT_ALLOWED/ : /ORIGIN_NOT_ALLOWED/)
      }
    }
  })

  test('addresses, loopback names and listed names are accepted', async () => {
    for (const host of [
      '192.168.1.20:8787',
      '[fe80::1]:8787',
      '[::1]',
      'LOCALHOST:1',
      'app.localhost',
      'localhost.',
      'cloudstead:8787',
      'api.example.com:443',
      'API.example.com',
    ]) {
      assert.equal((await send(`${server.url}/health`, { headers: { host } })).status, 200, host)
    }
  })
})
