/** The bucket API by plain HTTP: addresses, wrong values, uploads that are refused, conditions and ranges, scopes. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { consoleApi } from './support/console-api.ts'
import { stopUnharmed } from './support/refusals.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { type Answer, newPerson, own, type Person, type Sending, send, stored, upload } from './support/wire.ts'
import { spoiled, VALUES } from './support/wrong-values.ts'

const BUCKET = '6465-demo-1abcde-1250000000'
const OBJECT = '/v1/storages/object'
const MAX_FILE_SIZE = 1024 * 1024

let server: RunningServer
let alice: Person
let bob: Person

before(async () => {
  server = await startServer({ config: { storage: { acl: 'PRIVATE', maxFileSize: '1MB' } } })
  alice = await newPerson(server)
  bob = await newPerson(server)
})
after(() => stopUnharmed(server))

interface Call extends Omit<Sending, 'body'> {
  readonly body?: unknown
  readonly who?: Person | undefined
}

/** Sends a body that is an object as JSON, and any other as it is. */
async function call(path: string, { method = 'POST', body, who = alice, headers = {}, chunks }: Call = {}) {
  const raw = typeof body === 'string' || body instanceof Uint8Array
  return send(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${who.accessToken}`, ...headers },
    ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
    ...(chunks && { chunks }),
  })
}

const jsonOf = ({ text }: Answer) => JSON.parse(text) as Record<string, unknown>

/** An error of the REST API: its status, and a code and a message that do not repeat the input. */
function assertError(answer: Answer, what: string, code?: string): void {
  assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 200)}`)
  const error = jsonOf(answer) as { code?: string; message?: string; requestId?: string }
  assert.match(error.code ?? '', /^[A-Z][A-Z_]+$/, what)
  if (code !== undefined) assert.equal(error.code, code, what)
  assert.ok(error.message && error.message.length < 4096, what)
  assert.ok(error.requestId, what)
}

function form(parts: readonly (readonly [name: string, value: string, file?: string])[]) {
  const boundary = 'xxBOUNDARYxx'
  const body = parts.map(([name, value, file]) => {
    const type = file === undefined ? '' : `; filename="${file}"\r\ncontent-type: image/png`
    return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${type}\r\n\r\n${value}\r\n`
  })
  return {
    body: `${body.join('')}--${boundary}--\r\n`,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  }
}

/** The address of a file of Alice's. */
const hers = (name: string) => `${OBJECT}/users/${alice.uid}/${name}`

describe('metadata', () => {
  it('of a copy is bounded like that of an upload', async () => {
    await call(hers('plain.txt'), { method: 'POST', body: 'x', headers: { 'x-upsert': 'true' } })
    const body = {
      ...{ bucketId: 'users', sourceKey: `${alice.uid}/plain.txt`, destinationKey: `${alice.uid}/described.txt` },
      ...{ copyMetadata: false, metadata: { a: 'x'.repeat(9000) } },
    }
    assertError(await call(`${OBJECT}/copy`, { body }), 'metadata of 9 KB', 'INVALID_PARAM')
    const copied = await call(`${OBJECT}/copy`, { body: { ...body, metadata: { a: 'x'.repeat(8000) } } })
    assert.equal(copied.status, 200, copied.text)
  })
})

describe('addresses', () => {
  it('nothing escapes a bucket, and a bad name is refused by every call', async () => {
    const long = 'x'.repeat(900)
    const names = [
      '',
      '/',
      'a//b',
      '../b',
      '..%2Fb',
      '%2e%2e/b',
      'a/./b',
      './b',
      '%00',
      'a%0Ab',
      long,
      '%2Fb',
      'a%2F%2Fb',
    ]
    for (const name of names) {
      for (const [method, path] of [
        ['POST', `${OBJECT}/users/${name}`],
        ['PUT', `${OBJECT}/users/${name}`],
        ['GET', `${OBJECT}/users/${name}`],
        ['GET', `${OBJECT}/info/users/${name}`],
        ['GET', `${OBJECT}/public/users/${name}`],
        ['POST', `${OBJECT}/sign/users/${name}`],
        ['POST', `${OBJECT}/upload/sign/users/${name}`],
        ['PUT', `${OBJECT}/upload/sign/users/${name}?token=x`],
      ] as const) {
        assertError(await call(path, { method }), `${method} ${path}`)
      }
    }
  })

  it('a bucket is one segment, and no word of the API', async () => {
    const buckets = ['', '.', '..', '%2e%2e', 'a%2Fb', '%2F', '%00', 'list', 'public', 'x'.repeat(900), '%E0%A4%A']
    for (const bucket of buckets) {
      assertError(await call(`${OBJECT}/list/${bucket}`, { body: {} }), `list ${bucket}`)
      assertError(
        await call(`${OBJECT}/${bucket}`, { method: 'DELETE', body: { prefixes: ['a'] } }),
        `delete ${bucket}`,
      )
      assertError(await call(`/v1/storages/bucket/${bucket || 'a/b'}`, { method: 'GET' }), `get ${bucket}`)
    }
  })

  it('unknown and repeated parameters are refused', async () => {
    await call(hers('q.txt'), { body: 'x' })
    for (const query of ['x=1', 'download=a&download=b', 'env=other-1', 'token=x', '__proto__=1']) {
      assertError(await call(`${hers('q.txt')}?${query}`, { method: 'GET' }), query)
    }
    for (const query of ['x=1', 'limit=-1', 'limit=x', 'limit=1&limit=2', 'sortColumn=created_at', 'sortOrder=up']) {
      assertError(await call(`/v1/storages/bucket/?${query}`, { method: 'GET' }), query)
    }
    assertError(await call(`${hers('q2.txt')}?upsert=true`, { body: 'x' }), 'a query of an upload')
  })
})

describe('calls with JSON', () => {
  const CALLS: Readonly<Record<string, () => readonly [method: string, path: string, body: object]>> = {
    list: () => [
      'POST',
      `${OBJECT}/list/users`,
      { prefix: 'a', limit: 5, with_delimiter: true, sortBy: { column: 'name', order: 'asc' } },
    ],
    remove: () => ['DELETE', `${OBJECT}/users`, { prefixes: [`${alice.uid}/none`] }],
    copy: () => [
      'POST',
      `${OBJECT}/copy`,
      {
        ...{ bucketId: 'users', sourceKey: `${alice.uid}/valid.txt`, destinationKey: `${alice.uid}/copy.txt` },
        ...{ destinationBucket: 'users', copyMetadata: false, metadata: { a: 1 } },
      },
    ],
    move: () => [
      'POST',
      `${OBJECT}/move`,
      { bucketId: 'users', sourceKey: `${alice.uid}/none.txt`, destinationKey: `${alice.uid}/copy.txt` },
    ],
    sign: () => ['POST', `${OBJECT}/sign/users/${alice.uid}/valid.txt`, { expiresIn: 60 }],
    'sign many': () => ['POST', `${OBJECT}/sign/users`, { expiresIn: 60, paths: [`${alice.uid}/valid.txt`] }],
  }

  for (const [name, valid] of Object.entries(CALLS)) {
    it(`${name}: wrong values in every field, unknown fields, other bodies`, async () => {
      await call(hers('valid.txt'), { body: 'x', headers: { 'x-upsert': 'true' } })
      const [method, path, body] = valid()
      for (const [what, wrong] of spoiled(body, VALUES)) {
        const answer = await call(path, { method, body: wrong })
        if (answer.status !== 200) assertError(answer, what)
      }
      for (const other of [[], 'x', '{', { ...body, other: 1 }, { ...body, constructor: 1 }]) {
        assertError(await call(path, { method, body: other }), JSON.stringify(other))
      }
    })
  }

  it('lists that are too long are refused before anything is done', async () => {
    await call(hers('kept.txt'), { body: 'x' })
    const name = `${alice.uid}/kept.txt`
    const prefixes = Array.from({ length: 101 }, () => name)
    assertError(await call(`${OBJECT}/users`, { method: 'DELETE', body: { prefixes } }), 'remove', 'INVALID_PARAM')
    assertError(await call(`${OBJECT}/users`, { method: 'DELETE', body: { prefixes: [name, 'a//b'] } }), 'a bad name')
    assert.equal(String(await stored(server, alice, own(alice, 'kept.txt'))), 'x')
    const paths = Array.from({ length: 501 }, () => name)
    assertError(await call(`${OBJECT}/sign/users`, { body: { expiresIn: 60, paths } }), 'sign', 'INVALID_PARAM')
    const longest = Array.from({ length: 500 }, (_, n) => `${n}${'图'.repeat(270)}`)
    assert.equal((await call(`${OBJECT}/sign/users`, { body: { expiresIn: 60, paths: longest } })).status, 200)
  })

  it('remove of only foreign files is denied', async () => {
    await upload(server, bob, own(bob, 'a.txt'), 'x')
    const prefixes = [`${bob.uid}/a.txt`, `${alice.uid}/none.txt`]
    assertError(
      await call(`${OBJECT}/users`, { method: 'DELETE', body: { prefixes } }),
      'x',
      'STORAGE_EXCEED_AUTHORITY',
    )
    assert.equal(String(await stored(server, bob, own(bob, 'a.txt'))), 'x')
  })
})

it('who may write a file but not read it learns nothing about it when it removes it', async () => {
  for (const [read, members] of [
    [false, 'bucket_id,id,name,owner_id,version'],
    [true, 'bucket_id,created_at,id,last_accessed_at,metadata,name,owner_id,updated_at,user_metadata,version'],
  ] as const) {
    const other = await startServer({ config: { storage: { acl: { read, write: true } } } })
    try {
      const who = await newPerson(other)
      await upload(other, who, 'users/a.txt', 'x', { 'x-cos-meta-secret': '7' })
      const { text, status } = await send(`${other.url}${OBJECT}/users`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${who.accessToken}` },
        body: JSON.stringify({ prefixes: ['a.txt'] }),
      })
      assert.equal(status, 200, text)
      const [removed] = JSON.parse(text) as [Record<string, unknown>]
      assert.equal(removed.name, 'a.txt')
      assert.equal(Object.keys(removed).sort().join(), members)
    } finally {
      await other.stop()
    }
  }
})

describe('uploads', () => {
  const missing = async (name: string) =>
    assert.equal(await stored(server, alice, own(alice, name)), 'STORAGE_FILE_NONEXIST')

  it('a file that is too large is refused, in every shape, and nothing is stored', async () => {
    const large = 'x'.repeat(MAX_FILE_SIZE + 1)
    for (const sending of [{ body: large }, { chunks: [large] }, form([['', large, 'a.png']])]) {
      assertError(await call(hers('large.txt'), sending), 'large', 'EXCEED_UPLOAD_MAXFILESIZE')
      await missing('large.txt')
    }
    const most = await call(hers('most.txt'), form([['', 'x'.repeat(MAX_FILE_SIZE), 'a.png']]))
    assert.equal(most.status, 200)
  })

  it('a form needs one file, known fields with valid values, and its end', async () => {
    const file = ['', 'bytes', 'a.png'] as const
    const whole = form([file])
    for (const [what, sending] of Object.entries({
      'no file': form([['cacheControl', '1']]),
      'two files': form([file, file]),
      'unknown field': form([['other', '1'], file]),
      metadata: form([['metadata', '[1]'], file]),
      'metadata that is no JSON': form([['metadata', '{'], file]),
      'long metadata': form([['metadata', JSON.stringify({ a: 'x'.repeat(9000) })], file]),
      'deep metadata': form([['metadata', `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`], file]),
      cacheControl: form([['cacheControl', 'no\u0001'], file]),
      'no end': { ...whole, body: whole.body.slice(0, -10) },
      'no boundary': { ...whole, headers: { 'content-type': 'multipart/form-data' } },
    })) {
      assertError(await call(hers('form.png'), sending), what, 'INVALID_PARAM')
      await missing('form.png')
    }
    const fields = [['cacheControl', 'no-cache'], ['contentType', 'image/webp'], ['metadata', '{"a":1}'], file] as const
    assert.equal((await call(hers('form'), form(fields))).status, 200)
    const info = jsonOf(await call(`${OBJECT}/info/users/${alice.uid}/form`, { method: 'GET' }))
    assert.deepEqual([info.cache_control, info.content_type, info.metadata], ['no-cache', 'image/webp', { a: 1 }])
  })

  it('wrong headers, and uploads in parts, are refused', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    for (const headers of [
      { 'x-upsert': 'yes' },
      { 'x-upsert': '' },
      { 'x-metadata': '!' },
      { 'x-metadata': base64('[]') },
      { 'x-metadata': base64('null') },
      { 'x-metadata': base64(JSON.stringify({ a: 'x'.repeat(9000) })) },
      { 'content-range': 'bytes 0-1/5' },
      { 'tus-resumable': '1.0.0' },
      { 'if-match': '"x"' },
    ]) {
      assertError(await call(hers('headers.txt'), { body: 'x', headers }), JSON.stringify(headers).slice(0, 80))
    }
    await missing('headers.txt')
  })

  it('of many uploads of a new file at the same time, one is stored', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => call(hers('race.txt'), { body: `${n}` })))
    const winners = answers.flatMap(({ status }, n) => (status === 200 ? [`${n}`] : []))
    assert.equal(winners.length, 1)
    assert.equal(String(await stored(server, alice, own(alice, 'race.txt'))), winners[0])
    for (const { status } of answers) assert.ok(status === 200 || status === 409, `${status}`)
  })

  it('the token of a signed upload is for its file only, and cannot be changed', async () => {
    const signed = await call(`${OBJECT}/upload/sign/users/${alice.uid}/t.txt`)
    const { token, fullURL } = jsonOf(signed) as { token: string; fullURL: string }
    assert.ok(fullURL.startsWith(`${server.url}/u/`))
    const put = (name: string, text: string) =>
      send(`${server.url}${OBJECT}/upload/sign/users/${name}?token=${text}`, { method: 'PUT', body: 'x' })
    assertError(await put(`${alice.uid}/other.txt`, token), 'another file', 'STORAGE_SIGN_PARAM_INVALID')
    assertError(await put(`${alice.uid}/t.txt`, `${token}x`), 'changed', 'STORAGE_SIGN_PARAM_INVALID')
    assertError(await put(`${alice.uid}/t.txt`, ''), 'empty', 'STORAGE_SIGN_PARAM_INVALID')
    assertError(await put(`${alice.uid}/t.txt`, `${token}&token=x`), 'two', 'INVALID_PARAM')
    await missing('t.txt')
    assert.equal((await put(`${alice.uid}/t.txt`, token)).status, 200)
  })
})

describe('downloads', () => {
  it('conditions, ranges and HEAD work, and content does not run', async () => {
    await call(hers('d.html'), { body: '0123456789' })
    const get = (headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
      call(hers('d.html'), { method, headers })
    const whole = await get()
    assert.deepEqual([whole.status, whole.text], [200, '0123456789'])
    assert.match(String(whole.headers['content-security-policy']), /sandbox/)
    assert.equal(whole.headers['x-content-type-options'], 'nosniff')
    assert.match(String(whole.headers['content-disposition']), /^attachment/)
    assert.equal(whole.headers['cache-control'], 'private, max-age=0')
    const part = await get({ range: 'bytes=2-4' })
    assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, '234', 'bytes 2-4/10'])
    assert.equal((await get({ range: 'bytes=20-' })).status, 416)
    const etag = whole.headers.etag ?? ''
    assert.equal((await get({ 'if-none-match': etag })).status, 304)
    assertError(await get({ 'if-match': '"x"' }), 'If-Match', 'PRECONDITION_FAILED')
    const head = await get({}, 'HEAD')
    assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '10', ''])
  })

  it('errors are not cached, and a private file is not told from a missing one', async () => {
    await upload(server, bob, own(bob, 'd.txt'), 'x')
    for (const name of ['d.txt', 'none.txt']) {
      for (const access of ['', 'public/']) {
        const answer = await call(`${OBJECT}/${access}users/${bob.uid}/${name}`, { method: 'GET' })
        assertError(answer, name, 'STORAGE_EXCEED_AUTHORITY')
        assert.equal(answer.headers['cache-control'], 'no-store')
      }
      assertError(
        await call(`${OBJECT}/info/users/${bob.uid}/${name}`, { method: 'GET' }),
        name,
        'STORAGE_EXCEED_AUTHORITY',
      )
    }
  })
})

describe('who asks', () => {
  it('a wrong token is refused by every call', async () => {
    const headers = { authorization: 'Bearer x.y.z' }
    for (const [method, path] of [
      ['POST', hers('w.txt')],
      ['GET', hers('w.txt')],
      ['POST', `${OBJECT}/list/${BUCKET}`],
      ['GET', '/v1/storages/bucket/'],
    ] as const) {
      assertError(await call(path, { method, headers }), path, 'INVALID_ACCESS_TOKEN')
    }
  })

  it('an API key needs the scope of the call', async () => {
    const api = consoleApi(server, await server.apiKey())
    const keyWith = async (scope: string) =>
      ((await api.call('POST', `/keys/api?scopes=${encodeURIComponent(scope)}`)) as { apiKey: string }).apiKey
    const reader = { authorization: `Bearer ${await keyWith('storage:read')}` }
    const writer = { authorization: `Bearer ${await keyWith('storage:write')}` }
    const other = { authorization: `Bearer ${await keyWith('database:write')}` }
    const calls = [
      ['POST', `${OBJECT}/list/${BUCKET}`, reader, other],
      ['GET', hers('d.html'), reader, other],
      ['GET', `${OBJECT}/info/users/${alice.uid}/d.html`, reader, other],
      ['GET', '/v1/storages/bucket/', reader, other],
      ['POST', hers('scoped.txt'), writer, reader],
      ['POST', `${OBJECT}/upload/sign/users/${alice.uid}/scoped2.txt`, writer, reader],
    ] as const
    for (const [method, path, may, mayNot] of calls) {
      assert.equal((await call(path, { method, headers: may })).status, 200, path)
      assertError(await call(path, { method, headers: mayNot }), path, 'ACTION_FORBIDDEN')
    }
    const body = { prefixes: [`${alice.uid}/scoped.txt`] }
    assertError(await call(`${OBJECT}/users`, { method: 'DELETE', headers: reader, body }), 'x', 'ACTION_FORBIDDEN')
    assertError(await call('/v1/storages/bucket/', { headers: reader, body: { id: 'a' } }), 'x', 'ACTION_FORBIDDEN')
  })
})
