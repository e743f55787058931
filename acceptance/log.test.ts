/** RustFS GHSA-333v, GHSA-r54g, GHSA-8cm2 leaked secrets to logs. Here no credential is logged, whatever fails. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createTicket } from './support/clients.ts'
import { startFakeWechat } from './support/fake-wechat.ts'
import { ENV, type RunningServer, startServer } from './support/server.ts'
import {
  act,
  actAsAdmin,
  exchange,
  loginWithTicket,
  newPerson,
  own,
  send,
  temporaryUrl,
  upload,
  uploadUrl,
} from './support/wire.ts'

const WECHAT_SECRET = 'wechat-secret-0123456789abcdef01'
const LOGIN_CODE = 'login-code-that-wx-login-gave-01'
const SESSION_KEY = 'session-key-of-the-wechat-login=='

type Credentials = Map<string, string>

/** Uses every kind of credential, correctly and incorrectly, and returns all of them by name. */
async function useEverything(server: RunningServer): Promise<Credentials> {
  const used: Credentials = new Map([
    ['wechat secret', WECHAT_SECRET],
    ['login code', LOGIN_CODE],
    ['session key', SESSION_KEY],
  ])
  const post = (path: string, body: unknown, headers = {}) =>
    send(`${server.url}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers,
    })

  const loginKey = await server.loginKey()
  used.set('private key', loginKey.private_key.split('\n')[3] ?? '')
  const ticket = createTicket(loginKey, 'alice')
  used.set('login ticket', ticket)
  const alice = await loginWithTicket(server, ticket)
  const bob = await newPerson(server)
  used.set('access token', alice.accessToken).set('access token of another', bob.accessToken)
  used.set('refresh token of another', bob.refreshToken)
  used.set('refresh token', alice.refreshToken)

  await post('/auth/v1/signin/custom', { provider_id: 'custom', ticket: `${ticket}x` })
  await post('/auth/v1/signin/custom', `{"ticket":"${ticket}`)
  await post(
    '/auth/v1/signin/password',
    { username: 'alice', password: 'x' },
    { authorization: `Bearer ${alice.accessToken}` },
  )
  const refresh = { grant_type: 'refresh_token', refresh_token: alice.refreshToken }
  const refreshed = JSON.parse((await post('/auth/v1/token', refresh)).text) as Record<string, string>
  used.set('new access token', refreshed.access_token ?? '').set('new refresh token', refreshed.refresh_token ?? '')
  // Reusing a refresh token ends the session, with a warning.
  assert.equal((await post('/auth/v1/token', refresh)).status, 400)
  await act(server, alice, 'storage.getUploadMetadata', { path: 'a' })

  const wechat = { provider_id: 'wx0123456789abcdef', provider_code: LOGIN_CODE }
  await post('/auth/v1/provider/token', wechat)
  await post('/auth/v1/provider/token', wechat)
  await post('/auth/v1/provider/token', { ...wechat, provider_id: 'wx-other' })
  await post('/auth/v1/signin/with/provider', { provider_token: `${bob.accessToken}` })

  const url = await uploadUrl(server, bob, own(bob, 'a.txt'))
  used.set('upload ticket', url.split('/u/')[1] ?? '').set('its signature', url.split('.').at(-1) ?? '')
  await send(`${url}x`, { method: 'PUT', body: 'x' })
  await send(`${url}?again`, { method: 'PUT', body: 'x' })
  await send(url)
  await send(url, { method: 'PUT', body: 'x', headers: { 'content-md5': 'bm90IGl0' } })
  await send(url, { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=' } })
  await exchange(server, `PUT ${new URL(url).pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc`, {
    hangUp: true,
  })

  await upload(server, bob, own(bob, 'a.txt'), 'hello')
  const { tempFileURL } = await temporaryUrl(server, bob, own(bob, 'a.txt'))
  used.set('signature of a URL', new URL(tempFileURL).searchParams.get('sign') ?? '')
  await send(tempFileURL)
  await send(tempFileURL.replace(/t=.*/, 't=1'))
  await send(tempFileURL.replace('/o/', '/p/'))
  await send(tempFileURL, { method: 'DELETE' })

  const { secretKey, apiKey, secretId } = await server.apiKey()
  used.set('secretKey', secretKey).set('apiKey', apiKey)
  await actAsAdmin(server, apiKey, 'storage.getUploadMetadata', { path: '//' })
  await actAsAdmin(server, `${apiKey}x`, 'storage.getUploadMetadata', { path: 'a' })
  await post(
    `/admin?env=${ENV}`,
    { action: 'x' },
    { authorization: `TC3-HMAC-SHA256 Credential=${secretId}/${secretKey}` },
  )

  // Credentials in wrong places.
  for (const credential of [bob.accessToken, bob.refreshToken, apiKey, ticket]) {
    await post(`/web?env=${ENV}`, { action: credential })
    await post(`/web?env=${ENV}`, { action: 'x', env: credential })
    await post(`/web?env=${encodeURIComponent(credential)}`, { action: 'x' })
    await post(`/web?env=${ENV}`, `{"access_token":"${credential}`)
    await post(`/auth/v1/token?client_id=${credential}`, refresh)
    await post(`/auth/v1/${credential}`, {})
    await send(`${server.url}/${credential}`)
    await send(`${server.url}/o/${credential}?sign=${credential}`)
    await post(`/auth/v1/signin/anonymously?client_id=${ENV}`, {}, { 'x-device-id': `${credential}!` })
    await act(server, bob, 'database.countDocument', { collectionName: credential, query: {} })
    await act(server, bob, 'storage.batchCopyFile', {
      file_list: [{ src_path: 'a', dst_path: 'b', overwrite: credential }],
    })
    await act(server, undefined, 'storage.getUploadMetadata', { path: 'a', access_token: `${credential}x` })
    await act(server, undefined, 'storage.getUploadMetadata', { path: 'a', access_token: credential.slice(0, -1) })
    await exchange(server, `GET /${credential} HTTP/1.1\r\nauthorization : Bearer ${credential}\r\n\r\n`)
  }

  const rings = JSON.parse(await readFile(join(server.dataDir, ENV, 'secrets.json'), 'utf8')) as Record<
    string,
    { secret: string }[]
  >
  for (const [purpose, keys] of Object.entries(rings)) {
    for (const { secret } of keys) used.set(`the server's secret for ${purpose}`, secret)
  }
  return used
}

describe('no secret, token, code or ticket gets into the log', () => {
  for (const mode of ['start', 'dev'] as const) {
    test(`cloudstead ${mode}`, async () => {
      const fake = await startFakeWechat()
      let asked = 0
      // First an answer with the session key, then an error that repeats the request.
      fake.answer = (query) =>
        asked++ === 0
          ? { openid: 'o'.padEnd(28, '0'), session_key: SESSION_KEY }
          : { errcode: 40029, errmsg: `invalid code ${query}`, session_key: SESSION_KEY }
      const wechat = { appid: 'wx0123456789abcdef', secret: WECHAT_SECRET, apiBase: fake.apiBase }
      const server = await startServer({ mode, config: { storage: { acl: 'PRIVATE' }, auth: { wechat } } })
      try {
        const used = await useEverything(server)
        const log = server.log()
        assert.ok(fake.asked.length >= 2, 'WeChat was asked')
        assert.ok(log.split('\n').length > 20, 'the log has the refusals')
        for (const [name, value] of used) assert.ok(value.length >= 20, name)
        assert.deepEqual(
          log.split('\n').filter((line) => [...used.values()].some((value) => line.includes(value))),
          [],
        )
      } finally {
        await server.stop()
        await fake.close()
      }
    })
  }
})
