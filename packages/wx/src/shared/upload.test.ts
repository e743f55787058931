import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Wx } from '../node/wx.ts'
import { readMultipart, startRawServer, startServer } from '../testing/http-server.ts'
import { gate, phoneFor, settled } from '../testing/phone.ts'
import type { UploadFileOptions, UploadFileResult, UploadProgress } from './upload.ts'

const upload = (wx: Wx, options: UploadFileOptions) =>
  settled<UploadFileResult>((callbacks) => wx.uploadFile({ ...options, ...callbacks }))

test('uploadFile: a multipart POST, fields first in their order, the file last', async (t) => {
  const { wx, files } = phoneFor(t)
  const server = await startServer(t, (_seen, response) => void response.writeHead(201).end('{"a":1}'))
  const bytes = randomBytes(200_000)
  const filePath = files.add('照片.jpg', bytes)
  const result = await upload(wx, {
    url: `${server.url}/up?t=1`,
    filePath,
    name: 'file',
    formData: { key: 'users/中/a b.jpg', 'x-cos-meta': '"q"', n: 5, skipped: undefined },
    header: { authorization: 'sig', 'Content-Type': 'text/plain' },
  })
  assert.deepEqual(result, { data: '{"a":1}', statusCode: 201, errMsg: 'uploadFile:ok' })
  const [seen] = server.seen
  assert.ok(seen)
  assert.equal(seen.method, 'POST')
  assert.equal(seen.url, '/up?t=1')
  assert.equal(seen.headers.authorization, 'sig')
  assert.match(seen.headers['content-type'] ?? '', /^multipart\/form-data; boundary=/)
  assert.equal(seen.headers['content-length'], String(seen.body.length))
  const parts = readMultipart(seen)
  assert.deepEqual(
    parts.map(({ name, filename }) => [name, filename]),
    [
      ['key', undefined],
      ['x-cos-meta', undefined],
      ['n', undefined],
      ['file', filePath.split('/').at(-1)],
    ],
  )
  assert.equal(parts[0]?.data.toString(), 'users/中/a b.jpg')
  assert.equal(parts[1]?.data.toString(), '"q"')
  assert.equal(parts[2]?.data.toString(), '5')
  assert.equal(parts[3]?.type, 'image/jpeg')
  assert.ok(parts[3]?.data.equals(bytes))
})

test('uploadFile: names are escaped in their header, and an empty file is sent', async (t) => {
  const { wx, files } = phoneFor(t)
  const server = await startServer(t, (_seen, response) => void response.end())
  const filePath = files.add('empty', new Uint8Array())
  await upload(wx, { url: server.url, filePath, name: 'f"\r\nX: y', formData: { 'a"b': 'v' } })
  const [seen] = server.seen
  assert.ok(seen)
  const parts = readMultipart(seen)
  assert.deepEqual(
    parts.map(({ name }) => name),
    ['a%22b', 'f%22%0D%0AX: y'],
  )
  assert.equal(parts[1]?.data.length, 0)
  assert.equal(parts[1]?.type, 'application/octet-stream')
})

test('uploadFile: every status is a success and data is always a string', async (t) => {
  const { wx, files } = phoneFor(t)
  const server = await startServer(t, ({ url }, response) => void response.writeHead(Number(url.slice(1))).end())
  const filePath = files.add('a.png', new Uint8Array([1]))
  for (const status of [200, 204, 301, 403, 500]) {
    const result = await upload(wx, { url: `${server.url}/${status}`, filePath, name: 'file' })
    assert.deepEqual(result, { data: '', statusCode: status, errMsg: 'uploadFile:ok' })
  }
})

test('uploadFile: progress grows to 100 with the bytes of the body', async (t) => {
  const { wx, files } = phoneFor(t)
  const server = await startServer(t, (_seen, response) => void response.end())
  const filePath = files.add('a.mp4', randomBytes(1_000_000))
  const events: UploadProgress[] = []
  await settled<UploadFileResult>((callbacks) => {
    const task = wx.uploadFile({ url: server.url, filePath, name: 'file', ...callbacks })
    task.onProgressUpdate((event) => events.push(event))
    const never = (): void => assert.fail('was taken off')
    task.onProgressUpdate(never)
    task.offProgressUpdate(never)
  })
  const total = server.seen[0]?.body.length
  assert.ok(events.length > 5)
  for (const [index, event] of events.entries()) {
    assert.ok(Number.isInteger(event.progress) && event.progress >= 0 && event.progress <= 100)
    assert.ok(event.totalBytesSent > (events[index - 1]?.totalBytesSent ?? 0))
    assert.equal(event.totalBytesExpectedToSend, total)
  }
  assert.deepEqual(events.at(-1), { progress: 100, totalBytesSent: total, totalBytesExpectedToSend: total })
})

test('uploadFile: a large file arrives whole', async (t) => {
  const { wx, files } = phoneFor(t)
  const bytes = randomBytes(8_000_000)
  const hash = createHash('sha256')
  let size = 0
  const server = await startRawServer(t, [], async (request, response) => {
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length
      hash.update(piece)
    }
    response.end(String(size))
  })
  const filePath = files.add('big.bin', bytes)
  const result = await upload(wx, { url: server.url, filePath, name: 'file' })
  assert.equal(result.data, String(size))
  assert.ok(size > bytes.length)
})

test('uploadFile: an abort breaks the connection to the server', async (t) => {
  const { wx, files } = phoneFor(t)
  const started = gate()
  const broken = gate()
  const server = await startRawServer(t, [], (request) => {
    request.once('data', started.open)
    request.once('error', broken.open)
  })
  const filePath = files.add('a.mp4', randomBytes(5_000_000))
  await assert.rejects(
    settled<UploadFileResult>((callbacks) => {
      const task = wx.uploadFile({ url: server.url, filePath, name: 'file', ...callbacks })
      void started.opened.then(() => task.abort())
    }),
    { errMsg: 'uploadFile:fail abort' },
  )
  await broken.opened
})

test('uploadFile: an answer before the end of the body is accepted', async (t) => {
  const { wx, files } = phoneFor(t)
  const server = await startRawServer(t, [], (request, response) => {
    request.once('data', () => response.writeHead(413).end('too large'))
    request.resume()
  })
  const filePath = files.add('a.mp4', randomBytes(3_000_000))
  const result = await upload(wx, { url: server.url, filePath, name: 'file' })
  assert.deepEqual(result, { data: 'too large', statusCode: 413, errMsg: 'uploadFile:ok' })
})

test('uploadFile: failures', async (t) => {
  const { wx, files } = phoneFor(t)
  const server = await startServer(t, () => undefined)
  const filePath = files.add('a.jpg', new Uint8Array([1]))
  const good = { url: server.url, filePath, name: 'file' }
  await assert.rejects(upload(wx, { ...good, timeout: 30 }), { errMsg: 'uploadFile:fail timeout', errno: 5 })
  for (const missing of ['http://tmp/none.jpg', 'wxfile://usr/none.jpg', '/etc/hostname', 'wxfile://usr/../x']) {
    await assert.rejects(upload(wx, { ...good, filePath: missing }), { errMsg: 'uploadFile:fail file not found' })
  }
  const noName = { url: server.url, filePath } as UploadFileOptions
  await assert.rejects(upload(wx, noName), { errMsg: /^uploadFile:fail parameter error: parameter\.name/ })
  await assert.rejects(upload(wx, { ...good, url: 'x' }), { errMsg: 'uploadFile:fail invalid url "x"' })
})
