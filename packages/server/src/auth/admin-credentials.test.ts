import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { CloudsteadError, type ErrorCode } from '@cloudstead/protocol'
import { type AdminRequest, SIGNATURE_WINDOW_SECONDS } from './admin-credentials.ts'
import { type AuthSetup, ENV, setUpAuth } from './auth.fixture.ts'
import type { ApiKeyFile } from './keys.ts'

// Without it, the SDK first looks for a cloud's metadata service.
process.env.TENCENTCLOUD = 'true'

interface NodeSdk {
  init(config: object): { getTempFileURL(input: object): Promise<unknown> }
}
const require = createRequire(import.meta.url)

/** What the real server SDK sends with these credentials. */
async function capture(
  credentials: object,
  packageName: '@cloudbase/node-sdk' | '@cloudbase/node-sdk-2' = '@cloudbase/node-sdk',
): Promise<AdminRequest> {
  const sdk: NodeSdk = require(packageName)
  let seen: AdminRequest | undefined
  const server = createServer(async (message, response) => {
    let body = ''
    for await (const chunk of message) body += chunk
    const { method = '', url = '', headers, socket } = message
    seen = { method, url, headers, remoteAddress: socket.remoteAddress, params: JSON.parse(body) }
    response.setHeader('connection', 'close').end('{"requestId":"r","data":{"download_list":[]}}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const serviceUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/admin`
  await sdk.init({ env: ENV, serviceUrl, ...credentials }).getTempFileURL({ fileList: ['cloud://demo-1abcde.x/a.jpg'] })
  server.close()
  server.closeAllConnections()
  assert.ok(seen)
  return seen
}

function code(expected: ErrorCode) {
  return (error: unknown) => error instanceof CloudsteadError && error.code === expected
}

describe('the administrator who sent a request', () => {
  let setup: AuthSetup
  let key: ApiKeyFile
  let signed: AdminRequest
  before(async () => {
    setup = await setUpAuth()
    key = await setup.auth.keys.createApiKey()
    signed = await capture({ secretId: key.secretId, secretKey: key.secretKey })
  })
  after(() => setup.dispose())

  const withHeaders = (headers: AdminRequest['headers']): AdminRequest => ({
    ...signed,
    headers: { ...signed.headers, ...headers },
  })

  it('is identified by a signature of the real server SDK, or by an apiKey as its accessKey', async () => {
    const admin = { kind: 'admin', keyId: key.secretId }
    assert.deepEqual(await setup.auth.administratorOf(signed), admin)
    assert.deepEqual(await setup.auth.administratorOf(await capture({ accessKey: key.apiKey })), admin)
  })

  it('is identified by a signature of version 2, which names empty parameters that it does not send', async () => {
    const { secretId, secretKey } = key
    const old = await capture({ secretId, secretKey }, '@cloudbase/node-sdk-2')
    assert.match(String(old.headers.authorization), /SignedParams=[^,]*crossauthorizationtoken/)
    assert.equal((await setup.auth.administratorOf(old)).keyId, secretId)
    const added = { ...old, params: { ...old.params, crossAuthorizationToken: 'x' } }
    await assert.rejects(setup.auth.administratorOf(added), code('INVALID_CREDENTIALS'))
  })

  it('a signature is valid for 15 minutes before and after, whatever X-Signature-Expires claims', async () => {
    const window = SIGNATURE_WINDOW_SECONDS * 1000
    for (const ahead of [window - 5000, -window + 5000]) {
      setup.ahead = ahead
      assert.equal((await setup.auth.administratorOf(signed)).keyId, key.secretId)
    }
    for (const ahead of [window + 5000, -window - 5000]) {
      setup.ahead = ahead
      await assert.rejects(setup.auth.administratorOf(signed), code('SIGN_EXPIRED'))
      await assert.rejects(
        setup.auth.administratorOf(withHeaders({ 'x-signature-expires': '99999999' })),
        code('SIGN_EXPIRED'),
      )
    }
    setup.ahead = 0
  })

  it('fails closed: no header, an unknown scheme, an empty header, a duplicate header', async () => {
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Bearer a b',
      `Basic ${key.apiKey}`,
      key.apiKey,
      `bearer${key.apiKey}`,
      'TC3-HMAC-SHA256',
      'TC3-HMAC-SHA1 Credential=x',
      'AWS4-HMAC-SHA256 Credential=x',
      [`Bearer ${key.apiKey}`, `Bearer ${key.apiKey}`],
    ]) {
      await assert.rejects(setup.auth.administratorOf(withHeaders({ authorization })), code('INVALID_CREDENTIALS'))
    }
  })

  it('is not a user with an access token', async () => {
    const { accessToken } = await setup.auth.signInAnonymously('device-of-somebody')
    const request = withHeaders({ authorization: `Bearer ${accessToken}` })
    await assert.rejects(setup.auth.administratorOf(request), code('INVALID_CREDENTIALS'))
  })

  it('a signed request is refused when any part of it was changed', async () => {
    const changes: AdminRequest[] = [
      { ...signed, url: signed.url.replace('/admin', '/web') },
      { ...signed, url: `${signed.url}&more=1` },
      { ...signed, url: `${signed.url}?` },
      { ...signed, method: 'DELETE' },
      { ...signed, params: { ...signed.params, action: 'storage.batchDeleteFile' } },
      { ...signed, params: { ...signed.params, added: true } },
      { ...signed, params: {} },
      withHeaders({ host: 'elsewhere:80' }),
      withHeaders({ host: undefined }),
      withHeaders({ 'x-timestamp': `${Number(signed.headers['x-timestamp']) + 1}` }),
      withHeaders({ 'x-timestamp': undefined }),
      withHeaders({ 'x-timestamp': '1e9' }),
      withHeaders({ 'x-timestamp': `${signed.headers['x-timestamp']}000` }),
      withHeaders({ 'user-agent': 'somebody else' }),
    ]
    for (const [index, change] of changes.entries()) {
      await assert.rejects(setup.auth.administratorOf(change), code('INVALID_CREDENTIALS'), `change ${index}`)
    }
  })

  it('a key that is unknown or revoked, or a wrong secret, is refused', async () => {
    const other = await setup.auth.keys.createApiKey()
    const wrongSecret = await capture({ secretId: key.secretId, secretKey: other.secretKey })
    await assert.rejects(setup.auth.administratorOf(wrongSecret), code('INVALID_CREDENTIALS'))
    const unknown = await capture({ secretId: 'CS0000', secretKey: key.secretKey })
    await assert.rejects(setup.auth.administratorOf(unknown), code('INVALID_CREDENTIALS'))
    const good = await capture({ secretId: other.secretId, secretKey: other.secretKey })
    await setup.auth.administratorOf(good)
    await setup.auth.keys.revoke(other.secretId)
    await assert.rejects(setup.auth.administratorOf(good), code('INVALID_CREDENTIALS'))
  })

  it('is a function of this process that signs on this machine, also with the token of its call', async (t) => {
    const { secretId, secretKey } = setup.auth.functionKeys
    process.env.TCB_CONTEXT_KEYS = 'TCB_SESSIONTOKEN'
    process.env.TCB_SESSIONTOKEN = 'eyJhIjoxfQ.a-b_C'
    t.after(() => {
      delete process.env.TCB_CONTEXT_KEYS
      delete process.env.TCB_SESSIONTOKEN
    })
    for (const sdk of ['@cloudbase/node-sdk', '@cloudbase/node-sdk-2'] as const) {
      const sent = await capture({ secretId, secretKey }, sdk)
      assert.equal(sent.params.tcb_sessionToken, 'eyJhIjoxfQ.a-b_C', sdk)
      await setup.auth.admitAdministrator(sent)
      const caller = await setup.auth.administratorOf(sent)
      assert.deepEqual(caller, { kind: 'admin', keyId: 'functions' })
      assert.equal(await setup.auth.stillValid(caller), true)

      const changed = { ...sent, params: { ...sent.params, tcb_sessionToken: 'eyJhIjoxfQ.a-b_D' } }
      await assert.rejects(setup.auth.administratorOf(changed), code('INVALID_CREDENTIALS'))
      const elsewhere: AdminRequest[] = [
        ...[undefined, '10.0.0.7', '::ffff:10.0.0.7', ''].map((remoteAddress) => ({ ...sent, remoteAddress })),
        ...['forwarded', 'x-forwarded-for', 'x-real-ip'].map((name) => ({
          ...sent,
          headers: { ...sent.headers, [name]: '127.0.0.1' },
        })),
      ]
      for (const request of elsewhere) {
        await assert.rejects(setup.auth.administratorOf(request), code('INVALID_CREDENTIALS'))
        await assert.rejects(setup.auth.admitAdministrator(request), code('INVALID_CREDENTIALS'))
      }
    }
  })

  it('is no function of a process that has ended', async () => {
    const { secretId, secretKey } = setup.auth.functionKeys
    const sent = await capture({ secretId, secretKey })
    await setup.auth.administratorOf(sent)
    await setup.restart()
    await assert.rejects(setup.auth.administratorOf(sent), code('INVALID_CREDENTIALS'))
    assert.equal((await setup.auth.administratorOf(signed)).keyId, key.secretId)
  })
})
