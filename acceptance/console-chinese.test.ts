/** Every text that the server makes for the Console is there in Chinese: reasons, findings, warnings, details of errors. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { englishSentence, textsIn } from './support/chinese.ts'
import { consoleApi } from './support/console-api.ts'
import { serverForFile } from './support/server.ts'
import { until } from './support/until.ts'
import { createUser } from './support/users.ts'

const ORDERS = { read: 'doc._openid == auth.openid', write: false }
const CONFIG = {
  storage: { acl: { read: 'auth != null', write: 'resource.openid == auth.openid' }, maxFileSize: '1KB' },
  database: { collections: { orders: { acl: ORDERS } } },
}
const server = await serverForFile({ mode: 'dev', config: CONFIG })
const apiKey = await server.apiKey()
const api = consoleApi(server, apiKey)

/** A request: method, path below the API, and a body; a string is sent as it is. */
type Ask = readonly [method: string, path: string, body?: unknown]

/** Asserts that an answer has all of its texts in Chinese. Resolves to the codes of its errors. */
function assertChinese(answer: unknown, where: string): readonly string[] {
  for (const [path, { en, zh }] of textsIn(answer)) {
    assert.equal(englishSentence(zh), undefined, `${where} ${path}: ${zh}`)
    if (englishSentence(en) !== undefined) assert.match(zh, /\p{Script=Han}/u, `${where} ${path}: ${zh}`)
  }
  return errorsIn(answer).map(({ code, message, text, details }) => {
    // A message with details has them in Chinese, too.
    assert.equal(details?.en ?? text.en, message, `${where}: ${message}`)
    return code
  })
}

interface Shown {
  readonly code: string
  readonly message: string
  readonly text: { readonly en: string }
  readonly details?: { readonly en: string }
}

/** The errors in an answer: the answer itself, or those of its lines and items. */
function errorsIn(value: unknown): readonly Shown[] {
  if (typeof value !== 'object' || value === null) return []
  const { code, message, text } = value as Partial<Shown>
  const own = typeof code === 'string' && typeof message === 'string' && typeof text === 'object'
  return own ? [value as Shown] : Object.values(value).flatMap(errorsIn)
}

async function ask([method, path, body]: Ask): Promise<readonly unknown[]> {
  const response = await fetch(`${server.url}/console/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${apiKey.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as unknown)
}

/** Asserts that each request is refused, with all texts in Chinese. */
async function refuse(asks: readonly Ask[]): Promise<void> {
  for (const one of asks) {
    const where = JSON.stringify(one).slice(0, 300)
    const codes = (await ask(one)).flatMap((answer) => assertChinese(answer, where))
    assert.ok(codes.length > 0, `${where} was not refused`)
  }
}

const query = (members: Readonly<Record<string, string>>) => `?${new URLSearchParams(members)}`
const ORDERS_PATH = '/database/collections/orders'

describe('refusals are in Chinese', () => {
  it('of every operation, for input that its schema does not allow', async () => {
    const { paths } = (await api.call('GET', '/openapi.json')) as {
      paths: Record<string, Record<string, { parameters?: { name: string; in: string; schema: object }[] }>>
    }
    const asks = Object.entries(paths).flatMap(([full, methods]) =>
      Object.entries(methods).flatMap(([method, { parameters = [] }]): Ask[] => {
        const path = full.replace('/console/api', '').replaceAll(/\{\w+\}/g, 'x')
        const typed = parameters.filter(
          ({ in: place, schema }) => place === 'query' && !/"string"/.test(JSON.stringify(schema)),
        )
        const bodies = method === 'get' || method === 'delete' ? [] : ['[1]', '{', '{"nonsense":1}']
        return [
          [method.toUpperCase(), `${path}?nonsense=1`],
          ...typed.map(({ name }): Ask => [method.toUpperCase(), `${path}?${name}=x`]),
          ...(path.endsWith('/import') ? [] : bodies.map((body): Ask => [method.toUpperCase(), path, body])),
        ]
      }),
    )
    assert.ok(asks.length > 60, String(asks.length))
    await refuse(asks)
  })

  it('of functions', async () => {
    await refuse([
      ['GET', '/functions/none'],
      ['POST', '/functions/none/invoke', {}],
      ['POST', '/functions/none/timers/nightly/run'],
      ['POST', '/rules/simulate', { functions: true, as: null, action: 'read', name: 'pay' }],
      ['POST', '/rules/simulate', { functions: true, as: null, action: 'invoke' }],
      ['POST', '/rules/simulate', { functions: true, as: null, action: 'invoke', name: 'pay', path: 'a' }],
    ])
  })

  it('of storage', async () => {
    await api.call('POST', '/storage/folders', { path: 'taken/' })
    await refuse([
      ...['a', 'a//b/', '/a/', '../', 'a\n/', `${'x'.repeat(849)}图/`].map(
        (folder): Ask => ['GET', `/storage/files${query({ folder })}`],
      ),
      ['GET', `/storage/files${query({ folder: 'taken/', after: 'nonsense' })}`],
      ['GET', `/storage/file${query({ path: 'none.txt' })}`],
      ['POST', '/storage/file-urls', { path: 'none.txt' }],
      ['POST', '/storage/file-urls', { path: 'none.txt', maxAge: 0 }],
      ['POST', '/storage/folders', { path: 'taken/' }],
      ['PUT', '/storage/file-type', { path: 'none.txt', contentType: 'nonsense' }],
      ['PUT', '/storage/file-type', { path: 'none.txt', contentType: 'image/png' }],
      ['POST', '/storage/uploads', { path: 'a.txt', size: 5_000 }],
      ['POST', '/storage/uploads', { path: 'taken/' }],
      ['POST', '/storage/counts', { paths: ['a//b'] }],
      ['POST', '/storage/counts', { paths: [] }],
      ['POST', '/storage/moves', { items: [{ from: 'a', to: 'b/' }] }],
      ['POST', '/storage/moves', { items: [{ from: 'a', to: 'a' }] }],
      ['POST', '/storage/moves', { items: [{ from: 'a/', to: 'a/b/' }] }],
      [
        'POST',
        '/storage/moves',
        {
          items: [
            { from: 'none.txt', to: 'other.txt' },
            { from: 'none/', to: 'other/' },
          ],
        },
      ],
      ['POST', '/storage/deletions', { paths: ['none.txt', 'none/'] }],
      ['POST', '/storage/zips', { paths: ['none/'] }],
      ['GET', '/storage/zips/none'],
    ])
  })

  it('of an upload, whose errors are XML', async () => {
    const { url } = await api.call('POST', '/storage/uploads', { path: 'large.txt' })
    for (const [address, options] of [
      [url, { method: 'PUT', body: 'x'.repeat(2_000) }],
      [`${url}x`, { method: 'PUT', body: 'x' }],
      [url, { method: 'PUT', body: 'x', headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' } }],
    ] as const) {
      const xml = await (await fetch(address, options)).text()
      const [, zh = ''] = /<MessageZh>([^<]*)<\/MessageZh>/.exec(xml) ?? []
      assert.match(zh, /\p{Script=Han}/u, xml)
      assert.equal(englishSentence(zh), undefined, zh)
    }
  })

  it('of queries', async () => {
    const queries = [
      '{',
      '{a 1}',
      '{a: tea}',
      '{a: "x',
      '{a: 1, a: 2}',
      '{a: _.nope(1)}',
      '{a: _.gt()}',
      '_.gt(5)',
      '[1]',
      '{a: [_.gt(1)]}',
      '{a: {b: _.gt(1)}}',
      '{a: new Time()}',
      '{a: new Date("x")}',
      '{a: db.RegExp(1)}',
      '{a: 1 /* x',
      '{a: "\\q"}',
      '{"a": {"$nope": 1}}',
      '{"$nope": 1}',
      '{"$or": 1}',
      '{"a": {"$in": 1}}',
      '{"a": {"$exists": "x"}}',
      '{"a": {"$size": -1}}',
      '{"a": {"$mod": [0, 1]}}',
      '{"a": {"$not": 1}}',
      '{"a": {"$all": 1}}',
      '{"a": {"$elemMatch": 1}}',
      '{"a": {"$geoWithin": {"$geometry": 1}}}',
      '{"a": {"$nearSphere": {"$geometry": 1}}}',
      '{"a..b": 1}',
      '{"a": {"$date": "x"}}',
      '{"a": {"$oid": "x"}}',
      '{"a": {"$numberInt": "x"}}',
      '{"a": {"$regex": "(?=x)"}}',
      '{"a": {"$regex": "("}}',
      '{"a": {"$regex": "a{2000}"}}',
      '{"a": {"$regex": "[[:nope:]]"}}',
      '{"a": {"$regex": "\\\\1"}}',
      '{"a": {"$regex": "a", "$options": "q"}}',
      '{"a": {"$regex": "(a{900}){900}"}}',
      '{"$expr": {"$nope": 1}}',
      '{"$expr": {"$eq": ["$$NOPE", 1]}}',
    ]
    await refuse([
      ...queries.map((text): Ask => ['GET', `${ORDERS_PATH}/documents${query({ query: text })}`]),
      ['GET', `${ORDERS_PATH}/documents${query({ after: 'nonsense' })}`],
      ['GET', `${ORDERS_PATH}/documents${query({ orderBy: 'a..b' })}`],
    ])
  })

  it('of documents and collections', async () => {
    await api.call('POST', `${ORDERS_PATH}/documents`, { document: { _id: 'known', n: 1 } })
    const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) })
    await refuse([
      ['GET', '/database/collections/nowhere/documents'],
      ['GET', `${ORDERS_PATH}/document${query({ id: 'x' })}`],
      ['GET', `${ORDERS_PATH}/document${query({ id: '"none"' })}`],
      ['POST', '/database/collections', { name: 'orders' }],
      ['POST', '/database/collections', { name: 'a b' }],
      ['DELETE', `${ORDERS_PATH}?confirm=other`],
      ...[{ _id: 'known' }, { _id: {} }, { 'a.b': 1 }, { $a: 1 }, { a: { $nope: 1 } }, deep(200)].map(
        (document): Ask => ['POST', `${ORDERS_PATH}/documents`, { document }],
      ),
      ['PUT', `${ORDERS_PATH}/document`, { id: 'known', version: 1, document: { _id: 'other' } }],
      ['PUT', `${ORDERS_PATH}/document`, { id: 'known', version: 99_999_999, document: { n: 2 } }],
      ['PUT', `${ORDERS_PATH}/document`, { id: 'none', version: 1, document: {} }],
    ])
  })

  it('of imports, for each line', async () => {
    const files: readonly (readonly [format: string, content: string])[] = [
      ['json', '[{"_id": "known"}, {"a": 1, "a": 2}, {"a": }, {"$a": 1}'],
      ['json', '[1]'],
      ['jsonl', '{"a": 1}\nnonsense\n[]\n{"_id": []}\n{"a.b": 1, "a": 2}\n'],
      ['csv', 'a,a\n1,2\n'],
      ['csv', 'a,\n1,2\n'],
      ['csv', 'a.b,a\n1,2\n'],
      ['csv', 'a,b\n1\n"x"y,2\n'],
      ['csv', 'a,b\n"1,2\n'],
      ['csv', 'a,b\nx"y,2\n'],
    ]
    await refuse([
      ...files.map(([format, content]): Ask => ['POST', `${ORDERS_PATH}/import?format=${format}`, content]),
      ['POST', '/database/collections/nowhere/import?format=json', '[]'],
      ['GET', `${ORDERS_PATH}/export${query({ format: 'csv', query: '{' })}`],
    ])
    const notText = await fetch(`${server.url}/console/api${ORDERS_PATH}/import?format=json`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey.apiKey}` },
      body: new Uint8Array([0x5b, 0xff, 0xfe]),
    })
    const answers = (await notText.text()).split('\n').filter(Boolean)
    assert.ok(answers.flatMap((line) => assertChinese(JSON.parse(line), 'not UTF-8')).length > 0)
  })

  it('of rules, and their findings', async () => {
    const texts = [
      '{',
      '',
      'x',
      '{"raed": true}',
      '{"read": 1}',
      '{"read": "auth ="}',
      '{"read": "a b"}',
      '{"read": "doc.x == nope"}',
      '{"read": true, "read": false}',
      '"NOPE"',
      '{"read": "auth.openid"}',
      '{"read": "true", "write": "true"}',
      '{"read": "auth.uid == 5 && auth.nope"}',
      '{"read": "get(\'database.a.x\').y == nope"}',
    ]
    for (const collection of [undefined, 'orders']) {
      const target = collection === undefined ? {} : { collection }
      for (const text of texts) {
        for (const answer of await ask(['POST', '/rules/check', { ...target, text }])) assertChinese(answer, text)
      }
    }
    const { version } = await api.call('GET', '/rules?collection=orders')
    const asked = { as: null, action: 'read', collection: 'orders' }
    await refuse([
      ['GET', '/rules?collection=nowhere'],
      ['GET', '/rules?collection=a%20b'],
      ['PUT', '/rules', { text: '{"read": true}', version }],
      ['PUT', '/rules', { collection: 'made', text: '{"raed": true, "read": "auth ="}', version: 'x' }],
      ['PUT', '/rules', { collection: 'made', text: '"PRIVATE"', version: 'old' }],
      ['POST', '/rules/simulate', { ...asked, text: '{"read": "auth ="}' }],
      ['POST', '/rules/simulate', { ...asked, path: 'a.txt' }],
      ['POST', '/rules/simulate', { as: null, action: 'read' }],
      ['POST', '/rules/simulate', { as: null, action: 'read', path: '/a' }],
      ['POST', '/rules/simulate', { as: null, action: 'create', path: 'a' }],
      ['POST', '/rules/simulate', { ...asked, collection: 'nowhere', query: {} }],
      ['POST', '/rules/simulate', { ...asked, action: 'update', id: 'x', data: { $nope: 1 } }],
      ['POST', '/rules/replay', { collection: 'orders', text: '"PRIVATE"', case: { collection: 'other' } }],
      [
        'POST',
        '/rules/replay',
        { collection: 'orders', text: '"PRIVATE"', case: { collection: 'orders', nonsense: 1 } },
      ],
      ['GET', '/denials?after=nonsense'],
    ])
  })

  it('of settings', async () => {
    const { version } = await api.call('GET', '/settings')
    const save = (key: string, value: unknown): Ask => ['PUT', `/settings/${key}`, { value, version }]
    await refuse([
      save('storage.nope', 1),
      save('storage.acl', 'PRIVATE'),
      save('storage.tempUrlMaxAge', 0),
      save('storage.tempUrlMaxAge', 'x'),
      save('storage.resourceOpenid', 'nope'),
      save('auth.anonymous', 'yes'),
      save('auth.wechat.appid', 'a b'),
      save('auth.wechat.secret', ''),
      save('auth.wechat.apiBase', 'https://example.com'),
      save('security.webDomains', ['a b']),
      save('security.hosts', 'x'),
      save('security.hosts', ['x'.repeat(300)]),
      save('database.collections.made.acl', { raed: true }),
      save('database.collections.made.acl', { read: 'auth =' }),
      save('database.collections.made.indexes', ['a', 'a']),
      save('database.collections.made.indexes', [{ fields: {} }]),
      save('database.collections.made.indexes', [{ fields: { a: 2 }, nope: 1 }]),
      save('security.hosts', [['['.repeat(10)]]),
      ['PUT', '/settings/auth.anonymous', { value: false, version: 'old' }],
      ['GET', '/settings/history?after=nonsense'],
    ])
  })

  it('of users, keys and sign-in', async () => {
    const scoped = (await api.call('POST', '/keys/api?scopes=users:write')) as { readonly apiKey: string }
    await refuse([
      ['GET', '/users?after=nonsense'],
      ['GET', '/users/nobody'],
      ['DELETE', '/users/nobody/sessions'],
      ['PUT', '/users/nobody/blocked', { blocked: true }],
      ['POST', '/keys/api?scopes=nonsense'],
      ['DELETE', '/keys/none'],
      ['GET', '/security-events?after=nonsense'],
      ['POST', '/session', { link: 'a', secret: 'b' }],
      ['POST', '/session', { link: 'wrong' }],
      ['POST', '/session', { secret: 'wrong' }],
      ['PUT', '/password', { password: 'long enough' }],
      ['GET', '/nonsense'],
    ])
    for (const path of ['/storage/files', '/keys/api']) {
      const { body } = await consoleApi(server, scoped).ask(path === '/keys/api' ? 'POST' : 'GET', path)
      assert.deepEqual(assertChinese(body, path), ['ACTION_FORBIDDEN'])
    }
    for (const client of [consoleApi(server), consoleApi(server, { apiKey: 'cs_nonsense' })]) {
      assert.equal(assertChinese((await client.ask('GET', '/users')).body, 'nobody').length, 1)
    }
  })
})

describe('answers are in Chinese', () => {
  it('about denied requests and simulated ones', async () => {
    const alice = await createUser(server, { code: 'dev:alice' })
    const bobby = await createUser(server, { code: 'dev:bobby' })
    try {
      await bobby.upload('free.txt', Buffer.from('x')).catch(() => {})
      await alice.upload(`users/${bobby.openid}/a.txt`, Buffer.from('x')).catch(() => {})
      await alice.app.database().collection('orders').add({ n: 1 })
      await alice.app.database().collection('orders').where({ n: 1 }).get()
      const { items } = await api.call('GET', '/denials')
      assert.ok(items.length >= 3)
      assertChinese(items, 'denials')
      for (const { case: recorded, collection } of items) {
        const target = collection === undefined ? {} : { collection }
        assertChinese(
          await ask(['POST', '/rules/replay', { ...target, text: '{"read": "auth == null"}', case: recorded }]),
          'replay',
        )
      }
    } finally {
      for (const { phone } of [alice, bobby]) phone.dispose()
    }
  })

  it('about the overview, the settings, an edit of the file that is refused, and the rules', async () => {
    for (const path of ['/overview', '/settings', '/rules', '/rules?collection=orders', '/session']) {
      assertChinese(await api.call('GET', path), path)
    }
    for (const text of [
      '{',
      '{"storage": {"acl": "NOPE"}}',
      '{"storage": {"maxFileSize": "9GB"}}',
      '{"nope": 1, "auth": {"anonymous": 1}}',
    ]) {
      await server.writeConfig(text)
      const file = await until(
        'the edit is refused',
        async () => (await api.call('GET', '/settings')).file,
        (shown) => shown.text === text && shown.refused !== undefined,
      )
      assertChinese(file, text)
    }
  })
})
