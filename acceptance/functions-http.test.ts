/** HTTP access to functions: requests below `/fn` become events, and results become answers. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { createTicket } from './support/clients.ts'
import { createProject, functionServerForFile } from './support/functions.ts'
import { until } from './support/until.ts'
import { type Answer, loginWithTicket, type Sending, send } from './support/wire.ts'

/** An edited configuration takes effect within this time. */
const RELOAD_MS = 2000
const MEGABYTE = 1024 * 1024
const SHOP = 'https://shop.example.com'

const ROUTES = [
  { path: '/shapes', target: 'function:shapes' },
  { path: '/whole', target: 'function:echo', enablePathTransmission: true },
  { path: '/rewritten', target: 'function:echo', pathRewrite: { prefix: '/v2' } },
  { path: '/members', target: 'function:echo', enableAuth: true },
  // The configuration has another one, which wins.
  { path: '/echo', target: 'function:fails' },
]

const project = await createProject(
  {
    echo: `exports.main = async (event, { request_id: id }) => ({
      statusCode: 200,
      body: { event, id, uid: process.env.TCB_UUID ?? null, ip: process.env.TCB_SOURCE_IP },
    })`,
    deep: "exports.main = () => 'deep'",
    shapes: `
      const shapes = ${shapes.toString()}
      exports.main = (event) => shapes(Buffer)[event.queryStringParameters.shape]`,
    fails: "exports.main = () => { throw new Error('a secret of the operator') }",
    slow: 'exports.main = () => new Promise(() => {})',
    size: 'exports.main = ({ body }) => body.length',
    large: "exports.main = () => 'x'.repeat(6 * 1024 * 1024)",
  },
  { 'cloudbaserc.json': JSON.stringify({ version: '2.0', gateway: { routes: ROUTES } }) },
)
const http = {
  '/echo': 'echo',
  '/echo/deep': 'deep',
  '/private': { function: 'echo', auth: true },
  '/fails': 'fails',
  '/slow': 'slow',
  '/size': 'size',
  '/large': 'large',
  '/gone': 'gone',
}
const config = {
  security: { webDomains: ['shop.example.com'] },
  // HTTP access is not subject to the rules.
  functions: { http, rules: { '*': { invoke: false } }, settings: { slow: { timeout: 1 } } },
}
const server = await functionServerForFile(project, { config })
const [alice, apiKey] = [
  await loginWithTicket(server, createTicket(await server.loginKey(), 'alice')),
  await server.apiKey(),
]

/** What functions return, by the name of the shape. */
function shapes(bytes: Pick<typeof Buffer, 'from'>): Readonly<Record<string, unknown>> {
  return {
    text: '文',
    number: 7,
    yes: true,
    nothing: undefined,
    empty: null,
    object: { a: [1], code: 'MINE' },
    list: [1, 2],
    page: { statusCode: 201, headers: { 'Content-Type': 'text/html', 'X-Own': 'a' }, body: '<h1>文</h1>' },
    data: { statusCode: 202, body: { a: 1 } },
    bytes: { statusCode: 200, isBase64Encoded: true, body: bytes.from([0, 255, 10]).toString('base64') },
    picture: {
      statusCode: 200,
      isBase64Encoded: true,
      headers: { 'content-type': 'image/png' },
      body: bytes.from([137, 80]).toString('base64'),
    },
    moved: { statusCode: 302, headers: { Location: 'https://shop.example.com/' } },
    none: { statusCode: 204, body: 'ignored' },
    cookies: { statusCode: 200, headers: { 'set-cookie': ['a=1', 'b=2; Path=/'] }, body: '' },
    forbidden: {
      statusCode: 200,
      headers: {
        'access-control-allow-origin': '*',
        'strict-transport-security': 'max-age=1',
        'content-length': '1',
        'transfer-encoding': 'x',
        'clear-site-data': '"*"',
        'content-security-policy': "default-src 'none'",
        vary: 'accept',
      },
      body: 'text',
    },
    status: { statusCode: 99, body: '' },
    header: { statusCode: 200, headers: { 'x-own': 'a\r\nset-cookie: b=1' }, body: '' },
  }
}

function ask(path: string, sending?: Sending): Promise<Answer> {
  return send(`${server.url}/fn${path}`, sending)
}

interface Echoed {
  readonly event: {
    readonly path: string
    readonly httpMethod: string
    readonly headers: Readonly<Record<string, string>>
    readonly queryStringParameters: object
    readonly requestContext: object
    readonly body: string
    readonly isBase64Encoded: boolean
  }
  readonly id: string
  readonly uid: string | null
  readonly ip: string
}

async function echo(path: string, sending?: Sending): Promise<Echoed> {
  const { status, text } = await ask(path, sending)
  assert.equal(status, 200, text)
  return JSON.parse(text) as Echoed
}

/** The status and the code of a refusal. */
async function refusal(path: string, sending?: Sending): Promise<readonly [number, string]> {
  const { status, text, headers } = await ask(path, sending)
  const { code, message, requestId } = JSON.parse(text) as Readonly<Record<string, string>>
  assert.equal(requestId, headers['x-request-id'])
  assert.doesNotMatch(message ?? '', /secret|index\.js/)
  return [status, code ?? '']
}

function bearer(token: string): Sending {
  return { headers: { authorization: `Bearer ${token}` } }
}

describe('events', () => {
  it('have the path, the method, the headers, the query, the body and the request id', async () => {
    const answer = await ask('/echo/a/b%20c?n=1&n=2&text=%E6%96%87+x&flag', {
      method: 'POST',
      headers: { 'X-Own': 'A', 'Content-Type': 'application/json' },
      body: '{"text":"文"}',
    })
    const { event, id, uid, ip } = JSON.parse(answer.text) as Echoed
    const { headers, requestContext, ...others } = event
    assert.deepEqual(others, {
      path: '/a/b%20c',
      httpMethod: 'POST',
      queryStringParameters: { n: '2', text: '文 x', flag: '' },
      body: '{"text":"文"}',
      isBase64Encoded: false,
    })
    assert.deepEqual([headers['x-own'], headers['content-type'], headers.host], ['A', 'application/json', server.host])
    assert.deepEqual({ ...requestContext, appId: '' }, { requestId: id, envId: server.env, appId: '', uin: '' })
    assert.deepEqual([answer.headers['x-request-id'], uid, ip], [id, null, '127.0.0.1'])
  })

  it('have the request id that the client has chosen', async () => {
    const headers = { 'x-request-id': '0123456789abcdef-client' }
    assert.equal((await echo('/echo', { headers })).id, '0123456789abcdef-client')
  })

  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    it(`${method} arrives, with and without a body`, async () => {
      const { event: without } = await echo('/echo', { method })
      assert.deepEqual([without.httpMethod, without.body, without.isBase64Encoded], [method, '', false])
      const { event } = await echo('/echo', { method, headers: { 'content-type': 'text/plain' }, body: 'text' })
      assert.deepEqual([event.httpMethod, event.body], [method, 'text'])
    })
  }

  it('HEAD arrives, and its answer has no body', async () => {
    const { status, text, headers } = await ask('/shapes?shape=text', { method: 'HEAD' })
    assert.deepEqual([status, text, headers['content-length']], [200, '', '3'])
  })

  it('a body that is no text is in base64', async () => {
    const bytes = randomBytes(1000)
    for (const type of ['application/octet-stream', 'image/png', 'text/plain', 'multipart/form-data; boundary=x']) {
      const { event } = await echo('/echo', { method: 'POST', headers: { 'content-type': type }, body: bytes })
      assert.equal(event.isBase64Encoded, true, type)
      assert.deepEqual(Buffer.from(event.body, 'base64'), bytes)
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const { event } = await echo('/echo', { method: 'POST', headers: form, body: 'a=1&b=%20' })
    assert.deepEqual([event.body, event.isBase64Encoded], ['a=1&b=%20', false])
  })

  it('a body in chunks arrives whole', async () => {
    const { event } = await echo('/echo', { method: 'POST', chunks: ['文字'.slice(0, 1), '字', ' end'] })
    assert.equal(event.body, '文字 end')
  })
})

describe('answers', () => {
  const TEXT = 'text/plain; charset=utf-8'
  const JSON_TYPE = 'application/json; charset=utf-8'
  const table: readonly (readonly [shape: string, status: number, type: string | undefined, body: string])[] = [
    ['text', 200, TEXT, '文'],
    ['number', 200, TEXT, '7'],
    ['yes', 200, TEXT, 'true'],
    ['nothing', 200, TEXT, ''],
    ['empty', 200, TEXT, ''],
    ['object', 200, JSON_TYPE, '{"a":[1],"code":"MINE"}'],
    ['list', 200, JSON_TYPE, '[1,2]'],
    ['page', 201, 'text/html', '<h1>文</h1>'],
    ['data', 202, JSON_TYPE, '{"a":1}'],
    ['moved', 302, TEXT, ''],
    ['none', 204, undefined, ''],
  ]
  for (const [shape, status, type, body] of table) {
    it(`${shape}: ${status} ${type ?? 'without a type'}`, async () => {
      const answer = await ask(`/shapes?shape=${shape}`)
      assert.deepEqual([answer.status, answer.headers['content-type'], answer.text], [status, type, body])
    })
  }

  it('bytes in base64', async () => {
    const bytes = await ask('/shapes?shape=bytes')
    assert.deepEqual([...bytes.body], [0, 255, 10])
    const picture = await ask('/shapes?shape=picture')
    assert.deepEqual([picture.headers['content-type'], [...picture.body]], ['image/png', [137, 80]])
  })

  it('headers of the function, but none about the connection or about what other sites may do', async () => {
    assert.equal((await ask('/shapes?shape=page')).headers['x-own'], 'a')
    assert.equal((await ask('/shapes?shape=moved')).headers.location, 'https://shop.example.com/')
    assert.deepEqual((await ask('/shapes?shape=cookies')).headers['set-cookie'], ['a=1', 'b=2; Path=/'])
    const { headers, text } = await ask('/shapes?shape=forbidden')
    for (const name of ['access-control-allow-origin', 'strict-transport-security', 'clear-site-data']) {
      assert.equal(headers[name], undefined, name)
    }
    assert.deepEqual([text, headers['content-length'], headers.vary], ['text', '4', 'origin, accept'])
  })

  it('each is guarded: a page is not of the origin of the Console', async () => {
    for (const shape of ['text', 'object', 'page', 'forbidden']) {
      const { headers } = await ask(`/shapes?shape=${shape}`)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.match(String(headers['content-security-policy']), /^sandbox (?!.*allow-same-origin)/)
    }
    const { headers } = await ask('/shapes?shape=forbidden')
    assert.match(String(headers['content-security-policy']), /, default-src 'none'$/)
  })

  it('an invalid one is a failure of the function', async () => {
    for (const shape of ['status', 'header']) {
      assert.deepEqual(await refusal(`/shapes?shape=${shape}`), [500, 'FUNCTION_INVOCATION_FAILED'], shape)
    }
  })
})

describe('routes', () => {
  it('the longest one answers, up to a slash', async () => {
    assert.equal((await ask('/echo/deep')).text, 'deep')
    assert.equal((await ask('/echo/deep/er')).text, 'deep')
    assert.equal((await echo('/echo/deeper')).event.path, '/deeper')
    assert.equal((await echo('/echo')).event.path, '/')
    assert.equal((await echo('/echo/')).event.path, '/')
  })

  it('of cloudbaserc.json: the whole path, and a rewritten one', async () => {
    assert.equal((await echo('/whole/a')).event.path, '/whole/a')
    assert.equal((await echo('/rewritten/a')).event.path, '/v2/a')
  })

  it('what has none is not found, and a function without a route is not open', async () => {
    for (const path of ['', '/', '/shape', '/shapess', '/deep', '/Echo', '/__proto__', '/constructor']) {
      assert.deepEqual(await refusal(path), [404, 'NOT_FOUND'], path)
    }
    assert.deepEqual(await refusal('/gone'), [404, 'FUNCTION_NOT_FOUND'])
  })

  it('paths that could mean another route are refused', async () => {
    const paths = ['/echo/../private', '/echo/%2e%2e/private', '/echo/./a', '/echo/a%2Fb', '/echo/a%5cb', '/echo/a\\b']
    for (const path of [...paths, '/echo/%00']) {
      assert.deepEqual(await refusal(path), [400, 'FUNCTION_PARAM_INVALID'], path)
    }
    for (const path of ['/echo/%ff', '/echo/%zz']) assert.deepEqual(await refusal(path), [400, 'INVALID_PARAM'], path)
    assert.equal((await echo('/%65cho/a')).event.path, '/a')
  })

  it('with a login, only who has a valid token gets in', async () => {
    for (const path of ['/private', '/members']) {
      assert.deepEqual(await refusal(path), [401, 'CHECK_LOGIN_FAILED'])
      assert.deepEqual(await refusal(path, bearer('wrong')), [401, 'INVALID_ACCESS_TOKEN'])
      assert.equal((await echo(path, bearer(alice.accessToken))).uid, 'alice')
      assert.equal((await echo(path, bearer(apiKey.apiKey))).uid, null)
    }
  })

  it('without one, a valid token says who it is, and other credentials are for the function', async () => {
    assert.equal((await echo('/echo', bearer(alice.accessToken))).uid, 'alice')
    const { uid, event } = await echo('/echo', { headers: { authorization: 'Basic b3duOnNlY3JldA==' } })
    assert.deepEqual([uid, event.headers.authorization], [null, 'Basic b3duOnNlY3JldA=='])
    assert.equal((await echo('/echo', bearer('of another service'))).uid, null)
  })

  it('of edited files answer within two seconds', async () => {
    await server.writeConfig({ ...config, functions: { ...config.functions, http: { ...http, '/new': 'deep' } } })
    const status = async (path: string) => (await ask(path)).status
    await until(
      'the new route',
      () => status('/new'),
      (answer) => answer === 200,
      RELOAD_MS,
    )
    const routes = [...ROUTES, { path: '/newer', target: 'function:deep' }]
    await project.write({ 'cloudbaserc.json': JSON.stringify({ version: '2.0', gateway: { routes } }) })
    await until(
      'the newer route',
      () => status('/newer'),
      (answer) => answer === 200,
      RELOAD_MS,
    )
    await server.writeConfig(config)
    await until(
      'the removed route',
      () => status('/new'),
      (answer) => answer === 404,
      RELOAD_MS,
    )
  })
})

describe('failures', () => {
  it('of the function: 500 with a sentence; without an answer in time: 504', async () => {
    assert.deepEqual(await refusal('/fails'), [500, 'FUNCTION_INVOCATION_FAILED'])
    assert.deepEqual(await refusal('/slow'), [504, 'FUNCTION_TIME_LIMIT_EXCEEDED'])
  })

  it('more than 6 MB in is 413, also in chunks; more than 6 MB out is refused', async () => {
    const body = 'x'.repeat(6 * MEGABYTE)
    assert.deepEqual(await refusal('/size', { method: 'POST', body: `${body}x` }), [413, 'EXCEED_REQUEST_SIZE_LIMIT'])
    const chunks = Array.from({ length: 7 }, () => 'x'.repeat(MEGABYTE))
    assert.deepEqual(await refusal('/size', { method: 'POST', chunks }), [413, 'EXCEED_REQUEST_SIZE_LIMIT'])
    const almost = body.slice(0, 5 * MEGABYTE)
    assert.equal((await ask('/size', { method: 'POST', body: almost })).text, String(almost.length))
    assert.deepEqual(await refusal('/large'), [400, 'EXCEED_MAX_RESPONSE_SIZE'])
  })
})

describe('web sites', () => {
  const preflight = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type,x-own' }

  it('a listed one may call: the server answers its preflight, not the function', async () => {
    const { status, headers, text } = await ask('/fails', {
      method: 'OPTIONS',
      headers: { origin: SHOP, ...preflight },
    })
    assert.deepEqual([status, text], [204, ''])
    assert.equal(headers['access-control-allow-origin'], SHOP)
    assert.match(String(headers['access-control-allow-methods']), /\bPUT\b/)
    assert.equal(headers['access-control-allow-headers'], 'content-type,x-own')
    assert.equal(headers['access-control-allow-credentials'], undefined)
  })

  it('its answers say so, failures too', async () => {
    for (const path of ['/shapes?shape=forbidden', '/fails', '/private', '/none']) {
      const { headers } = await ask(path, { headers: { origin: SHOP } })
      assert.equal(headers['access-control-allow-origin'], SHOP, path)
    }
  })

  it('another one is refused before the function runs', async () => {
    const headers = { origin: 'https://evil.example' }
    assert.deepEqual(await refusal('/echo', { headers }), [403, 'ORIGIN_NOT_ALLOWED'])
    const { status, headers: sent } = await ask('/echo', { method: 'OPTIONS', headers: { ...headers, ...preflight } })
    assert.deepEqual([status, sent['access-control-allow-origin']], [403, undefined])
  })
})
