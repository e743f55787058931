import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { openPhones, type Phones } from '../testing/browser-phone.ts'
import { closedPort, type Seen, startRawServer, startServer, type TestServer } from '../testing/http-server.ts'
import { startEchoServer } from '../testing/websocket-server.ts'

/** Allows pages of any origin. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': '*',
  'access-control-allow-headers': '*',
  'access-control-expose-headers': '*',
}

const isPreflight = ({ method, headers }: Pick<Seen, 'method' | 'headers'>): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined

type Settled<Result> = { ok: Result & { errMsg: string }; failed: { errMsg: string; errno?: number } }
type Answered = Settled<{ statusCode: number; data: unknown; header: Record<string, string> }>

describe('wx network in a browser', { skip: lacksChromium(), timeout: 90_000 }, () => {
  let phones: Phones
  before(async () => {
    phones = await openPhones()
  })
  after(() => phones.close())

  const requests = (server: TestServer): Seen[] => server.seen.filter((seen) => !isPreflight(seen))

  it('request: any status is a success; data, headers and result are as in WeChat', async (t) => {
    const server = await startServer(t, (seen, response) => {
      const status = Number(seen.url.slice(1, 4)) || 200
      response.writeHead(isPreflight(seen) ? 204 : status, { ...CORS, 'x-made-by': 'test' })
      response.end(isPreflight(seen) ? undefined : '{"a":[1]}')
    })
    const phone = await phones.open()
    const answers = await phone.run<Answered[]>(
      `return Promise.all([
        settle((c) => wx.request({ url: args + '/200', ...c })),
        settle((c) => wx.request({ url: args + '/404?x=1', data: { y: 'ü', z: { n: 1 } }, ...c })),
        settle((c) => wx.request({ url: args + '/500', method: 'post', data: { a: 1 }, header: { 'X-Own': 'v', Referer: 'no' }, ...c })),
        settle((c) => wx.request({ url: args + '/201', method: 'PUT', data: 'text', dataType: 'text', ...c })),
      ])`,
      server.url,
    )
    assert.deepEqual(
      answers.map(({ ok }) => [ok.statusCode, ok.errMsg, ok.data]),
      [
        [200, 'request:ok', { a: [1] }],
        [404, 'request:ok', { a: [1] }],
        [500, 'request:ok', { a: [1] }],
        [201, 'request:ok', '{"a":[1]}'],
      ],
    )
    assert.equal(answers[0]?.ok.header['x-made-by'], 'test')
    const seen = Object.fromEntries(requests(server).map((each) => [each.url.slice(1, 4), each]))
    assert.equal(seen[404]?.url, '/404?x=1&y=%C3%BC&z=%7B%22n%22%3A1%7D')
    assert.deepEqual([seen[500]?.method, String(seen[500]?.body)], ['POST', '{"a":1}'])
    assert.equal(seen[500]?.headers['content-type'], 'application/json')
    assert.equal(seen[500]?.headers['x-own'], 'v')
    assert.notEqual(seen[500]?.headers.referer, 'no')
    assert.deepEqual([seen[201]?.method, String(seen[201]?.body)], ['PUT', 'text'])
    assert.deepEqual(
      phone.console.filter((line) => line.includes('unsafe')),
      [],
    )
  })

  it('request: bytes in both directions, a task instead of a promise, headers before the body, chunks', async (t) => {
    const server = await startServer(t, (seen, response) => {
      response.writeHead(isPreflight(seen) ? 204 : 200, CORS).end(isPreflight(seen) ? undefined : seen.body)
    })
    const phone = await phones.open()
    const result = await phone.run(
      `const bytes = new Uint8Array([0, 127, 128, 255, 10])
      const events = []
      const chunks = []
      const done = await settle((c) => {
        const task = wx.request({ url: args, method: 'POST', data: bytes.buffer, responseType: 'arraybuffer',
          complete: () => events.push('complete'), ...c })
        events.push(typeof task.then, typeof task.abort)
        task.onHeadersReceived(({ statusCode }) => events.push(statusCode))
      })
      await settle((c) => {
        const task = wx.request({ url: args, method: 'POST', data: bytes.buffer, enableChunked: true, ...c })
        task.onChunkReceived(({ data }) => chunks.push(...new Uint8Array(data)))
      })
      return { events, data: [...new Uint8Array(done.ok.data)], chunks }`,
      server.url,
    )
    const bytes = [0, 127, 128, 255, 10]
    assert.deepEqual(result, { events: ['undefined', 'function', 200, 'complete'], data: bytes, chunks: bytes })
  })

  it('request: failures are plain objects with the texts of WeChat, and never exceptions', async (t) => {
    const server = await startRawServer(t, [], (request, response) => {
      if (request.method === 'OPTIONS') response.writeHead(204, CORS).end()
    })
    const phone = await phones.open({ app: { pages: [], networkTimeout: { downloadFile: 150 } } })
    const failures = await phone.run<Answered[]>(
      `return Promise.all([
        settle((c) => wx.request({ url: args.slow, timeout: 100, ...c })),
        settle((c) => wx.downloadFile({ url: args.slow, ...c })),
        settle((c) => setTimeout((task) => task.abort(), 50, wx.request({ url: args.slow, ...c }))),
        settle((c) => wx.request({ url: args.closed, ...c })),
        settle((c) => wx.request({ url: 'ftp://x', ...c })),
        settle((c) => wx.request({ ...c })),
        settle((c) => wx.request({ url: args.slow, method: 'PATCH', ...c })),
      ])`,
      { slow: server.url, closed: `http://127.0.0.1:${await closedPort()}/` },
    )
    assert.deepEqual(
      failures.map(({ failed }) => failed.errMsg),
      [
        'request:fail timeout',
        'downloadFile:fail timeout',
        'request:fail abort',
        'request:fail errcode:-2 cronet_error_code:-2 error_msg:net::ERR_FAILED',
        'request:fail invalid url "ftp://x"',
        'request:fail parameter error: parameter.url should be String instead of Undefined;',
        'request:fail invalid method "PATCH"',
      ],
    )
    assert.deepEqual([failures[0]?.failed.errno, failures[3]?.failed.errno], [5, 600001])
  })

  it('at most ten transfers run at once; the rest wait', async (t) => {
    let running = 0
    let most = 0
    const waiting: (() => void)[] = []
    const server = await startServer(t, async (seen, response) => {
      if (isPreflight(seen)) return void response.writeHead(204, CORS).end()
      running += 1
      most = Math.max(most, running)
      if (most === 6) for (const go of waiting.splice(0)) go()
      else if (most < 6) await new Promise<void>((resolve) => waiting.push(resolve))
      running -= 1
      response.writeHead(200, CORS).end()
    })
    const phone = await phones.open()
    const result = await phone.run<{ most: number; done: number }>(
      `let open = 0, most = 0
      const send = XMLHttpRequest.prototype.send
      XMLHttpRequest.prototype.send = function (...given) {
        most = Math.max(most, ++open)
        this.addEventListener('loadend', () => open--)
        return send.apply(this, given)
      }
      const all = await Promise.all(Array.from({ length: 25 }, (_, i) => settle((c) => wx.request({ url: args + '/' + i, ...c }))))
      return { most, done: all.filter(({ ok }) => ok).length }`,
      server.url,
    )
    assert.deepEqual(result, { most: 10, done: 25 })
    assert.equal(most, 6, 'browsers open six connections to a server')
  })

  it('offline and background: running and new calls fail, and calls work again afterwards', async (t) => {
    const server = await startRawServer(t, [], (request, response) => {
      if (request.method === 'OPTIONS') response.writeHead(204, CORS).end()
      else if (request.url === '/quick') response.writeHead(200, CORS).end()
    })
    const phone = await phones.open()
    const result = await phone.run<{ events: unknown[]; texts: string[]; works: number }>(
      `const events = [], texts = []
      wx.onNetworkStatusChange((event) => events.push(event))
      wx.onAppHide(() => events.push('hide'))
      wx.onAppShow(({ path, query }) => events.push(path + '?id=' + query.id))
      const hanging = settle((c) => wx.request({ url: args + '/never', ...c }))
      await later(50)
      phone.throttle('offline')
      texts.push((await hanging).failed.errMsg)
      texts.push((await settle((c) => wx.request({ url: args + '/quick', ...c }))).failed.errMsg)
      events.push((await wx.getNetworkType()).networkType)
      phone.throttle('none')
      const second = settle((c) => wx.request({ url: args + '/never', ...c }))
      await later(50)
      phone.setVisible(false)
      texts.push((await second).failed.errMsg)
      texts.push((await settle((c) => wx.request({ url: args + '/quick', ...c }))).failed.errMsg)
      phone.setVisible(true)
      const works = (await settle((c) => wx.request({ url: args + '/quick', ...c }))).ok.statusCode
      return { events, texts, works }`,
      server.url,
    )
    const offline = 'request:fail errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED'
    assert.deepEqual(result.texts, [
      offline,
      offline,
      'request:fail interrupted',
      'request:fail network api interrupted in suspend state',
    ])
    assert.deepEqual(result.events, [
      { isConnected: false, networkType: 'none' },
      'none',
      { isConnected: true, networkType: 'wifi' },
      'hide',
      'pages/a/a?id=1',
    ])
    assert.equal(result.works, 200)
  })

  it('connectSocket: text and bytes in both directions, then a clean close; offline breaks it', async (t) => {
    const server = await startEchoServer(t)
    const phone = await phones.open()
    const events = await phone.run(
      `const events = []
      const task = wx.connectSocket({ url: args, protocols: ['chat'] })
      await new Promise((resolve) => task.onOpen(resolve))
      const heard = new Promise((resolve) => task.onMessage(({ data }) => {
        events.push(typeof data === 'string' ? data : [...new Uint8Array(data)])
        if (events.length === 2) resolve()
      }))
      task.send({ data: 'hi' })
      task.send({ data: new Uint8Array([1, 2]).buffer })
      await heard
      const closed = new Promise((resolve) => task.onClose(({ code }) => resolve(code)))
      task.close({ code: 1000 })
      events.push(await closed, task.readyState)
      const second = wx.connectSocket({ url: args })
      await new Promise((resolve) => second.onOpen(resolve))
      const broken = new Promise((resolve) => second.onClose(({ code, reason }) => resolve([code, reason])))
      phone.throttle('offline')
      events.push(await broken)
      return events`,
      server.url,
    )
    assert.deepEqual(events, ['hi', [1, 2], 1000, 3, [1006, 'network is down']])
  })
})
