/** GET and HEAD of stored files: HTTP semantics, and protection against user content. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { openPrivateFiles, SMALL } from './support/private-files.ts'
import { element, own, send, upload } from './support/wire.ts'

/** Too large for the memory cache, so that it is read from disk. */
const LARGE = randomBytes(700_000)

const { server, alice, file } = await openPrivateFiles()

for (const [what, bytes] of [
  ['a small file', SMALL],
  ['a large file', LARGE],
] as const) {
  describe(`GET and HEAD of ${what}`, () => {
    const size = bytes.length
    let url: string
    let etag: string
    let modified: string
    before(async () => {
      url = await file(`${size}.png`, bytes)
      const { headers } = await send(url, { method: 'HEAD' })
      etag = headers.etag ?? ''
      modified = headers['last-modified'] ?? ''
    })

    test('the whole file, with its validators', async () => {
      const { status, headers, body } = await send(url)
      assert.equal(status, 200)
      assert.deepEqual(body, bytes)
      assert.equal(headers['content-length'], String(size))
      assert.equal(headers['content-type'], 'image/png')
      assert.equal(headers['accept-ranges'], 'bytes')
      assert.equal(headers.etag, `"${createHash('sha256').update(bytes).digest('hex')}"`)
      assert.ok(Math.abs(Date.parse(headers['last-modified'] ?? '') - Date.now()) < 60_000)
    })

    test('HEAD has the headers of GET and no body', async () => {
      const [get, head] = await Promise.all([send(url), send(url, { method: 'HEAD' })])
      assert.equal(head.status, 200)
      assert.equal(head.body.length, 0)
      const kept = ({
        date: _date,
        'x-request-id': _id,
        'cache-control': _age,
        connection: _connection,
        ...rest
      }: typeof get.headers) => rest
      assert.deepEqual(kept(head.headers), kept(get.headers))
    })

    test('HEAD and GET work with the headers of the SDKs', async () => {
      for (const method of ['GET', 'HEAD']) {
        const headers = { authorization: 'Bearer whatever', 'content-type': 'application/json' }
        assert.equal((await send(url, { method, headers })).status, 200)
      }
    })

    const ranges: readonly (readonly [range: string, from: number, to: number])[] = [
      ['bytes=0-0', 0, 0],
      ['bytes=0-99', 0, 99],
      ['bytes=100-199', 100, 199],
      [`bytes=${size - 1}-`, size - 1, size - 1],
      ['bytes=500-', 500, size - 1],
      ['bytes=-1', size - 1, size - 1],
      ['bytes=-300', size - 300, size - 1],
      [`bytes=-${size + 5}`, 0, size - 1],
      [`bytes=10-${size + 5}`, 10, size - 1],
    ]
    for (const [range, from, to] of ranges) {
      test(`Range ${range} returns that part`, async () => {
        const { status, headers, body } = await send(url, { headers: { range } })
        assert.equal(status, 206)
        assert.equal(headers['content-range'], `bytes ${from}-${to}/${size}`)
        assert.equal(headers['content-length'], String(to - from + 1))
        assert.equal(headers.etag, etag)
        assert.deepEqual(body, bytes.subarray(from, to + 1))
        const head = await send(url, { method: 'HEAD', headers: { range } })
        assert.equal(head.body.length, 0)
        // A Range means nothing with HEAD.
        assert.equal(head.status, 200)
        assert.equal(head.headers['content-length'], String(size))
      })
    }

    for (const range of [`bytes=${size}-`, `bytes=${size + 10}-${size + 20}`, 'bytes=-0']) {
      test(`Range ${range} is unsatisfiable`, async () => {
        const { status, headers } = await send(url, { headers: { range } })
        assert.equal(status, 416)
        assert.equal(headers['content-range'], `bytes */${size}`)
      })
    }

    for (const range of [
      'bytes=0-1,5-6',
      'bytes=5-2',
      'bytes=-',
      'bytes=a-b',
      'lines=1-2',
      'bytes',
      '',
      'bytes=0-1;x',
      `bytes=${'9'.repeat(400)}-`,
    ]) {
      test(`Range ${range.slice(0, 30) || 'empty'} returns the whole file`, async () => {
        const { status, body } = await send(url, { headers: { range } })
        assert.equal(status, 200)
        assert.equal(body.length, size)
      })
    }

    test('If-Range: the part if the version matches, otherwise the whole file', async () => {
      const status = async (value: string) =>
        (await send(url, { headers: { range: 'bytes=0-9', 'if-range': value } })).status
      assert.equal(await status(etag), 206)
      assert.equal(await status(modified), 206)
      assert.equal(await status('"other"'), 200)
      assert.equal(await status(`W/${etag}`), 200)
      assert.equal(await status('Thu, 01 Jan 1970 00:00:00 GMT'), 200)
      assert.equal(await status('nonsense'), 200)
    })

    const earlier = new Date(0).toUTCString()
    const later = () => new Date(Date.now() + 3_600_000).toUTCString()
    for (const [what, headers, expected] of [
      ['If-None-Match with the ETag', () => ({ 'if-none-match': etag }), 304],
      ['If-None-Match with the weak ETag among others', () => ({ 'if-none-match': `"a", W/${etag}` }), 304],
      ['If-None-Match with a star', () => ({ 'if-none-match': '*' }), 304],
      ['If-None-Match with another', () => ({ 'if-none-match': '"other"' }), 200],
      ['If-Modified-Since its exact time', () => ({ 'if-modified-since': modified }), 304],
      ['If-Modified-Since later', () => ({ 'if-modified-since': later() }), 304],
      ['If-Modified-Since earlier', () => ({ 'if-modified-since': earlier }), 200],
      ['If-Modified-Since nonsense', () => ({ 'if-modified-since': 'yesterday' }), 200],
      ['another ETag overrides the time', () => ({ 'if-none-match': '"other"', 'if-modified-since': later() }), 200],
    ] as const) {
      test(`${what}: ${expected}`, async () => {
        const { status, body, headers: answered } = await send(url, { headers: headers() })
        assert.equal(status, expected)
        assert.equal(answered.etag, etag)
        assert.equal(body.length, expected === 304 ? 0 : size)
      })
    }

    for (const [what, headers, expected] of [
      ['If-Match with the ETag', () => ({ 'if-match': etag }), 206],
      ['If-Match with the ETag among others', () => ({ 'if-match': `"a,b", ${etag}` }), 206],
      ['If-Match with a star', () => ({ 'if-match': '*' }), 206],
      ['If-Match with another', () => ({ 'if-match': '"other"' }), 412],
      ['If-Match with the weak ETag', () => ({ 'if-match': `W/${etag}` }), 412],
      ['If-Unmodified-Since its exact time', () => ({ 'if-unmodified-since': modified }), 206],
      ['If-Unmodified-Since earlier', () => ({ 'if-unmodified-since': earlier }), 412],
      ['If-Unmodified-Since nonsense', () => ({ 'if-unmodified-since': 'yesterday' }), 206],
      ['the ETag overrides the time', () => ({ 'if-match': etag, 'if-unmodified-since': earlier }), 206],
      ['If-Match with another, and If-None-Match', () => ({ 'if-match': '"other"', 'if-none-match': etag }), 412],
    ] as const) {
      test(`a part, ${what}: ${expected}`, async () => {
        const { status, body, text } = await send(url, { headers: { range: 'bytes=0-9', ...headers() } })
        assert.equal(status, expected)
        if (expected === 206) assert.deepEqual(body, bytes.subarray(0, 10))
        else assert.equal(element(text, 'Code'), 'PRECONDITION_FAILED')
        const head = await send(url, { method: 'HEAD', headers: headers() })
        assert.equal(head.status, expected === 206 ? 200 : 412)
      })
    }

    test('a download that is resumed after an overwrite gets no bytes of the new file', async () => {
      const name = `resumed-${size}.png`
      const address = await file(name, bytes)
      const { headers } = await send(address, { method: 'HEAD' })
      await upload(server, alice, own(alice, name), Buffer.concat([bytes, Buffer.from('!')]))
      const resumed = { range: 'bytes=10-', 'if-match': headers.etag }
      const { status, text } = await send(address, { headers: resumed })
      assert.deepEqual([status, element(text, 'Code')], [412, 'PRECONDITION_FAILED'])
    })

    test('after an overwrite, ETag, bytes and Last-Modified are those of the new file', async () => {
      const next = Buffer.concat([bytes, Buffer.from('!')])
      await upload(server, alice, own(alice, `${size}.png`), next)
      const { status, headers, body } = await send(url, { headers: { 'if-none-match': etag } })
      assert.equal(status, 200)
      assert.deepEqual(body, next)
      assert.notEqual(headers.etag, etag)
    })
  })
}

test('an empty file: GET, HEAD, any Range', async () => {
  const url = await file('empty.txt', '')
  for (const headers of [{}, { range: 'bytes=0-' }, { range: 'bytes=-5' }, { range: 'bytes=7-9' }]) {
    const { status, body } = await send(url, { headers })
    assert.equal(status, 200)
    assert.equal(body.length, 0)
  }
})

describe('user content stays harmless', () => {
  const inline: readonly (readonly [name: string, type: string])[] = [
    ['a.jpg', 'image/jpeg'],
    ['A.JPEG', 'image/jpeg'],
    ['a.png', 'image/png'],
    ['a.gif', 'image/gif'],
    ['a.webp', 'image/webp'],
    ['a.heic', 'image/heic'],
    ['a.mp4', 'video/mp4'],
    ['a.mp3', 'audio/mpeg'],
    ['a.txt', 'text/plain; charset=utf-8'],
  ]
  const attached: readonly (readonly [name: string, type: string])[] = [
    ['a.html', 'text/html; charset=utf-8'],
    ['a.HTM', 'text/html; charset=utf-8'],
    ['a.svg', 'image/svg+xml'],
    ['a.pdf', 'application/pdf'],
    ['a.xml', 'application/xml'],
    ['a.js', 'text/javascript; charset=utf-8'],
    ['a.json', 'application/json'],
    ['a.zip', 'application/zip'],
    ['a.xhtml', 'application/octet-stream'],
    ['a.swf', 'application/octet-stream'],
    ['a', 'application/octet-stream'],
    ['.png', 'image/png'],
    ['a.png.html', 'text/html; charset=utf-8'],
  ]
  const table = [
    ...inline.map(([name, type]) => [name, type, 'inline'] as const),
    ...attached.map(([name, type]) => [name, type, type === 'image/png' ? 'inline' : 'attachment'] as const),
  ]
  for (const [name, type, disposition] of table) {
    test(`${name} is ${type}, ${disposition}, and cannot run`, async () => {
      const url = await file(name, '<script>alert(1)</script>', {
        'content-type': ' ',
      })
      for (const method of ['GET', 'HEAD']) {
        const { headers } = await send(url, { method })
        assert.equal(headers['content-type'], type)
        assert.ok(headers['content-disposition']?.startsWith(`${disposition};`), headers['content-disposition'])
        assert.equal(headers['x-content-type-options'], 'nosniff')
        assert.match(String(headers['content-security-policy']), /default-src 'none'.*sandbox$/)
        assert.doesNotMatch(
          String(headers['content-security-policy']),
          /allow-scripts|allow-same-origin|unsafe-eval|script-src/,
        )
        assert.equal(headers['set-cookie'], undefined)
      }
    })
  }

  const tricks = [
    'text/html',
    'text/html;charset=utf-8',
    'TEXT/HTML ; charset="utf-8"',
    'image/png;,text/html',
    'image/png, text/html',
    'application/xhtml+xml',
    'image/svg+xml;charset=x',
    'text/plain\tx;text/html',
    'multipart/x-mixed-replace;boundary=a',
    'text/xml',
  ]
  for (const type of tricks) {
    test(`a declared type cannot make content active: ${type}`, async () => {
      for (const [name, shape] of [
        ['trick', 'inline or attachment'],
        ['trick.png', 'inline'],
      ] as const) {
        const { headers } = await send(await file(name, '<svg onload=alert(1)>', { 'content-type': type }))
        if (shape === 'inline') assert.equal(headers['content-type'], 'image/png')
        else if (headers['content-type'] !== 'image/png') {
          assert.ok(headers['content-disposition']?.startsWith('attachment;'), headers['content-disposition'])
        }
        assert.equal(headers['x-content-type-options'], 'nosniff')
      }
    })
  }

  test('a file without an extension keeps a harmless declared type', async () => {
    const { headers } = await send(await file('photo', 'x', { 'content-type': 'image/webp' }))
    assert.equal(headers['content-type'], 'image/webp')
    assert.ok(headers['content-disposition']?.startsWith('inline;'))
  })

  test('Content-Disposition has the name according to RFC 6266, and nothing else', async () => {
    const url = await file('报 告";\\ \'(1)*.html', 'x')
    const { headers } = await send(url)
    assert.equal(
      headers['content-disposition'],
      `attachment; filename="_ ____ __1__.html"; filename*=UTF-8''%E6%8A%A5%20%E5%91%8A%22%3B%5C%20%27%281%29%2A.html`,
    )
  })

  test('download= makes it a download with the given name', async () => {
    const url = await file('pic.png', SMALL)
    for (const [query, expected] of [
      ['download=true', `attachment; filename="pic.png"; filename*=UTF-8''pic.png`],
      ['download=', `attachment; filename="pic.png"; filename*=UTF-8''pic.png`],
      ['download=%E5%9B%BE.png', `attachment; filename="_.png"; filename*=UTF-8''%E5%9B%BE.png`],
      [
        'download=a%0d%0aSet-Cookie%3a%20x%3d1',
        `attachment; filename="a__Set-Cookie_ x_1"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3D1`,
      ],
      ['download=../../x', `attachment; filename=".._.._x"; filename*=UTF-8''..%2F..%2Fx`],
    ] as const) {
      const { status, headers, body } = await send(`${url}&${query}`)
      assert.equal(status, 200)
      assert.equal(headers['content-disposition'], expected)
      assert.equal(headers['set-cookie'], undefined)
      assert.deepEqual(body, SMALL)
    }
  })
})
