import assert from 'node:assert/strict'
import { test } from 'node:test'
import zlib from 'node:zlib'
import type { Wx } from '../node/wx.ts'
import { closedPort, type Seen, startServer } from '../testing/http-server.ts'
import { gate, phoneFor, settled } from '../testing/phone.ts'
import type { RequestOptions, RequestResult } from './request.ts'

const ask = (wx: Wx, options: RequestOptions) =>
  settled<RequestResult>((callbacks) => wx.request({ ...options, ...callbacks }))

test('request: JSON in and out, with the default content type and a fixed referer', async (t) => {
  const { wx } = phoneFor(t, { appid: 'wx1234' })
  const server = await startServer(t, (_seen, response) => {
    response.writeHead(200, { 'X-Mixed-Case': 'a', 'Set-Cookie': ['a=1', 'b=2'] }).end('{"ok":true}')
  })
  const result = await ask(wx, { url: `${server.url}/p?q=1`, method: 'POST', data: { a: '中文' } })
  assert.equal(result.errMsg, 'request:ok')
  assert.equal(result.statusCode, 200)
  assert.deepEqual(result.data, { ok: true })
  assert.equal(result.header['X-Mixed-Case'], 'a')
  assert.deepEqual(result.cookies, ['a=1', 'b=2'])
  const [seen] = server.seen
  assert.equal(seen?.method, 'POST')
  assert.equal(seen?.url, '/p?q=1')
  assert.equal(seen?.body.toString(), '{"a":"中文"}')
  assert.equal(seen?.headers['content-type'], 'application/json')
  assert.equal(seen?.headers['content-length'], String(seen?.body.length))
  assert.equal(seen?.headers.referer, 'https://servicewechat.com/wx1234/devtools/page-frame.html')
})

test('request: the place of data depends on method and content type', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, (_seen, response) => void response.end())
  const send = async (options: Omit<RequestOptions, 'url'> & { path?: string }): Promise<Seen> => {
    await ask(wx, { ...options, url: server.url + (options.path ?? '/') })
    const seen = server.seen.at(-1)
    assert.ok(seen)
    return seen
  }
  assert.equal(
    (await send({ data: { a: 1, b: 'x y', c: undefined, d: { e: 1 } } })).url,
    '/?a=1&b=x%20y&d=%7B%22e%22%3A1%7D',
  )
  assert.equal((await send({ path: '/?z=1', data: { a: '&' } })).url, '/?z=1&a=%26')
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  assert.equal(
    (await send({ method: 'POST', header: form, data: { a: '1 2', b: true } })).body.toString(),
    'a=1%202&b=true',
  )
  assert.equal((await send({ method: 'POST', data: 'plain' })).body.toString(), 'plain')
  const bytes = new Uint8Array([0, 255, 10, 13]).buffer
  assert.deepEqual([...(await send({ method: 'PUT', data: bytes })).body], [0, 255, 10, 13])
  const empty = await send({ method: 'POST' })
  assert.equal(empty.headers['content-length'], '0')
})

test('request: lower-case methods, an empty content type and own headers are sent; Referer is not', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, (_seen, response) => void response.end())
  for (const method of ['put', 'post', 'get', 'delete', 'options', 'head']) {
    await ask(wx, {
      url: server.url,
      method,
      header: { 'content-type': ' ', Referer: 'https://x', 'X-N': 5, 'X-U': undefined },
    })
  }
  assert.deepEqual(
    server.seen.map(({ method }) => method),
    ['PUT', 'POST', 'GET', 'DELETE', 'OPTIONS', 'HEAD'],
  )
  for (const { headers } of server.seen) {
    assert.equal(headers['content-type'], '')
    assert.equal(headers['x-n'], '5')
    assert.equal('x-u' in headers, false)
    assert.match(headers.referer ?? '', /^https:\/\/servicewechat\.com\//)
  }
})

test('request: every status is a success', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(
    t,
    ({ url }, response) => void response.writeHead(Number(url.slice(1))).end('{"e":1}'),
  )
  for (const status of [201, 400, 401, 404, 500, 503]) {
    const result = await ask(wx, { url: `${server.url}/${status}` })
    assert.equal(result.statusCode, status)
    assert.deepEqual(result.data, { e: 1 })
  }
})

test('request: dataType and responseType', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, ({ url }, response) => void response.end(url === '/json' ? '[1]' : 'not json'))
  assert.deepEqual((await ask(wx, { url: `${server.url}/json` })).data, [1])
  assert.equal((await ask(wx, { url: `${server.url}/json`, dataType: 'text' })).data, '[1]')
  assert.equal((await ask(wx, { url: `${server.url}/text` })).data, 'not json')
  const { data } = await ask(wx, { url: `${server.url}/json`, responseType: 'arraybuffer' })
  assert.ok(data instanceof ArrayBuffer)
  assert.equal(Buffer.from(data).toString(), '[1]')
})

test('request: compressed answers are decoded', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, ({ headers, url }, response) => {
    assert.match(headers['accept-encoding'] ?? '', /gzip/)
    const encoding = url.slice(1)
    const encode = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, br: zlib.brotliCompressSync }[encoding]
    response.setHeader('content-encoding', encoding)
    response.end(encode?.(Buffer.from('{"big":"data"}')))
  })
  for (const encoding of ['gzip', 'deflate', 'br']) {
    assert.deepEqual((await ask(wx, { url: `${server.url}/${encoding}` })).data, { big: 'data' })
  }
})

test('request: redirects are followed, as GET after 303 and with the body after 307, or not when manual', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, ({ method, url, body }, response) => {
    if (url === '/end') response.end(`${method} ${body}`)
    else if (url === '/loop') response.writeHead(302, { location: '/loop' }).end()
    else response.writeHead(Number(url.slice(1)), { location: '/end' }).end()
  })
  const post = { method: 'POST', data: 'body', dataType: 'text' }
  assert.equal((await ask(wx, { url: `${server.url}/303`, ...post })).data, 'GET ')
  assert.equal((await ask(wx, { url: `${server.url}/307`, ...post })).data, 'POST body')
  assert.equal((await ask(wx, { url: `${server.url}/302`, redirect: 'manual' })).statusCode, 302)
  await assert.rejects(ask(wx, { url: `${server.url}/loop` }), { errMsg: /^request:fail .*ERR_TOO_MANY_REDIRECTS/ })
})

test('request: failures go to fail and complete in a later turn, as request:fail <reason>', async (t) => {
  const { wx } = phoneFor(t)
  const nobody = `http://127.0.0.1:${await closedPort()}`
  const refused = ask(wx, { url: nobody })
  await assert.rejects(refused, {
    errMsg: 'request:fail errcode:-102 cronet_error_code:-102 error_msg:net::ERR_CONNECTION_REFUSED',
    errno: 600001,
  })
  const cases: Array<[RequestOptions, RegExp]> = [
    [{} as RequestOptions, /^request:fail parameter error: parameter\.url should be String instead of Undefined;$/],
    [{ url: 'ftp://x/' }, /^request:fail invalid url/],
    [{ url: '//no-scheme/' }, /^request:fail invalid url/],
    [{ url: 'http://tmp/local.jpg' }, /^request:fail invalid url/],
    [{ url: nobody, method: 'PATCH' }, /^request:fail invalid method "PATCH"$/],
    [{ url: nobody, header: { 'x-a': 'ünï\n' } }, /^request:fail Invalid character in header/],
  ]
  for (const [options, expected] of cases) await assert.rejects(ask(wx, options), { errMsg: expected })
  // A call without an argument does not throw either.
  const nothing = undefined as unknown as RequestOptions
  assert.equal(typeof wx.request(nothing).abort, 'function')
})

test('request: a connection that breaks in the middle of the answer fails', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, (_seen, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  })
  await assert.rejects(ask(wx, { url: server.url }), { errMsg: /^request:fail .*ERR_CONNECTION_RESET/ })
})

test('request: timeout', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, () => undefined)
  await assert.rejects(ask(wx, { url: server.url, timeout: 30 }), { errMsg: 'request:fail timeout', errno: 5 })
})

test('request: abort before, during and after the transfer', async (t) => {
  const { wx } = phoneFor(t)
  const arrived = gate()
  const server = await startServer(t, ({ url }, response) => {
    if (url === '/quick') response.end('done')
    arrived.open()
  })
  await assert.rejects(
    settled<RequestResult>((callbacks) => wx.request({ url: server.url, ...callbacks }).abort()),
    { errMsg: 'request:fail abort' },
  )
  assert.equal(server.seen.length, 0)
  await assert.rejects(
    settled<RequestResult>((callbacks) => {
      const task = wx.request({ url: server.url, ...callbacks })
      void arrived.opened.then(() => task.abort())
    }),
    { errMsg: 'request:fail abort' },
  )
  const outcomes: string[] = []
  const completed = gate()
  const task = wx.request({
    url: `${server.url}/quick`,
    success: () => outcomes.push('success'),
    fail: () => outcomes.push('fail'),
    complete: () => {
      outcomes.push('complete')
      completed.open()
    },
  })
  await completed.opened
  task.abort()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(outcomes, ['success', 'complete'])
})

test('request: enableChunked passes the chunks and leaves data empty; headers come first', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, async (_seen, response) => {
    response.writeHead(200, { 'x-stream': 'yes' })
    response.write('one')
    await received.opened
    response.end('two')
  })
  const received = gate()
  const events: string[] = []
  const result = await settled<RequestResult>((callbacks) => {
    const task = wx.request({ url: server.url, enableChunked: true, ...callbacks })
    task.onHeadersReceived(({ header, statusCode }) => events.push(`${statusCode} ${header['x-stream']}`))
    task.onChunkReceived(({ data }) => {
      assert.ok(data instanceof ArrayBuffer)
      events.push(Buffer.from(data).toString())
      received.open()
    })
    const never = (): void => assert.fail('was taken off')
    task.onChunkReceived(never)
    task.offChunkReceived(never)
    task.onHeadersReceived(never)
    task.offHeadersReceived(never)
  })
  assert.deepEqual(events, ['200 yes', 'one', 'two'])
  assert.equal(result.data, '')
})

test('request: an exception in a callback is contained, and complete is still called', async (t) => {
  const thrown: unknown[] = []
  const { wx } = phoneFor(t, { onCallbackError: (error) => thrown.push(error) })
  const server = await startServer(t, (_seen, response) => void response.end())
  const completed = gate()
  const broken = new TypeError('in success')
  wx.request({
    url: server.url,
    success: () => {
      throw broken
    },
    fail: () => assert.fail('a success is not a failure'),
    complete: () => completed.open(),
  })
  await completed.opened
  assert.deepEqual(thrown, [broken])
})
