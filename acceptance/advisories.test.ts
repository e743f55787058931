/**
 * Advisories of comparable systems, with a test for each that could apply here. Those about the rule language, tickets, forms
 * and secrets alone have their tests beside the code.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { entriesOf } from './support/data-dir.ts'
import { admin } from './support/refusals.ts'
import { ENV, serverForFile, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { assertRefused } from './support/uploads.ts'
import {
  act,
  actAsAdmin,
  actionBody,
  exchange,
  fileIdOf,
  newPerson,
  own,
  type Person,
  send,
  stored,
  temporaryUrl,
  upload,
  uploadUrl,
} from './support/wire.ts'

const server = await serverForFile({ config: { storage: { acl: 'PRIVATE', maxFileSize: '64KB' } } })
const alice = await newPerson(server)
const bob = await newPerson(server)
const key = await server.apiKey()
await upload(server, alice, own(alice, 'private.txt'), 'private')

async function codeOf(who: Person | undefined, action: string, params: object): Promise<string | undefined> {
  const { code, data } = await act(server, who, action, params)
  return code ?? (data.copy_list ?? data.delete_list ?? data.download_list)?.[0]?.code
}

test('CVE-2026-32728 Parse Server: a parameter after the type does not get an active file past the allow-list', async () => {
  for (const type of [
    'text/html;charset=utf-8',
    'image/svg+xml; charset=utf-8',
    'application/xml;x=y',
    'text/html ;',
    'application/xhtml+xml;a',
  ]) {
    for (const name of ['page', 'page.html', 'page.svg', 'page.xml']) {
      await upload(server, alice, own(alice, name), '<script>1</script>', { 'content-type': type })
      const { tempFileURL } = await temporaryUrl(server, alice, own(alice, name))
      const { headers } = await send(tempFileURL)
      assert.match(headers['content-disposition'] ?? '', /^attachment;/, `${type} ${name}`)
      assert.equal(headers['x-content-type-options'], 'nosniff')
    }
  }
})

test('CVE-2026-22707 Strapi: every way to upload has the same checks of name, size and rights', async () => {
  const large = Buffer.alloc(64 * 1024 + 1)
  const formHead = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
  const form = (body: Buffer) => Buffer.concat([Buffer.from(formHead), body, Buffer.from('\r\n--b--\r\n')])
  const entries = [
    { method: 'PUT', body: large },
    { method: 'PUT', chunks: [large] },
    { method: 'POST', body: large },
    { method: 'POST', body: form(large), headers: { 'content-type': 'multipart/form-data; boundary=b' } },
  ]
  for (const entry of entries) {
    assertRefused(await send(await uploadUrl(server, alice, own(alice, 'l')), entry), 413, 'EXCEED_UPLOAD_MAXFILESIZE')
  }
  // The same in the dialect of administrators; both check names, also for copies.
  const issued = await actAsAdmin(server, key.apiKey, 'storage.getUploadMetadata', { path: 'l' })
  assertRefused(await send(issued.data.url, { method: 'PUT', body: large }), 413, 'EXCEED_UPLOAD_MAXFILESIZE')
  for (const path of ['/a', 'a//b', 'a/../b']) {
    assert.equal(
      (await actAsAdmin(server, key.apiKey, 'storage.getUploadMetadata', { path })).code,
      'INVALID_FILE_NAME',
    )
    const copy = { file_list: [{ src_path: own(alice, 'private.txt'), dst_path: path }] }
    const { code, data } = await act(server, alice, 'storage.batchCopyFile', copy)
    assert.equal(code, undefined)
    const [{ message, ...item }, ...others] = data.copy_list
    const fileID = `cloud://${ENV}.6465-${ENV}-1250000000/${path}`
    assert.deepEqual([item, others], [{ fileID, code: 'INVALID_FILE_NAME' }, []])
    assert.match(message, /cloudPath/)
  }
})

test('CVE-2026-30228, CVE-2026-30850 Parse Server: the right to read does not include writing, and everything that is not listed is denied', async () => {
  const readable = await startServer({ config: { storage: { acl: { read: true, write: false } } } })
  try {
    const person = await newPerson(readable)
    const path = own(person, 'a.txt')
    for (const [action, params] of [
      ['storage.getUploadMetadata', { path }],
      ['storage.batchDeleteFile', { fileid_list: [fileIdOf(readable, path)] }],
      ['storage.batchCopyFile', { file_list: [{ src_path: path, dst_path: own(person, 'b.txt') }] }],
    ] as const) {
      const { code, data } = await act(readable, person, action, params)
      const item = (data?.delete_list ?? data?.copy_list)?.[0]?.code
      assert.match(code ?? item, /^STORAGE_/, action)
    }
  } finally {
    await readable.stop()
  }
  for (const path of [
    '/files/a.txt',
    '/o',
    '/u',
    '/data/',
    '/web/a',
    '/admin/a',
    '/v1/storages',
    `/o/${own(alice, 'private.txt')}`,
  ]) {
    const { status, text } = await send(`${server.url}${path}`)
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`)
    assert.ok(!text.includes('private'))
  }
})

test('CVE-2026-40344 MinIO: an unknown kind of credential is refused, in a header and in a query', async () => {
  const body = JSON.stringify({ action: 'storage.getUploadMetadata', envName: ENV, path: 'a' })
  for (const authorization of [
    'AWS4-HMAC-SHA256 Credential=x',
    'TC3-HMAC-SHA512 Credential=x',
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'Digest x',
    'bearer',
    'null',
    `TC3-HMAC-SHA256 Credential=${key.secretId}/d/s/tc3_request, SignedHeaders=host, Signature=`,
  ]) {
    assert.equal((await admin(server, body, { authorization })).code, 'INVALID_CREDENTIALS', authorization)
  }
  for (const query of [
    `authorization=Bearer%20${key.apiKey}`,
    `access_token=${key.apiKey}`,
    `X-Amz-Credential=${key.secretId}`,
  ]) {
    const { text } = await send(`${server.url}/admin?env=${ENV}&${query}`, { method: 'POST', body })
    assert.equal((JSON.parse(text) as { code: string }).code, 'INVALID_CREDENTIALS', query)
  }
})

test('CVE-2026-39360 RustFS: a copy needs the right to read its source and the right to write its target', async () => {
  const source = own(alice, 'private.txt')
  const copy = (src_path: string, dst_path: string, more = {}) => ({ file_list: [{ src_path, dst_path, ...more }] })
  assert.equal(
    await codeOf(bob, 'storage.batchCopyFile', copy(source, own(bob, 'stolen.txt'))),
    'STORAGE_EXCEED_AUTHORITY',
  )
  assert.equal(await codeOf(undefined, 'storage.batchCopyFile', copy(source, 'stolen.txt')), 'STORAGE_EXCEED_AUTHORITY')
  await upload(server, bob, own(bob, 'own.txt'), 'own')
  assert.equal(
    await codeOf(bob, 'storage.batchCopyFile', copy(own(bob, 'own.txt'), source)),
    'STORAGE_EXCEED_AUTHORITY',
  )
  assert.equal(
    await codeOf(bob, 'storage.batchCopyFile', copy(own(bob, 'own.txt'), own(alice, 'planted.txt'))),
    'STORAGE_EXCEED_AUTHORITY',
  )
  assert.equal(await stored(server, bob, own(bob, 'stolen.txt')), 'STORAGE_FILE_NONEXIST')
  assert.equal(String(await stored(server, alice, source)), 'private')

  // A move also deletes, so a source that may be read but not written stays.
  const open = await startServer({ config: { storage: { acl: 'READONLY' } } })
  try {
    const owner = await newPerson(open)
    const mover = await newPerson(open)
    await upload(open, owner, own(owner, 'a.txt'), 'kept')
    const move = copy(own(owner, 'a.txt'), own(mover, 'a.txt'), { remove_original: true })
    const { data } = await act(open, mover, 'storage.batchCopyFile', move)
    assert.equal(data.copy_list[0].code, 'STORAGE_EXCEED_AUTHORITY')
    assert.equal(String(await stored(open, owner, own(owner, 'a.txt'))), 'kept')
    assert.equal(await stored(open, mover, own(mover, 'a.txt')), 'STORAGE_FILE_NONEXIST')
  } finally {
    await open.stop()
  }
})

test('RustFS GHSA-w5fh: key, policy and status in a form do not extend the ticket', async () => {
  const fields = {
    key: own(bob, 'x'),
    policy: '{}',
    acl: 'public-read',
    success_action_status: '200',
    'x-cos-meta-fileid': 'x',
  }
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const body = `${parts.join('')}--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nmine\r\n--b--\r\n`
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  const url = await uploadUrl(server, alice, own(alice, 'form.txt'))
  assert.equal((await send(url, { method: 'POST', body, headers })).status, 201)
  assert.equal(String(await stored(server, alice, own(alice, 'form.txt'))), 'mine')
  assert.equal(await stored(server, bob, own(bob, 'x')), 'STORAGE_FILE_NONEXIST')
  assert.equal(await stored(server, undefined, own(alice, 'form.txt')), 'STORAGE_EXCEED_AUTHORITY')
})

test('RustFS GHSA-8r6f, GHSA-f4vq: no spelling of a path reaches another file, and no name becomes a path on disk', async () => {
  const victim = own(alice, 'private.txt')
  const spellings = [
    victim.replace('/private', '/./private'),
    victim.replace('/private', '/x/../private'),
    victim.replace('/private', '//private'),
    `/${victim}`,
    `users/${bob.uid}/../${alice.uid}/private.txt`,
    victim.replace('/private', '%2fprivate'),
    victim.replace('/private', '\\private'),
    victim.toUpperCase(),
    `${victim}\u0000.png`,
    `users/${bob.uid}/..%2f${alice.uid}/private.txt`,
    `users/${bob.uid}\\..\\${alice.uid}\\private.txt`,
  ]
  for (const path of spellings) {
    const listed = await act(server, bob, 'storage.batchGetDownloadUrl', { file_list: [fileIdOf(server, path)] })
    assert.notEqual(listed.code ?? listed.data.download_list[0].code, 'SUCCESS', path)
    const issued = await act(server, bob, 'storage.getUploadMetadata', { path })
    if (issued.code === undefined)
      assert.equal((await send(issued.data.url, { method: 'PUT', body: 'planted' })).status, 200)
  }
  assert.equal(String(await stored(server, alice, victim)), 'private')

  const hostile = own(alice, '..%2f..%2f..\\..\\etc|passwd')
  await upload(server, alice, hostile, 'x')
  const names = (await entriesOf(server.dataDir)).map(({ path }) => path.slice(server.dataDir.length))
  assert.ok(names.length > 5)
  for (const name of names) assert.match(name, /^[\w./-]*$/, 'only characters of our own choice')
})

test('RustFS GHSA-j59h (and five more): there are no default credentials; secrets are created at the first start, different each time', async () => {
  const other = await startServer()
  try {
    const [mine, theirs] = await Promise.all(
      [server, other].map(({ dataDir }) => readFile(join(dataDir, ENV, 'secrets.json'), 'utf8')),
    )
    const secretsOf = (text = '{}') =>
      Object.values(JSON.parse(text) as Record<string, { secret: string }[]>)
        .flat()
        .map(({ secret }) => secret)
    const all = [...secretsOf(mine), ...secretsOf(theirs)]
    assert.equal(new Set(all).size, all.length)
    for (const secret of all) assert.ok(Buffer.from(secret, 'base64').length >= 32)

    const body = JSON.stringify({ action: 'storage.getUploadMetadata', envName: ENV, path: 'a' })
    for (const guess of ['', 'admin', 'cloudstead', 'test', key.apiKey]) {
      assert.equal((await admin(other, body, { authorization: `Bearer ${guess}` })).code, 'INVALID_CREDENTIALS', guess)
    }
  } finally {
    await other.stop()
  }
})

test('RustFS GHSA-m77q: a secret for one purpose is useless for another', async () => {
  const refreshAsAccess = { ...alice, accessToken: alice.refreshToken }
  assert.notEqual(
    (await act(server, refreshAsAccess, 'storage.getUploadMetadata', { path: own(alice, 'x') })).code,
    undefined,
  )
  const url = await uploadUrl(server, alice, own(alice, 'x'))
  const ticket = url.slice(url.indexOf('/u/') + 3)
  assert.notEqual(
    (await act(server, { ...alice, accessToken: ticket }, 'storage.getUploadMetadata', { path: own(alice, 'x') })).code,
    undefined,
  )
  assertRefused(
    await send(`${server.url}/u/${alice.accessToken}`, { method: 'PUT', body: 'x' }),
    403,
    'STORAGE_SIGN_PARAM_INVALID',
  )
  const provider = { provider_token: alice.accessToken }
  const login = await send(`${server.url}/auth/v1/signin/with/provider`, {
    method: 'POST',
    body: JSON.stringify(provider),
  })
  assert.equal(login.status, 401)
})

test('RustFS GHSA-x5xv: an origin that is not listed gets no leave, and none gets leave to send credentials', async () => {
  for (const [origin, allowed] of [
    ['https://evil.example', undefined],
    ['null', undefined],
    ['http://127.0.0.1', 'http://127.0.0.1'],
  ] as const) {
    for (const method of ['OPTIONS', 'POST']) {
      const sending = method === 'POST' ? { body: '{}' } : {}
      const { headers } = await send(`${server.url}/web?env=${ENV}`, {
        method,
        ...sending,
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      assert.equal(headers['access-control-allow-origin'], allowed)
      assert.equal(headers['access-control-allow-credentials'], undefined)
    }
  }
})

test('CVE-2026-21862 RustFS: forwarded headers of a client change nothing', async () => {
  const path = own(alice, 'private.txt')
  const forwarded = {
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-real-ip': '::1',
    forwarded: 'for=127.0.0.1;host=evil.example;proto=https',
    'x-original-url': '/admin',
    'x-rewrite-url': '/admin',
    'x-http-method-override': 'DELETE',
  }
  const body = actionBody(server, alice, 'storage.getUploadMetadata', { path })
  const { text } = await send(`${server.url}/web`, { method: 'POST', body, headers: forwarded })
  const { data } = JSON.parse(text) as { data: { url: string; download_url: string } }
  assert.ok(data.url.startsWith(`${server.url}/u/`), data.url)
  assert.ok(data.download_url.startsWith(`${server.url}/o/`))
  assert.equal((await send(data.download_url, { headers: forwarded })).status, 403)
})

test('RustFS GHSA-6r96: nothing in a request changes the caller', async () => {
  const claims = {
    uid: alice.uid,
    openid: alice.uid,
    customUserId: alice.uid,
    openId: alice.uid,
    userId: alice.uid,
    isAdmin: true,
    admin: true,
    kind: 'admin',
    auth: { uid: alice.uid },
    caller: { kind: 'admin' },
    context: { uid: alice.uid },
    loginType: 'CUSTOM',
    'x-cloudbase-context': 'x',
  }
  const body = {
    action: 'storage.batchGetDownloadUrl',
    env: ENV,
    file_list: [fileIdOf(server, own(alice, 'private.txt'))],
    ...claims,
  }
  const headers = Object.fromEntries(
    Object.entries(claims).flatMap(([name, value]) =>
      typeof value === 'string'
        ? [
            [name, value],
            [`x-${name}`, value],
            [`x-wx-${name}`, value],
          ]
        : [],
    ),
  )
  for (const token of [{}, { access_token: bob.accessToken }]) {
    const { text } = await send(`${server.url}/web`, {
      method: 'POST',
      body: JSON.stringify({ ...body, ...token }),
      headers,
    })
    const reply = JSON.parse(text) as { data: { download_list: { code: string }[] } }
    assert.equal(reply.data.download_list[0]?.code, 'STORAGE_EXCEED_AUTHORITY')
  }
})

test('CVE-2026-22817 Hono: the algorithm is not taken from the token', async () => {
  const [, claims = '', mac = ''] = alice.accessToken.split('.')
  const kid = (
    JSON.parse(Buffer.from(alice.accessToken.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }
  ).kid
  for (const alg of ['none', 'None', 'NONE', 'HS384', 'HS512', 'RS256', 'ES256', 'EdDSA', '', null, ['HS256'], 7]) {
    const head = Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid })).toString('base64url')
    for (const signature of ['', mac, 'AAAA']) {
      const forged = { ...alice, accessToken: `${head}.${claims}.${signature}` }
      const { code } = await act(server, forged, 'storage.getUploadMetadata', { path: own(alice, 'x') })
      assert.equal(code, 'INVALID_ACCESS_TOKEN', `${alg}`)
    }
  }
})

test('supabase/storage#520: the signature covers a fixed tuple; a download URL permits no upload, and vice versa', async () => {
  const path = own(alice, 'private.txt')
  const { tempFileURL } = await temporaryUrl(server, alice, path)
  for (const method of ['PUT', 'POST', 'DELETE']) {
    assert.ok((await send(tempFileURL, { method, body: 'x' })).status >= 400, method)
    assert.ok((await send(tempFileURL.replace('/o/', '/u/'), { method, body: 'x' })).status >= 400, method)
  }
  const url = await uploadUrl(server, alice, path)
  assert.ok((await send(url)).status >= 400)
  assert.ok((await send(url.replace('/u/', '/o/'))).status >= 400)
  // No JSON of the caller is signed.
  const item = {
    fileid: fileIdOf(server, path),
    role: 'admin',
    exp: 9_999_999_999,
    t: 9_999_999_999,
    path: own(bob, 'x'),
    max_age: 5,
  }
  const reply = await act(server, alice, 'storage.batchGetDownloadUrl', { file_list: [item] })
  const t = Number(new URL(reply.data.download_list[0].tempFileURL).searchParams.get('t'))
  assert.ok(t - Date.now() / 1000 <= 6)
  assert.equal(String(await stored(server, alice, path)), 'private')
})

test('CVE-2025-32442, CVE-2026-25223, CVE-2026-33806 Fastify: no Content-Type skips a check', async () => {
  const wrong = JSON.stringify({ action: 'storage.batchGetDownloadUrl', env: ENV, file_list: [{ fileid: 7 }] })
  for (const type of [
    'application/json',
    'application/json ',
    'application/json;',
    'application/json\t; x',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'text/plain',
    'application/jsonx',
    '',
    ' ',
    ';application/json',
    'application/vnd.api+json',
  ]) {
    const { text } = await send(`${server.url}/web`, { method: 'POST', body: wrong, headers: { 'content-type': type } })
    assert.equal((JSON.parse(text) as { code: string }).code, 'INVALID_PARAM', JSON.stringify(type))
  }
})

test('CVE-2023-25576, CVE-2025-48997, CVE-2025-7338, CVE-2026-8159: no form crashes or blocks the process', async () => {
  const url = await uploadUrl(server, alice, own(alice, 'form.bin'))
  const part = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nx\r\n`
  const bodies = [
    part('f').repeat(20_000),
    `--b\r\nContent-Disposition: form-data; name="${'a'.repeat(60_000)}"\r\n\r\nx\r\n--b--`,
    `--b\r\nContent-Disposition: form-data; name="file"; filename="${'\\"'.repeat(30_000)}"\r\n\r\nx\r\n--b--`,
    `--b\r\nContent-Disposition: form-data; name="file"; filename*=${"'".repeat(60_000)}\r\n\r\nx\r\n--b--`,
    `--b\r\n${'A: b\r\n'.repeat(5000)}\r\nx\r\n--b--`,
    '--b\r\n\r\n--b\r\n\r\n--b--',
    '--b--',
    '--b',
    `${'\r\n--b'.repeat(20_000)}`,
    '--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b--\r\n--b--\r\n',
  ]
  const started = performance.now()
  for (const body of bodies) {
    const { status } = await send(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    })
    assert.ok(status === 201 || status === 400, `${status} for ${body.slice(0, 80)}`)
  }
  assert.ok(performance.now() - started < 10_000)
  assert.equal((await send(`${server.url}/health`)).status, 200)
})

test('CVE-2025-54387 ipx: a folder with the prefix of another is a different folder', async () => {
  for (const path of [
    `users/${alice.uid}x/a.txt`,
    `users/${alice.uid}-evil/a.txt`,
    `usersx/${alice.uid}/a.txt`,
    `users/${alice.uid.slice(0, -1)}/a.txt`,
  ]) {
    const claimed = path.startsWith('users/')
    const { code } = await act(server, alice, 'storage.getUploadMetadata', { path })
    assert.equal(code, claimed ? 'STORAGE_EXCEED_AUTHORITY' : undefined, path)
  }
})

test('CVE-2026-35409 Directus, CVE-2026-41172 Squidex: no field makes the server fetch a URL', async () => {
  let asked = 0
  const canary = createServer((_request, response) => {
    asked += 1
    response.end()
  })
  await new Promise<void>((done) => canary.listen(0, '127.0.0.1', done))
  try {
    const { port } = canary.address() as { port: number }
    const url = `http://127.0.0.1:${port}/x`
    const own1 = own(alice, 'a')
    for (const [action, params] of [
      ['storage.getUploadMetadata', { path: own1, url, source: url, uri: url }],
      ['storage.batchCopyFile', { file_list: [{ src_path: url, dst_path: own1 }] }],
      ['storage.batchGetDownloadUrl', { file_list: [url, { fileid: url }] }],
      ['storage.batchDeleteFile', { fileid_list: [url] }],
    ] as const) {
      await act(server, alice, action, params)
    }
    await send(await uploadUrl(server, alice, own1), {
      method: 'PUT',
      body: url,
      headers: { 'x-cos-copy-source': url, link: url },
    })
    await send(`${server.url}/auth/v1/provider/token`, {
      method: 'POST',
      body: JSON.stringify({ provider_id: 'wx1', provider_code: url, apiBase: url }),
    })
    assert.equal(asked, 0)
  } finally {
    canary.close()
  }
})

test('CVE-2022-31028 MinIO: idle and silent connections do not block others', async () => {
  const fresh = await startServer()
  const half = 'GET /health HTTP/1.1\r\nHost: localhost'
  const idle = Array.from({ length: 200 }, (_, at) => exchange(fresh, at % 2 === 0 ? half : ''))
  assert.equal((await send(`${fresh.url}/health`)).status, 200)
  assert.equal(await fresh.stop(), 0)
  await Promise.all(idle)
})

test('laf database-proxy: a rule that is missing, undefined or not exactly true denies', async () => {
  const strict = await startServer({ config: { storage: { acl: { read: 'auth.nothing', write: 'auth.uid' } } } })
  try {
    const person = await newPerson(strict)
    assert.equal(
      (await act(strict, person, 'storage.getUploadMetadata', { path: own(person, 'a') })).code,
      'STORAGE_EXCEED_AUTHORITY',
    )
    assert.equal((await temporaryUrl(strict, person, own(person, 'a'))).code, 'STORAGE_EXCEED_AUTHORITY')
    await strict.writeConfig({ storage: { acl: { read: true } } })
    await eventually(
      'the new rules hold',
      async () => (await temporaryUrl(strict, person, own(person, 'a'))).code === 'STORAGE_FILE_NONEXIST',
    )
    assert.equal(
      (await act(strict, person, 'storage.getUploadMetadata', { path: own(person, 'a') })).code,
      'STORAGE_EXCEED_AUTHORITY',
      'no write rule',
    )
  } finally {
    await strict.stop()
  }
})
