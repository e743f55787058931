/** Sending the bytes of an upload, in every shape of the adapters, with plain HTTP. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { freshPaths } from './support/file-names.ts'
import { serverForFile, startServer } from './support/server.ts'
import { assertRefused, BYTES, FIELDS, FILE, FORM, field, form, SDK_HEADERS, sha, split } from './support/uploads.ts'
import {
  act,
  element,
  newPerson,
  own,
  type Sending,
  send,
  stored,
  temporaryUrl,
  upload,
  uploadUrl,
} from './support/wire.ts'

const CONFIG = { storage: { acl: 'PRIVATE' } }

const server = await serverForFile({ config: CONFIG })
const alice = await newPerson(server)
const fresh = freshPaths(alice)

describe('every shape of an adapter is accepted, byte for byte', () => {
  const chunked = { chunks: [BYTES.subarray(0, 1), BYTES.subarray(1, 1000), BYTES.subarray(1000)] }
  const shapes: readonly (readonly [what: string, sending: Sending, status: number])[] = [
    ['PUT of raw bytes with a length', { method: 'PUT', body: BYTES }, 200],
    [
      'PUT with the headers of the Mini Program and a blank type',
      { method: 'PUT', body: BYTES, headers: { ...SDK_HEADERS, 'content-type': ' ' } },
      200,
    ],
    ['PUT with an empty type', { method: 'PUT', body: BYTES, headers: { 'content-type': '' } }, 200],
    ['PUT with a malformed type', { method: 'PUT', body: BYTES, headers: { 'content-type': ';;/=' } }, 200],
    ['PUT declared as JSON', { method: 'PUT', body: BYTES, headers: { 'content-type': 'application/json' } }, 200],
    ['PUT declared as a form', { method: 'PUT', body: BYTES, headers: FORM }, 200],
    [
      'PUT in chunks, like the server SDK',
      { method: 'PUT', ...chunked, headers: { Signature: 'in-url', key: 'a%2Fb' } },
      200,
    ],
    [
      'PUT by a client that waits for 100 Continue',
      { method: 'PUT', body: BYTES, headers: { expect: '100-continue' } },
      200,
    ],
    ['POST of raw bytes without fields', { method: 'POST', body: BYTES }, 201],
    ['POST of raw bytes with a blank type', { method: 'POST', body: BYTES, headers: { 'content-type': ' ' } }, 201],
    ['POST of raw bytes in chunks', { method: 'POST', ...chunked }, 201],
    [
      'POST of raw bytes as a web form',
      { method: 'POST', body: BYTES, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      201,
    ],
    ['form of the file alone', { method: 'POST', body: form([FILE]), headers: { ...FORM, ...SDK_HEADERS } }, 201],
    ['form with all fields before the file', { method: 'POST', body: form([...FIELDS, FILE]), headers: FORM }, 201],
    [
      'form with a second key before the file',
      { method: 'POST', body: form([...FIELDS, field('key', 'again'), FILE]), headers: FORM },
      201,
    ],
    ['form with the file first', { method: 'POST', body: form([FILE, ...FIELDS]), headers: FORM }, 201],
    [
      'form with reversed fields and the file in the middle',
      {
        method: 'POST',
        body: form([...FIELDS.slice(3).reverse(), FILE, ...FIELDS.slice(0, 3).reverse()]),
        headers: FORM,
      },
      201,
    ],
    [
      'form with unknown fields',
      { method: 'POST', body: form([field('__proto__'), field('constructor'), field('文件'), FILE]), headers: FORM },
      201,
    ],
    [
      'form with another name of the file field',
      { method: 'POST', body: form([{ ...FILE, name: 'media' }]), headers: FORM },
      201,
    ],
    [
      'form without a name of the file field',
      { method: 'POST', body: form([{ ...FILE, name: '' }]), headers: FORM },
      201,
    ],
    [
      'form with a path as the file name',
      { method: 'POST', body: form([{ ...FILE, filename: '../../图 1.bin' }]), headers: FORM },
      201,
    ],
    [
      'form that asks for 200',
      { method: 'POST', body: form([field('success_action_status', '200'), FILE]), headers: FORM },
      201,
    ],
    [
      'form that asks for 204',
      { method: 'POST', body: form([field('success_action_status', '204'), FILE]), headers: FORM },
      201,
    ],
    ['form in chunks', { method: 'POST', chunks: split(form([...FIELDS, FILE]), 700), headers: FORM }, 201],
    [
      'form with a quoted boundary and unusual spelling of the type',
      {
        method: 'POST',
        body: form([FILE], 'a b'),
        headers: { 'content-type': 'Multipart/Form-Data; charset=utf-8; boundary="a b"' },
      },
      201,
    ],
  ]
  for (const [what, sending, status] of shapes) {
    test(what, async () => {
      const path = fresh()
      const url = await uploadUrl(server, alice, path)
      const answer = await send(url, sending)
      assert.equal(answer.status, status, answer.text)
      assert.match(answer.headers.etag ?? '', /^"[0-9a-f]{64}"$/)
      if (status === 200) assert.equal(answer.text, '')
      else {
        assert.match(answer.headers['content-type'] ?? '', /^application\/xml/)
        assert.match(answer.text, /<PostResponse>/)
        assert.equal(element(answer.text, 'Key'), path)
      }
      assert.deepEqual(await stored(server, alice, path), BYTES)
    })
  }

  test('an upload of several megabytes, raw and as a form', async () => {
    const big = await startServer()
    try {
      const person = await newPerson(big)
      const bytes = randomBytes(5 * 1024 * 1024 + 1)
      for (const [name, sending] of [
        ['raw.bin', { method: 'PUT', body: bytes }],
        ['form.bin', { method: 'POST', body: form([...FIELDS, { ...FILE, value: bytes }]), headers: FORM }],
        ['chunks.bin', { method: 'PUT', chunks: split(bytes, 100_000) }],
      ] as const) {
        const path = own(person, name)
        const answer = await send(await uploadUrl(big, person, path), sending)
        assert.ok(answer.status < 300, answer.text)
        assert.equal(sha(await stored(big, person, path)), sha(bytes))
      }
    } finally {
      await big.stop()
    }
  })
})

describe('metadata and content', () => {
  test('an empty file is stored, in every shape', async () => {
    for (const sending of [
      { method: 'PUT', body: '' },
      { method: 'PUT', chunks: [], headers: { 'transfer-encoding': 'chunked' } },
      { method: 'POST', body: '' },
      { method: 'POST', body: form([{ ...FILE, value: '' }]), headers: FORM },
    ]) {
      const path = fresh()
      const answer = await send(await uploadUrl(server, alice, path), sending)
      assert.ok(answer.status === 200 || answer.status === 201, answer.text)
      assert.deepEqual(await stored(server, alice, path), Buffer.alloc(0))
    }
  })

  test('the ETag is that of a later GET', async () => {
    const path = fresh()
    const { headers } = await send(await uploadUrl(server, alice, path), { method: 'PUT', body: BYTES })
    const { tempFileURL } = await temporaryUrl(server, alice, path)
    assert.equal((await send(tempFileURL)).headers.etag, headers.etag)
    assert.equal(headers.etag, `"${sha(BYTES)}"`)
  })

  test('a correct Content-MD5 is accepted, a wrong one is refused and stores nothing', async () => {
    const path = fresh()
    const url = await uploadUrl(server, alice, path)
    for (const wrong of [createHash('md5').update('other').digest('base64'), 'bm9wZQ==', '!!']) {
      assertRefused(
        await send(url, { method: 'PUT', body: BYTES, headers: { 'content-md5': wrong } }),
        400,
        'INVALID_PARAM',
      )
    }
    assert.equal(await stored(server, alice, path), 'STORAGE_FILE_NONEXIST')
    const right = createHash('md5').update(BYTES).digest('base64')
    assert.equal((await send(url, { method: 'PUT', body: BYTES, headers: { 'content-md5': right } })).status, 200)
  })

  test('Cache-Control and metadata of the SDK are returned; a hostile Cache-Control is not', async () => {
    const reader = await startServer({ config: { storage: { acl: 'READONLY' } } })
    try {
      const person = await newPerson(reader)
      for (const [sent, expected] of [
        ['max-age=77', 'max-age=77'],
        ['max-age=1;<script>', 'public, max-age=60'],
        ['public, max-age=31536000, immutable', 'public, max-age=86400'],
        ['immutable', 'public, max-age=60'],
        ['s-maxage="99999999", stale-while-revalidate=99999999', 's-maxage=86400'],
        ['no-store', 'no-store'],
      ] as const) {
        const path = own(person, 'c.png')
        await upload(reader, person, path, BYTES, { 'cache-control': sent, 'x-cos-metadata-metadata': 'e30=' })
        const { tempFileURL } = await temporaryUrl(reader, person, path)
        assert.equal((await send(tempFileURL)).headers['cache-control'], expected)
      }
    } finally {
      await reader.stop()
    }
  })

  const names: readonly string[] = [
    'plain.jpg',
    'with space.jpg',
    ' leading and trailing ',
    '100%.txt',
    '%2e%2e%2f.txt',
    '%00.txt',
    'a#b?c=d&e.txt',
    '图片 一.png',
    '🏔️.webp',
    'e\u0301 is not \u00e9.txt',
    'quote"and\\backslash.txt',
    "it's;a(name)*.txt",
    '<script>alert(1)</script>.svg',
    '..hidden',
    'trailing.',
    'COM1',
    'a:b|c.txt',
    `${'長'.repeat(200)}.txt`,
  ]
  for (const name of names) {
    test(`the name comes back byte for byte: ${name.slice(0, 30)}`, async () => {
      const path = own(alice, name)
      const body = Buffer.from(name)
      const reply = await act(server, alice, 'storage.getUploadMetadata', { path })
      assert.equal(reply.code, undefined, reply.message)
      assert.ok(reply.data.fileId.endsWith(`/${path}`), reply.data.fileId)
      const posted = await send(reply.data.url, { method: 'POST', body })
      assert.equal(unescapeXml(element(posted.text, 'Key') ?? ''), path)
      const list = await act(server, alice, 'storage.batchGetDownloadUrl', { file_list: [reply.data.fileId] })
      const [item] = list.data.download_list
      assert.equal(item.fileID, reply.data.fileId)
      assert.match(item.tempFileURL, /^[\x21-\x7e]+$/)
      assert.ok(!item.tempFileURL.includes('%'))
      const { headers, body: got } = await send(item.tempFileURL)
      assert.deepEqual(got, body)
      const encoded = /filename\*=UTF-8''(\S+)$/.exec(headers['content-disposition'] ?? '')?.[1] ?? ''
      // A name of more than 200 characters is cut, and keeps its ending.
      const file = name.slice(name.lastIndexOf('/') + 1)
      const expected = file.length > 200 ? `${file.slice(0, 196)}.txt` : file
      assert.equal(decodeURIComponent(encoded), expected)
    })
  }

  test('names of 850 bytes are accepted, of 851 and other invalid names are not', async () => {
    const longest = own(alice, '').padEnd(850, 'x')
    await upload(server, alice, longest, 'x')
    assert.equal(String(await stored(server, alice, longest)), 'x')
    for (const path of [
      `${longest}x`,
      '',
      '/a',
      'a//b',
      'a/../b',
      './a',
      'a/.',
      'a\u0000b',
      'a\nb',
      'a\u007f',
      '\ud800',
      7,
      null,
      ['a'],
      {},
    ]) {
      const reply = await act(server, alice, 'storage.getUploadMetadata', { path })
      assert.equal(reply.code, 'INVALID_FILE_NAME', JSON.stringify(path))
    }
  })
})

function unescapeXml(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(\w+);/g, (_, name: string) => entities[name] ?? '')
}
