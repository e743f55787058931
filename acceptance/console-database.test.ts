/** Collections and documents in the admin API, as used by the database page of the Console, over plain HTTP. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { createPhone, loginByTicket } from './support/clients.ts'
import { consoleDocuments } from './support/console-documents.ts'
import { adminDatabase } from './support/databases.ts'
import { png } from './support/pictures.ts'
import { serverForFile } from './support/server.ts'
import { eventually } from './support/until.ts'
import { createUser } from './support/users.ts'

const CONFIG = {
  database: {
    collections: {
      orders: { acl: 'PRIVATE', indexes: [{ fields: { no: 1 }, unique: true }] },
      notes: { acl: 'READONLY' },
    },
  },
}
const server = await serverForFile({ config: CONFIG })
const key = await server.apiKey()
const api = consoleDocuments(server, key)
const COLLECTIONS = '/database/collections'
const at = (name: string, rest = '') => `${COLLECTIONS}/${name}${rest}`
const document = (name: string, id: string | number) =>
  api.ask('GET', at(name, `/document?id=${encodeURIComponent(JSON.stringify(id))}`))

async function refusal(work: Promise<{ status: number; body: { code?: string } }>): Promise<string> {
  const { status, body } = await work
  return `${status} ${body.code}`
}

describe('collections in the admin API', () => {
  it('R22: the order of a real SDK has its images as an array of fileIDs, and the server time', async () => {
    const alice = await createUser(server, { key: await server.loginKey(), id: 'alice' })
    const images = [
      await alice.upload('users/alice/1.png', png(2, 2)),
      await alice.upload('users/alice/2.png', png(2, 2)),
    ]
    const orders = alice.app.database().collection('orders')
    const { id } = await orders.add({ title: '三月', no: 1 })
    await orders.doc(String(id)).update({ images, updatedAt: alice.app.database().serverDate() })
    const { items } = await api.page('orders')
    assert.equal(items.length, 1)
    const { document: order, version } = items[0] ?? { document: {}, version: 0 }
    assert.deepEqual(order.images, images)
    for (const image of order.images) assert.match(image, /^cloud:\/\/demo-1abcde\./)
    assert.deepEqual([order._id, order._openid, order.title, order.no], [id, 'alice', '三月', 1])
    assert.ok(Math.abs(Date.parse(order.updatedAt.$date) - Date.now()) < 60_000)
    assert.ok(Number.isSafeInteger(version))
  })

  it('are listed with counts, permissions and indexes, created, and dropped by name', async () => {
    const { items } = await api.call('GET', COLLECTIONS)
    assert.deepEqual(
      items.map(({ name, declared, source, acl, documents }: Record<string, unknown>) => [
        name,
        declared,
        source,
        acl,
        documents,
      ]),
      [
        ['notes', true, 'file', 'READONLY', 0],
        ['orders', true, 'file', 'PRIVATE', 1],
      ],
    )
    assert.deepEqual(items[1].indexes, [
      { name: 'no_1', fields: [{ path: 'no', direction: 'asc' }], unique: true, status: 'ready' },
    ])
    const made = await api.call('POST', COLLECTIONS, { name: 'drafts' })
    assert.deepEqual(made, {
      name: 'drafts',
      declared: false,
      source: 'default',
      acl: 'PRIVATE',
      documents: 0,
      indexes: [],
    })
    assert.equal(
      await refusal(api.ask('POST', COLLECTIONS, { name: 'drafts' })),
      '409 DATABASE_COLLECTION_ALREADY_EXIST',
    )
    assert.equal(await refusal(api.ask('POST', COLLECTIONS, { name: 'a b' })), '400 INVALID_PARAM')
    // The SDK sees it, PRIVATE.
    const phone = createPhone(server)
    await loginByTicket(phone, await server.loginKey(), 'bobby')
    const drafts = phone.app.database().collection('drafts')
    await adminDatabase(server, key).collection('drafts').add({ count: 0 })
    await api.import('drafts', { format: 'jsonl' }, '{}\n'.repeat(449))
    assert.deepEqual((await drafts.get()).data, [])
    assert.equal(await refusal(api.ask('DELETE', at('drafts', '?confirm=orders'))), '400 INVALID_PARAM')
    const lines = await api.drop('drafts')
    assert.deepEqual(
      lines.map(({ done }) => done),
      [0, 200, 400, 450, 450, 450],
    )
    assert.deepEqual(lines.at(-1), { done: 450, total: 450, finished: true })
    assert.equal((await drafts.get()).code, 'DATABASE_COLLECTION_NOT_EXIST')
    assert.equal(await refusal(api.ask('DELETE', at('drafts', '?confirm=drafts'))), '404 DATABASE_COLLECTION_NOT_EXIST')
    phone.dispose()
  })

  it('of the configuration file stay as empty ones when they are dropped; saved settings of others are deleted', async () => {
    await api.call('POST', at('notes', '/documents'), { document: { a: 1 } })
    await api.drop('notes')
    await api.call('POST', COLLECTIONS, { name: 'ours' })
    const { version } = await api.call('GET', '/rules?collection=ours')
    await api.call('PUT', '/rules', { collection: 'ours', text: '"ADMINWRITE"', version })
    await api.call('POST', at('ours', '/documents'), { document: { a: 1 } })
    const listed = async () =>
      (await api.call('GET', COLLECTIONS)).items.map(({ name, source, acl }: Record<string, string>) => [
        name,
        source,
        acl,
      ])
    assert.deepEqual(await listed(), [
      ['notes', 'file', 'READONLY'],
      ['orders', 'file', 'PRIVATE'],
      ['ours', 'console', 'ADMINWRITE'],
    ])
    await api.drop('ours')
    assert.deepEqual((await listed()).length, 2)
    await api.call('POST', COLLECTIONS, { name: 'ours' })
    assert.deepEqual((await listed())[2], ['ours', 'default', 'PRIVATE'])
    assert.deepEqual(await api.list('ours'), [])
    await api.drop('ours')
  })

  it('need a key', async () => {
    for (const [method, path] of [
      ['GET', COLLECTIONS],
      ['GET', at('orders', '/documents')],
      ['GET', at('orders', '/export?format=json')],
      ['DELETE', at('orders', '?confirm=orders')],
    ] as const) {
      const { status } = await fetch(`${server.url}/console/api${path}`, { method })
      assert.equal(status, 401, path)
    }
    assert.equal((await api.list('orders')).length, 1)
  })
})

describe('documents in the admin API', () => {
  it('are paged by any field and by queries, each once, while others are added and removed', async () => {
    await api.call('POST', COLLECTIONS, { name: 'pages' })
    const documents = Array.from({ length: 95 }, (_, n) => ({
      _id: `d${String(n).padStart(2, '0')}`,
      n,
      odd: n % 2 === 1,
    }))
    await api.import('pages', { format: 'json' }, JSON.stringify(documents))
    const ids = (list: readonly { id: string | number }[]) => list.map(({ id }) => id)
    assert.deepEqual(
      ids(await api.list('pages', { limit: 10 })),
      documents.map(({ _id }) => _id),
    )
    const down = await api.list('pages', { limit: 7, orderBy: 'n', direction: 'desc', query: '{odd: true}' })
    assert.deepEqual(
      ids(down),
      documents
        .filter(({ odd }) => odd)
        .map(({ _id }) => _id)
        .reverse(),
    )
    const first = await api.page('pages', { limit: 50, orderBy: 'n' })
    await api.call('POST', at('pages', '/documents'), { document: { _id: 'late', n: 0.5 } })
    await api.call('POST', at('pages', '/deletions'), { ids: ['d00', 'd60', 'none'] })
    const second = await api.page('pages', { limit: 50, orderBy: 'n', after: first.next ?? '' })
    assert.deepEqual([ids(second.items)[0], second.items.length, second.next], ['d50', 44, undefined])
    assert.deepEqual(await api.call('GET', at('pages', '/count?query={"odd":true}')), { count: 47 })
    assert.deepEqual(await api.call('GET', at('pages', '/count')), { count: 94 })
  })

  it('are found by handwritten queries; errors are reported with their place', async () => {
    const found = await api.list('pages', { query: `{ n: { $gte: 90 }, /* odd ones */ odd: true, }` })
    assert.deepEqual(
      found.map(({ document: { n } }) => n),
      [91, 93],
    )
    for (const [query, message] of [
      ['{n: }', 'line 1, column 5: unexpected "}"'],
      ['[1]', 'the query must be an object in { }'],
      ['{n: {$where: 1}}', 'the query operator $where is not supported here'],
      ['{$or: []}', '$or needs a list of conditions'],
    ] as const) {
      for (const place of ['documents', 'count', 'export']) {
        const format = place === 'export' ? '&format=csv' : ''
        const answer = await api.ask('GET', at('pages', `/${place}?query=${encodeURIComponent(query)}${format}`))
        assert.equal(answer.status, 400)
        assert.equal(answer.body.message, message)
      }
    }
    for (const query of ['after=x', 'limit=0', 'limit=1001', 'orderBy=a..b', 'orderBy=$a', 'direction=up', 'query=(']) {
      assert.equal(await refusal(api.ask('GET', at('pages', `/documents?${query}`))), '400 INVALID_PARAM', query)
    }
    assert.equal(await refusal(api.ask('GET', at('none', '/documents'))), '404 DATABASE_COLLECTION_NOT_EXIST')
  })

  it('are only saved over the version that was read', async () => {
    const made = await api.call('POST', at('orders', '/documents'), {
      document: { no: 2, at: { $date: '2026-01-02T03:04:05.678Z' }, big: { $numberLong: '9007199254740991' } },
    })
    assert.match(made.id, /^[0-9a-f]{32}$/)
    assert.deepEqual(made.document, {
      _id: made.id,
      no: 2,
      at: { $date: '2026-01-02T03:04:05.678Z' },
      big: 9007199254740991,
    })
    const save = (version: number, changed: Record<string, unknown>) =>
      api.ask('PUT', at('orders', '/document'), { id: made.id, version, document: changed })
    const saved = (await save(made.version, { ...made.document, _openid: 'bob', more: { deep: [1] } })).body
    assert.deepEqual([saved.document._openid, saved.document.more], ['bob', { deep: [1] }])
    const conflict = await save(made.version, { no: 3 })
    assert.deepEqual([conflict.status, conflict.body.code], [409, 'CONSOLE_CONFLICT'])
    assert.match(conflict.body.text.zh, /[\u4e00-\u9fff]/)
    assert.deepEqual((await document('orders', made.id)).body, saved)
    assert.equal(await refusal(save(saved.version, { no: 1 })), '409 DATABASE_DUPLICATE_WRITE')
    assert.equal(await refusal(save(saved.version, { _id: 'other' })), '400 INVALID_PARAM')
    assert.equal(await refusal(save(saved.version, { 'a.b': 1 })), '400 INVALID_PARAM')
    assert.deepEqual(await api.call('POST', at('orders', '/deletions'), { ids: [made.id] }), { deleted: 1 })
    assert.equal(await refusal(save(saved.version, { no: 3 })), '404 NOT_FOUND')
    assert.equal(await refusal(document('orders', made.id)), '404 NOT_FOUND')
  })

  it('may have numbers as ids, which differ from strings', async () => {
    for (const id of [5, '5', 1.5, -1, '中 文/?#%']) {
      await api.call('POST', at('pages', '/documents'), { document: { _id: id, of: typeof id } })
      assert.deepEqual((await document('pages', id)).body.document, { _id: id, of: typeof id })
    }
    assert.equal(
      await refusal(api.ask('POST', at('pages', '/documents'), { document: { _id: 5 } })),
      '409 DATABASE_DUPLICATE_WRITE',
    )
    for (const id of ['abc', '{}', 'null', '']) {
      assert.equal(await refusal(api.ask('GET', at('pages', `/document?id=${id}`))), '400 INVALID_PARAM', id)
    }
    assert.deepEqual(await api.call('POST', at('pages', '/deletions'), { ids: [5, 1.5, '中 文/?#%'] }), { deleted: 3 })
    assert.equal((await document('pages', '5')).status, 200)
  })

  it('are refused if they are invalid', async () => {
    for (const bad of [
      { 'a.b': 1 },
      { $set: 1 },
      { a: { $binary: {} } },
      { _id: null },
      { _id: '' },
      { a: { $date: 'x' } },
    ]) {
      assert.equal(await refusal(api.ask('POST', at('orders', '/documents'), { document: bad })), '400 INVALID_PARAM')
    }
    for (const body of [{}, { document: 1 }, { document: [] }, { document: {}, more: 1 }]) {
      assert.equal(await refusal(api.ask('POST', at('orders', '/documents'), body)), '400 INVALID_PARAM')
    }
  })
})

describe('import and export in the admin API', () => {
  const DOCUMENTS = [
    { _id: 'a', n: 1, at: { $date: '2026-01-02T03:04:05.678Z' }, images: ['cloud://x/a.png'], text: '=1+1' },
    { _id: 'b', nested: { deep: [null, true, { $numberDouble: 'NaN' }] }, text: '\'<script>alert(1)</script>\n,"' },
    { _id: 'c', text: '007', place: { type: 'Point', coordinates: [113.5, 23] } },
  ]

  it('round-trip documents in each format', async () => {
    await api.call('POST', COLLECTIONS, { name: 'from' })
    await api.call('POST', COLLECTIONS, { name: 'to' })
    await api.import('from', { format: 'jsonl' }, DOCUMENTS.map((one) => JSON.stringify(one)).join('\n'))
    for (const [format, type] of [
      ['json', 'application/json; charset=utf-8'],
      ['jsonl', 'application/x-ndjson; charset=utf-8'],
      ['csv', 'text/csv; charset=utf-8'],
    ] as const) {
      const file = await api.export('from', { format })
      assert.equal(file.status, 200)
      assert.equal(file.headers.get('content-type'), type)
      assert.match(
        file.headers.get('content-disposition') ?? '',
        new RegExp(`^attachment; filename="?from\\.${format}`),
      )
      const bytes = new Uint8Array(await file.arrayBuffer())
      const lines = await api.import('to', { format, existing: 'replace' }, bytes)
      assert.deepEqual(lines.at(-1), { done: 3, failed: 0, skipped: 0, problems: [], finished: true })
      assert.deepEqual(
        (await api.list('to')).map((one) => one.document),
        DOCUMENTS,
        format,
      )
      await api.call('POST', at('to', '/deletions'), { ids: ['a', 'b', 'c'] })
    }
    const some = await api.export('from', { format: 'jsonl', query: '{n: 1}' })
    assert.equal(await some.text(), `${JSON.stringify(DOCUMENTS[0])}\n`)
  })

  it('report the outcome of each document', async () => {
    const file = '{"_id":"a"}\nnonsense\n{"_id":"new"}\n'
    const refused = (await api.import('from', { format: 'jsonl' }, file)).at(-1)
    assert.deepEqual([refused?.done, refused?.failed, refused?.finished], [1, 2, true])
    assert.deepEqual(
      refused?.problems?.map(({ item, problem }) => [item, problem.code]),
      [
        ['line 1', 'DATABASE_DUPLICATE_WRITE'],
        ['line 2', 'INVALID_PARAM'],
      ],
    )
    const skipped = (await api.import('from', { format: 'jsonl', existing: 'skip' }, '{"_id":"a"}\n{"_id":"b"}')).at(-1)
    assert.deepEqual([skipped?.done, skipped?.skipped, skipped?.failed], [0, 2, 0])
    const broken = await api.import('from', { format: 'json' }, '[{"_id":"first"}, oops')
    assert.equal(broken.at(-1)?.error?.message, 'line 1: unexpected "o", documents are objects in { }')
    assert.equal((await document('from', 'first')).status, 200)
  })

  it('are streamed: a large file blocks nobody, and a cancelled import ends', async () => {
    const line = (n: number) => `{"_id":"x${n}","text":"${'x'.repeat(1000)}"}\n`
    const url = `${server.url}/console/api${at('from', '/import?format=jsonl')}`
    const given = request(url, { method: 'POST', headers: { authorization: `Bearer ${key.apiKey}` } })
    given.on('error', () => {})
    given.write(Array.from({ length: 450 }, (_, n) => line(n)).join(''))
    const count = async () => (await api.call('GET', at('from', '/count'))).count as number
    await eventually('two batches are stored', async () => (await count()) >= 400)
    given.destroy()
    const many = Array.from({ length: 5000 }, (_, n) => line(n)).join('')
    const lines = await api.import('to', { format: 'jsonl' }, many)
    assert.deepEqual([lines.at(-1)?.done, lines.at(-1)?.finished], [5000, true])
    assert.ok(lines.length > 20)
    assert.ok((await count()) < 450, 'later lines are not stored')
    assert.doesNotMatch(server.log(), /SYS_ERR/)
    const out = await (await api.export('to', { format: 'jsonl' })).text()
    assert.equal(out.split('\n').length, 5001)
  })
})
