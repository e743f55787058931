/** Malformed HTTP and unknown paths: every request is answered, and the server keeps running. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { stopUnharmed } from './support/refusals.ts'
import { ENV, type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { actionBody, element, exchange, newPerson, own, type Person, send } from './support/wire.ts'

let server: RunningServer
let alice: Person
before(async () => {
  server = await startServer({ config: { storage: { acl: 'PRIVATE' } } })
  alice = await newPerson(server)
})
after(() => stopUnharmed(server))

describe('malformed HTTP and unknown paths', () => {
  test('unknown paths: a coded error in JSON or XML', async () => {
    const paths = [
      '/',
      '//',
      '/..',
      '/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/%',
      '/%zz',
      '/%00',
      '/%c0%ae',
      '/\\',
      '/web/',
      '/WEB',
      '/web/x',
      '/admin/',
      '/u',
      '/u/',
      '/u/%',
      '/u/%00',
      '/o',
      '/o/',
      '/o/%',
      '/o/%zz/x',
      '/auth',
      '/auth/',
      '/v1',
      '/health/x',
      '/metrics/',
      '/.git/config',
      '/secrets.json',
      '/data/secrets.json',
      `/${'a'.repeat(9000)}`,
      '/?',
      '/?%',
      '/web?%zz',
      '/constructor',
      '/__proto__',
      '/console/../web',
    ]
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
        const { status, text } = await send(`${server.url}${path}`, { method })
        const what = `${method} ${path.slice(0, 60)}: ${status} ${text.slice(0, 200)}`
        assert.ok(status === 200 || (status >= 400 && status < 500), what)
        assert.ok(!text.includes('SYS_ERR'), what)
        assert.ok(!/ at .*\.[jt]s:\d/.test(text), `a stack: ${what}`)
        if (method === 'HEAD') continue
        const code = text.startsWith('<') ? element(text, 'Code') : (JSON.parse(text) as Record<string, unknown>)
        const coded = typeof code === 'object' ? (code.code ?? code.error) : code
        assert.ok(coded, what)
      }
    }
  })

  test('unsupported methods', async () => {
    for (const method of ['TRACE', 'PROPFIND', 'LOCK', 'MKCOL', 'SEARCH', 'QUERY']) {
      for (const path of ['/web', '/o/x', '/u/x', '/auth/v1/token']) {
        const { status, text } = await send(`${server.url}${path}`, { method })
        assert.ok((status >= 400 && status < 500) || status === 501, `${method} ${path}: ${status} ${text}`)
        assert.ok(text.length > 2, `${method} ${path}: ${text}`)
      }
    }
  })

  const garbage: readonly (readonly [what: string, bytes: string | Uint8Array])[] = [
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a TLS greeting', Buffer.from('16030100a5010000a10303', 'hex')],
    ['bytes', Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 37) % 256))],
    ['an unknown version', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    ['an unknown method', 'FROB / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['no path', 'GET  HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a path with a raw NUL', 'GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a header without a colon', 'GET /health HTTP/1.1\r\nHost: localhost\r\nbroken\r\n\r\n'],
    ['a header of 100 kB', `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['ten thousand headers', `GET /health HTTP/1.1\r\nHost: localhost\r\n${'a: b\r\n'.repeat(10_000)}\r\n`],
    ['a negative length', 'POST /web HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n'],
    ['two lengths', 'POST /web HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x'],
    [
      'a length and chunks',
      'POST /web HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a malformed chunk', 'POST /web HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    ['an unknown transfer encoding', 'POST /web HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n'],
    ['a space before a colon', 'GET /health HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['a folded header', 'GET /health HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c\r\n\r\n'],
  ]
  for (const [what, bytes] of garbage) {
    test(`${what}: answered with a coded 4xx, and the connection is closed`, async () => {
      const answer = await exchange(server, bytes)
      assert.match(answer, /^HTTP\/1\.1 4\d\d /)
      assert.match(answer, /"code":"[A-Z_]+"/)
    })
  }

  test('no Host: refused', async () => {
    assert.match(await exchange(server, 'GET /health HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /)
  })

  test('a client that disconnects at any moment', async () => {
    const body = JSON.stringify({ action: 'storage.getUploadMetadata', env: ENV, path: 'a' })
    const request = `POST /web?env=${ENV} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    for (let length = 0; length <= request.length; length += 7) {
      await exchange(server, request.slice(0, length), { hangUp: true })
    }
  })

  test('a client that keeps its connection gets the refusal of a large body while it is sending, and can go on', async () => {
    const size = 21 * 1024 * 1024
    const socket = connect(server.port, '127.0.0.1').setEncoding('latin1')
    let received = ''
    socket.on('data', (text) => {
      received += text
    })
    try {
      socket.write(`POST /web?env=${ENV} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`)
      socket.write(Buffer.alloc(1000, 'x'))
      await eventually('the refusal has arrived', () => received.includes('EXCEED_REQUEST_SIZE_LIMIT'))
      assert.doesNotMatch(received, /^connection: close/im)
      socket.write(Buffer.alloc(size - 1000, 'x'))
      socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await eventually('the next answer has arrived', () => received.includes('"status":"ok"'))
    } finally {
      socket.destroy()
    }
  })

  test('an invalid Host does not get into URLs', async () => {
    const body = actionBody(server, alice, 'storage.getUploadMetadata', { path: own(alice, 'a') })
    for (const host of ['evil.example/x', 'a b', 'evil"><script>', 'user@evil', '', 'x:99999999']) {
      const answer = await exchange(
        server,
        `POST /web?env=${ENV} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      const [, url = ''] = /"url":"([^"]*)"/.exec(answer) ?? []
      assert.ok(url === '' || url.startsWith(`${server.url}/u/`), `${host}: ${url}`)
    }
  })
})
