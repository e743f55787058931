/** The REST API below `/v1` by plain HTTP: statuses and codes, wrong values in every field, tokens, environments, methods. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { stopUnharmed } from './support/refusals.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { type Answer, fileIdOf, newPerson, own, type Person, send, upload } from './support/wire.ts'
import { spoiled, VALUES } from './support/wrong-values.ts'

const DATABASE = '/v1/database/instances/(default)/databases/(default)'
const NOTES = `${DATABASE}/collections/notes/documents`

let server: RunningServer
let alice: Person
let bob: Person

before(async () => {
  const collections = { notes: { acl: 'PRIVATE', indexes: ['title'] }, closed: { acl: 'ADMINONLY' } }
  server = await startServer({ config: { storage: { acl: 'PRIVATE' }, database: { collections } } })
  alice = await newPerson(server)
  bob = await newPerson(server)
})
after(() => stopUnharmed(server))

interface Call {
  readonly method?: string
  readonly body?: unknown
  readonly who?: Person | undefined
  readonly headers?: Readonly<Record<string, string>>
}

async function call(path: string, { method = 'POST', body, who = alice, headers = {} }: Call = {}) {
  const answer = await send(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${who.accessToken}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { ...answer, json: () => JSON.parse(answer.text) as Record<string, unknown> }
}

function query(params: Readonly<Record<string, unknown>>): string {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  return new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, text(value) ?? '']),
  ).toString()
}

/** An error of the REST API: a status, a code from the table, no echo of what was sent, JSON. */
function assertError(answer: Answer, what: string): void {
  assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 200)}`)
  const { code, message, requestId } = JSON.parse(answer.text) as Record<string, string>
  assert.match(code ?? '', /^[A-Z][A-Z_]+$/, what)
  assert.ok(message && message.length < 4096, what)
  assert.ok(requestId, what)
  assert.match(answer.headers['content-type'] ?? '', /application\/json/, what)
}

const assertAnswered = (answer: Answer, what: string) => {
  if (answer.status !== 200) assertError(answer, what)
}

describe('storage', () => {
  test('answers are lists in the order of the request, with errors per item', async () => {
    const path = own(alice, '图 1.png')
    const id = await upload(server, alice, path, 'bytes')
    const foreign = await upload(server, bob, own(bob, 'b.png'), 'bytes')
    const ids = [foreign, id, `${id}x`, 'no fileID', fileIdOf(server, 'a//b')]
    const codes = ['STORAGE_EXCEED_AUTHORITY', undefined, 'STORAGE_FILE_NONEXIST', 'INVALID_PARAM', 'INVALID_FILE_NAME']
    const items = ids.map((cloudObjectId) => ({ cloudObjectId }))
    const urls = await call('/v1/storages/get-objects-download-info', { body: items })
    assert.equal(urls.status, 200)
    assert.match(urls.headers['content-type'] ?? '', /application\/json/)
    const list = JSON.parse(urls.text) as Record<string, string>[]
    assert.deepEqual(
      list.map(({ cloudObjectId, code }) => [cloudObjectId, code]),
      ids.map((one, at) => [one, codes[at]]),
    )
    assert.equal(list[1]?.downloadUrl, list[1]?.downloadUrlEncoded)
    assert.equal(String((await send(list[1]?.downloadUrl ?? '')).body), 'bytes')

    const removed = JSON.parse((await call('/v1/storages/delete-objects', { body: items })).text) as typeof list
    assert.deepEqual(
      removed.map(({ cloudObjectId, code }) => [cloudObjectId, code]),
      ids.map((one, at) => [one, codes[at]]),
    )
  })

  test('an upload URL for each item, refused ones with the code and a URL that answers it', async () => {
    const body = [{ objectId: own(alice, 'a.txt'), signedHeader: {} }, { objectId: own(bob, 'a.txt') }]
    const { text } = await call('/v1/storages/get-objects-upload-info', { body })
    const [mine, his] = JSON.parse(text) as Record<string, string>[]
    for (const name of ['objectId', 'uploadUrl', 'authorization', 'token', 'cloudObjectMeta', 'cloudObjectId'])
      assert.ok(mine?.[name], name)
    assert.equal((await send(mine?.uploadUrl ?? '', { method: 'PUT', body: 'hello' })).status, 200)
    assert.equal(his?.code, 'STORAGE_EXCEED_AUTHORITY')
    const refused = await send(his?.uploadUrl ?? '', { method: 'PUT', body: 'hello' })
    assert.equal(refused.status, 403)
    assert.match(refused.text, /<Code>STORAGE_EXCEED_AUTHORITY</)
    for (const code of ['SUCCESS', 'constructor', 'STORAGE_EXCEED_AUTHORITY/x', '%00'])
      assert.equal((await send(`${server.url}/u/refused/${code}`, { method: 'PUT', body: 'x' })).status, 403, code)
  })

  const CALLS: Readonly<Record<string, () => unknown>> = {
    'get-objects-upload-info': () => [{ objectId: own(alice, 'x.txt'), signedHeader: { 'content-type': ['a/b'] } }],
    'get-objects-download-info': () => [{ cloudObjectId: fileIdOf(server, 'a') }],
    'delete-objects': () => [{ cloudObjectId: fileIdOf(server, 'a') }],
    'copy-objects': () => [{ srcPath: 'a', dstPath: 'b', overwrite: true, removeOriginal: false }],
  }

  for (const [name, valid] of Object.entries(CALLS)) {
    test(`${name}: wrong values, unknown members, lists that are too long`, async () => {
      const path = `/v1/storages/${name}`
      assert.equal((await call(path, { body: valid() })).status, 200)
      for (const [what, wrong] of spoiled(valid(), VALUES)) assertAnswered(await call(path, { body: wrong }), what)
      const [item] = valid() as object[]
      for (const body of [{}, [], 'x', '[', '', null, [{ ...item, other: 1 }], Array.from({ length: 51 }, () => item)])
        assertError(await call(path, { body }), JSON.stringify(body).slice(0, 60))
      assertError(await call(path, { body: `[${'{},'.repeat(100_000)}{}]` }), 'a huge list')
      assert.ok((await call(path, { method: 'GET' })).status === 404)
    })
  }

  test('js-sdk outside browsers gets errors of the whole call as errors of the items', async () => {
    const id = fileIdOf(server, 'a')
    const body = Array.from({ length: 51 }, () => ({ cloudObjectId: id }))
    const headers = { 'x-sdk-version': '@cloudbase/js-sdk/3.7.0' }
    const phone = await call('/v1/storages/delete-objects', { body, headers })
    assert.equal(phone.status, 200)
    const items = JSON.parse(phone.text) as Record<string, string>[]
    assert.deepEqual([items.length, items[50]?.code, items[50]?.cloudObjectId], [51, 'INVALID_PARAM', id])
    const browser = { ...headers, origin: 'http://localhost:3000' }
    assert.equal((await call('/v1/storages/delete-objects', { body, headers: browser })).status, 400)
  })
})

describe('documents', () => {
  test('add, find, count, update, merge, remove: the answer is the data, in canonical Extended JSON', async () => {
    const at = { $date: { $numberLong: '1700000000000' } }
    const added = await call(NOTES, {
      body: { data: [{ _id: 'one', n: 1, at, big: 2 ** 40 }, { n: { $numberInt: '2' } }] },
    })
    assert.equal(added.status, 200)
    assert.equal((added.json().insertedIds as string[])[0], 'one')
    const found = await call(`${NOTES}?${query({ query: { n: { $lte: { $numberInt: '1' } } }, limit: 5 })}&`, {
      method: 'GET',
    })
    const { list, offset, limit } = found.json() as { list: Record<string, unknown>[]; offset: number; limit: number }
    assert.deepEqual([offset, limit], [0, 5])
    assert.deepEqual(
      [list[0]?.n, list[0]?.at, list[0]?.big],
      [{ $numberInt: '1' }, at, { $numberLong: String(2 ** 40) }],
    )
    const one = `${NOTES}/one`
    assert.equal((await call(one, { method: 'GET' })).json()._id, 'one')
    assert.deepEqual((await call(`${NOTES}?count=true`, { method: 'GET' })).json(), { total: 2 })
    const patch = (body: object) => call(NOTES, { method: 'PATCH', body })
    const id = { _id: 'one' }
    assert.deepEqual((await patch({ query: id, data: { $inc: { n: 4 } } })).json(), { matched: 1, updated: 1 })
    // Fields without operators are merged, also from a string of Extended JSON.
    const merged = { query: id, data: '{"x":{"$numberInt":"7"}}', upsert: true, replaceMode: false }
    assert.deepEqual((await patch(merged)).json(), { matched: 1, updated: 1 })
    const after = (await call(one, { method: 'GET' })).json()
    assert.deepEqual([after.n, after.x], [{ $numberInt: '5' }, { $numberInt: '7' }])
    await patch({ query: id, data: { y: 1 }, replaceMode: true })
    assert.deepEqual(Object.keys((await call(one, { method: 'GET' })).json()).sort(), ['_id', '_openid', 'y'])
    const upserted = (await patch({ query: { _id: 'two' }, data: {}, upsert: true })).json()
    assert.deepEqual(upserted, { matched: 0, updated: 0, upsert_id: 'two', upserted_id: 'two' })
    // A Mini Program cannot send PATCH.
    const override = { 'x-http-method-override': 'PATCH' }
    const posted = await call(NOTES, { body: { query: id, data: { z: 1 } }, headers: override })
    assert.deepEqual(posted.json(), { matched: 1, updated: 1 })
    assert.deepEqual((await call(`${NOTES}/remove`, { body: { query: {}, multi: true } })).json(), { deleted: 3 })
  })

  test('statuses with codes', async () => {
    await call(NOTES, { body: { data: [{ _id: 'mine' }] } })
    const rows: [what: string, answer: Answer, status: number, code: string][] = [
      ['no such document', await call(`${NOTES}/none`, { method: 'GET' }), 404, 'DOCUMENT_NOT_FOUND'],
      ['one of somebody else', await call(`${NOTES}/mine`, { method: 'GET', who: bob }), 404, 'DOCUMENT_NOT_FOUND'],
      [
        'no such collection',
        await call(`${DATABASE}/collections/no/documents`, { method: 'GET' }),
        404,
        'DATABASE_COLLECTION_NOT_EXIST',
      ],
      [
        'a closed collection',
        await call(`${DATABASE}/collections/closed/documents`, { method: 'GET' }),
        401,
        'DATABASE_PERMISSION_DENIED',
      ],
      [
        'a user who creates a collection',
        await call(`${DATABASE}/collections`, { body: { collectionName: 'x' } }),
        401,
        'DATABASE_PERMISSION_DENIED',
      ],
      [
        'an unknown operator',
        await call(`${NOTES}?${query({ query: { $where: '1' } })}`, { method: 'GET' }),
        403,
        'DATABASE_INVALID_OPERRATOR',
      ],
      ['an id that exists', await call(NOTES, { body: { data: [{ _id: 'mine' }] } }), 409, 'DATABASE_DUPLICATE_WRITE'],
      [
        'operators and fields',
        await call(NOTES, { method: 'PATCH', body: { query: {}, data: { a: 1, $set: {} } } }),
        400,
        'INVALID_PARAM',
      ],
      [
        'an update of one document that names none',
        await call(NOTES, { method: 'PATCH', body: { data: { a: 1 }, multi: false, upsert: true } }),
        400,
        'INVALID_PARAM',
      ],
      ['a removal of one document that names none', await call(`${NOTES}/remove`, { body: {} }), 400, 'INVALID_PARAM'],
      ['another instance', await call(NOTES.replace('(default)', 'other'), { method: 'GET' }), 400, 'INVALID_PARAM'],
      ['aggregation', await call(`${NOTES}/aggregations`, { body: { pipeline: [] } }), 501, 'UNIMPLEMENTED'],
      ['a transaction', await call(`${DATABASE}/transactions`, { body: '' }), 501, 'UNIMPLEMENTED'],
      [
        'a write in a transaction',
        await call(NOTES, { body: { data: [{}], transactionId: 't' } }),
        501,
        'UNIMPLEMENTED',
      ],
      ['an unknown route', await call('/v1/nothing/here', { method: 'GET' }), 404, 'NOT_FOUND'],
      ['a method that has no route', await call(NOTES, { method: 'PUT', body: {} }), 404, 'NOT_FOUND'],
      [
        'a method in a header',
        await call(NOTES, { body: {}, headers: { 'x-http-method-override': 'DELETE' } }),
        400,
        'INVALID_PARAM',
      ],
    ]
    for (const [what, answer, status, code] of rows)
      assert.deepEqual([answer.status, (JSON.parse(answer.text) as { code: string }).code], [status, code], what)
    const remove = { headers: { 'x-http-method-override': 'PATCH' }, body: { query: {}, multi: true } }
    assert.equal((await call(`${NOTES}/remove`, remove)).status, 200, 'the header is ignored where PATCH means nothing')
  })

  const WRITES: readonly (readonly [method: string, path: string, valid: object])[] = [
    ['POST', NOTES, { data: [{ title: 'x' }] }],
    [
      'PATCH',
      NOTES,
      { query: { title: 'x' }, data: { $set: { n: 1 } }, multi: true, upsert: false, replaceMode: false },
    ],
    ['POST', `${NOTES}/remove`, { query: { title: 'x' }, multi: true }],
    ['POST', `${DATABASE}/collections`, { collectionName: 'notes' }],
  ]
  for (const [method, path, valid] of WRITES) {
    test(`${method} ${path.slice(DATABASE.length)}: wrong values in every field, unknown fields`, async () => {
      for (const [what, wrong] of spoiled(valid, VALUES))
        assertAnswered(await call(path, { method, body: wrong }), what)
      for (const body of [[], 'x', '{', { ...valid, other: 1 }, { ...valid, constructor: 1 }])
        assertError(await call(path, { method, body }), JSON.stringify(body))
      assertError(await call(path, { method, body: `{"data":[${'{},'.repeat(300_000)}{}]}` }), 'too many values')
    })
  }

  test('GET: wrong values in every parameter, unknown and repeated parameters', async () => {
    const valid = {
      query: { title: 'x' },
      order: [{ field: 'title', direction: 'asc' }],
      offset: 0,
      limit: 5,
      projection: { title: 1 },
    }
    for (const [what, wrong] of spoiled(valid, VALUES))
      assertAnswered(await call(`${NOTES}?${query(wrong as typeof valid)}`, { method: 'GET' }), what)
    for (const text of [
      'other=1',
      'limit=1&limit=2',
      'query={',
      'count=maybe',
      'env=other-1',
      'env=a&env=b',
      '__proto__=1',
    ])
      assertError(await call(`${NOTES}?${text}`, { method: 'GET' }), text)
    const long = await call(
      `${NOTES}?${query({ query: { _id: { $in: Array.from({ length: 800 }, (_, n) => `id-${n}-${'x'.repeat(20)}`) } } })}`,
      { method: 'GET' },
    )
    assert.equal(long.status, 200, 'a list of 800 ids in the URL')
  })
})

describe('who asks', () => {
  test('without a token nobody asks, and the rules decide', async () => {
    const anonymous = { authorization: '' }
    const denied = await call(NOTES, { method: 'GET', headers: anonymous })
    assert.deepEqual([denied.status, denied.json().code], [401, 'DATABASE_PERMISSION_DENIED'])
    const item = [{ objectId: 'a.txt' }]
    const [refused] = JSON.parse(
      (await call('/v1/storages/get-objects-upload-info', { body: item, headers: anonymous })).text,
    ) as Record<string, string>[]
    assert.equal(refused?.code, 'STORAGE_EXCEED_AUTHORITY')
    const large = { data: [{ text: 'x'.repeat(100_000) }] }
    const stranger = await call(NOTES, { body: large, headers: anonymous })
    assert.deepEqual([stranger.status, stranger.json().code], [401, 'CHECK_LOGIN_FAILED'])
    assert.equal((await call(NOTES, { body: large })).status, 200)
  })

  test('a wrong token is 401 with its code, on every route', async () => {
    for (const authorization of ['Bearer x.y.z', 'Bearer undefined', 'Basic abc', `Bearer ${alice.accessToken}x`]) {
      for (const [path, method] of [
        [NOTES, 'GET'],
        [`${DATABASE}/transactions`, 'POST'],
      ] as const) {
        const answer = await call(path, { method, headers: { authorization } })
        assert.deepEqual([answer.status, answer.json().code], [401, 'INVALID_ACCESS_TOKEN'], authorization)
      }
    }
  })
})
