/** Invalid bodies, environments, tokens and logins: a clear coded error in the shape of the dialect, never SYS_ERR. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { admin, assertLoginError, assertRefused, stopUnharmed, web } from './support/refusals.ts'
import { type ApiKey, ENV, type RunningServer, startServer } from './support/server.ts'
import { actionBody, newPerson, own, type Person, send } from './support/wire.ts'
import { spoiled, VALUES } from './support/wrong-values.ts'

let server: RunningServer
let alice: Person
let key: ApiKey
before(async () => {
  server = await startServer({ config: { storage: { acl: 'PRIVATE' } } })
  alice = await newPerson(server)
  key = await server.apiKey()
})
after(() => stopUnharmed(server))

/** Bodies that are no valid request. */
const BAD_BODIES: readonly (readonly [what: string, body: string | Uint8Array])[] = [
  ['nothing', ''],
  ['blanks', '  \n'],
  ['half an object', '{"action":"storage.getUploadMetadata"'],
  ['an open text', '{"action":"'],
  ['an extra comma', '{"action":"x",}'],
  ['single quotes', "{'action':'x'}"],
  ['null', 'null'],
  ['a number', '7'],
  ['a text', '"x"'],
  ['a list', '[{"action":"x"}]'],
  ['an empty object', '{}'],
  ['XML', '<xml/>'],
  ['a form', 'action=x&env=demo-1abcde'],
  ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x7b, 0x7d])],
  ['100,000 lists in each other', '['.repeat(100_000)],
  ['100,000 lists in each other, closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['100,000 objects in each other', '{"a":'.repeat(100_000)],
  ['a number out of range', `{"action":1e99999}`],
]

describe('bodies that are no valid request', () => {
  for (const [what, body] of BAD_BODIES) {
    test(`/web: ${what}`, async () => assertRefused(await web(server, body), what))
    test(`/admin: ${what}`, async () =>
      assertRefused(await admin(server, String(body), { authorization: `Bearer ${key.apiKey}` }), what))
    test(`/auth: ${what}`, async () => {
      for (const path of ['signin/custom', 'signin/with/provider', 'provider/token', 'token', 'revoke']) {
        assertLoginError(
          await send(`${server.url}/auth/v1/${path}?client_id=${ENV}`, { method: 'POST', body }),
          `${path}: ${what}`,
        )
      }
    })
  }

  test('a body over the limit is refused with its code, with and without Content-Length', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x')
    const chunks = Array.from({ length: 21 }, () => megabyte)
    for (const sending of [{ body: Buffer.concat(chunks) }, { chunks }]) {
      const answer = await send(`${server.url}/web?env=${ENV}`, { method: 'POST', ...sending }).catch(
        (error: NodeJS.ErrnoException) => error,
      )
      // The server may close the connection, but must not accept everything.
      if (answer instanceof Error) assert.match(answer.code ?? '', /ECONNRESET|EPIPE/)
      else assert.equal((JSON.parse(answer.text) as { code: string }).code, 'EXCEED_REQUEST_SIZE_LIMIT')
    }
    const login = await send(`${server.url}/auth/v1/token`, { method: 'POST', body: megabyte })
    assertLoginError(login, 'a login of a megabyte')
  })

  test('the Content-Type makes no difference', async () => {
    const body = actionBody(server, alice, 'storage.getUploadMetadata', { path: own(alice, 'a') })
    for (const type of [
      'application/json',
      'text/plain',
      ' ',
      '',
      ';',
      'application/json;charset=x',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=a',
      '\u00e9',
      'application/json, text/html',
      'a/b\tc',
    ]) {
      const reply = await web(server, body, undefined, { 'content-type': type })
      assert.equal(reply.code, undefined, `${JSON.stringify(type)}: ${reply.code}`)
    }
  })
})

describe('environments and tokens', () => {
  const action = { action: 'storage.batchGetDownloadUrl', file_list: ['cloud://demo-1abcde/a'] }

  test('an environment that is missing, foreign, of the wrong type, or given twice', async () => {
    for (const [query, env] of [
      ['', undefined],
      ['', 'other-1abcde'],
      ['?env=other-1abcde', ENV],
      [`?env=${ENV}`, 'other-1abcde'],
      [`?env=${ENV}&env=other`, ENV],
      ['?env=', ''],
      ['?env[]=demo-1abcde', undefined],
      ['?env=%00', undefined],
      ['?env=%', undefined],
      ['?env=%ff', undefined],
      ['', 7],
      ['', null],
      ['', [ENV]],
      ['', { env: ENV }],
      ['?__proto__=x', undefined],
    ] as const) {
      const reply = await web(server, JSON.stringify({ ...action, env }), query)
      assertRefused(reply, `${query} ${JSON.stringify(env)}`)
      assert.equal(reply.code, 'INVALID_ENV')
    }
  })

  test('tokens that are malformed, forged, of another server, or of another kind', async () => {
    const other = await startServer()
    try {
      const stranger = await newPerson(other)
      const [head = '', claims = '', mac = ''] = alice.accessToken.split('.')
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object
      const forged = encode({ ...decoded, sub: 'root' })
      const tokens = [
        'x',
        '.',
        '..',
        '...',
        'null',
        `${head}.${claims}.`,
        `${head}.${claims}`,
        `${head}.${forged}.${mac}`,
        `${encode({ alg: 'none', typ: 'JWT' })}.${claims}.`,
        `${encode({ alg: 'none' })}.${forged}.${mac}`,
        `${alice.accessToken} `,
        ` ${alice.accessToken}`,
        `${alice.accessToken}x`,
        alice.accessToken.toLowerCase(),
        stranger.accessToken,
        alice.refreshToken,
        `Bearer ${alice.accessToken}`,
        'cs_',
        `${key.apiKey}x`,
        key.secretKey,
        'a'.repeat(100_000),
        '\u0000',
        '图',
        '__proto__',
      ]
      for (const token of tokens) {
        const reply = await web(server, JSON.stringify({ ...action, access_token: token }))
        assertRefused(reply, token.slice(0, 60))
        assert.match(
          reply.code ?? '',
          /^(INVALID_ACCESS_TOKEN|ACCESS_TOKEN_EXPIRED|INVALID_CREDENTIALS|CHECK_LOGIN_FAILED)$/,
        )
      }
      for (const token of [7, true, {}, [], [alice.accessToken]]) {
        assertRefused(await web(server, JSON.stringify({ ...action, access_token: token })), JSON.stringify(token))
      }
    } finally {
      await other.stop()
    }
  })

  test('administrator calls without credentials, with malformed and with foreign ones', async () => {
    const body = JSON.stringify({ ...action, envName: ENV })
    const tc3 = (text: string) => ({
      authorization: `TC3-HMAC-SHA256 ${text}`,
      'x-timestamp': String(Math.floor(Date.now() / 1000)),
    })
    const signature = 'f'.repeat(64)
    for (const headers of [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: `Bearer ${alice.accessToken}` },
      { authorization: `Basic ${Buffer.from(`${key.secretId}:${key.secretKey}`).toString('base64')}` },
      { authorization: key.apiKey },
      { authorization: `Bearer ${key.apiKey},Bearer ${key.apiKey}` },
      tc3(''),
      tc3('Credential='),
      tc3(
        `Credential=${key.secretId}/2026-11-22/tcb/tc3_request, SignedHeaders=content-type;host, Signature=${signature}`,
      ),
      tc3(`Credential=${key.secretId}/x/y/z, SignedHeaders=, Signature=`),
      tc3(`Credential=nobody/2026-11-22/tcb/tc3_request, SignedHeaders=host, Signature=${signature}`),
      tc3('x'.repeat(8000)),
      {
        ...tc3(`Credential=${key.secretId}/2026-11-22/tcb/tc3_request, SignedHeaders=host, Signature=${signature}`),
        'x-timestamp': '1e9',
      },
    ] as Record<string, string>[]) {
      const reply = await admin(server, body, headers)
      assertRefused(reply, JSON.stringify(headers))
      assert.match(reply.code ?? '', /^(INVALID_CREDENTIALS|SIGN_EXPIRED)$/)
    }
  })
})

describe('login calls', () => {
  const calls: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'signin/custom': { provider_id: 'custom', ticket: 'x' },
    'provider/token': {
      provider_id: 'wx0123456789abcdef',
      provider_code: 'x',
      provider_params: { provider_code_type: 'open_id' },
    },
    'signin/with/provider': { provider_id: 'wx', provider_token: 'x' },
    token: { grant_type: 'refresh_token', refresh_token: 'x', client_id: ENV },
  }
  for (const [path, body] of Object.entries(calls)) {
    test(`/auth/v1/${path}: invalid values in every field`, async () => {
      const url = `${server.url}/auth/v1/${path}?client_id=${ENV}`
      for (const [what, wrong] of spoiled(body, VALUES)) {
        assertLoginError(await send(url, { method: 'POST', body: JSON.stringify(wrong) }), `${path} ${what}`)
      }
    })
  }

  test('revoking an invalid token is refused or has no effect', async () => {
    for (const [what, wrong] of spoiled({ token: 'x' }, VALUES)) {
      const answer = await send(`${server.url}/auth/v1/revoke?client_id=${ENV}`, {
        method: 'POST',
        body: JSON.stringify(wrong),
      })
      if (answer.status !== 200) assertLoginError(answer, what)
    }
  })

  test('unexpected headers and queries', async () => {
    for (const [query, headers] of [
      [`?client_id=other`, {}],
      [`?client_id=${ENV}&client_id=other`, {}],
      [`?client_id=${ENV}`, { 'x-device-id': 'short' }],
      [`?client_id=${ENV}`, { 'x-device-id': 'x'.repeat(5000) }],
      [`?client_id=${ENV}`, { 'x-http-method-override': 'DELETE' }],
    ] as const) {
      assertLoginError(
        await send(`${server.url}/auth/v1/signin/anonymously${query}`, { method: 'POST', body: '{}', headers }),
        query,
      )
    }
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer x',
      `Bearer ${alice.refreshToken}`,
      `Basic ${alice.accessToken}`,
      `Bearer ${key.apiKey}`,
    ]) {
      assertLoginError(await send(`${server.url}/auth/v1/user/me`, { headers: { authorization } }), authorization)
    }
  })

  test('unknown paths and methods', async () => {
    for (const [method, path] of [
      ['GET', 'token'],
      ['PUT', 'token'],
      ['DELETE', 'user/me'],
      ['POST', 'signin'],
      ['POST', 'signup'],
      ['POST', 'nothing'],
      ['GET', '../web'],
      ['GET', '%00'],
      ['POST', '__proto__'],
    ] as const) {
      const answer = await send(`${server.url}/auth/v1/${path}`, { method, body: '{}' })
      assert.ok([400, 401, 403, 404, 405, 501].includes(answer.status), `${method} ${path}: ${answer.status}`)
      assert.ok(JSON.parse(answer.text), `${method} ${path}`)
    }
  })
})
