import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { startRawServer, startServer } from '../testing/http-server.ts'
import { gate, phoneFor, settled } from '../testing/phone.ts'
import type { DownloadFileResult } from './download.ts'
import type { RequestResult } from './request.ts'
import { MAX_IN_FLIGHT } from './transfer-queue.ts'
import type { UploadFileResult } from './upload.ts'

test('25 parallel uploads: never more than ten in flight, and all arrive', async (t) => {
  const { wx, files } = phoneFor(t)
  let open = 0
  let most = 0
  const tenArrived = gate()
  const server = await startRawServer(t, [], async (request, response) => {
    open += 1
    most = Math.max(most, open)
    if (open === MAX_IN_FLIGHT) tenArrived.open()
    // No request is answered before ten have arrived, so a lower limit would hang here.
    await Promise.all([tenArrived.opened, request.resume().toArray()])
    open -= 1
    response.end('ok')
  })
  const filePath = files.add('a.jpg', randomBytes(10_000))
  const uploads = Array.from({ length: 25 }, () =>
    settled<UploadFileResult>((callbacks) => wx.uploadFile({ url: server.url, filePath, name: 'file', ...callbacks })),
  )
  const results = await Promise.all(uploads)
  assert.equal(results.length, 25)
  assert.equal(most, 10)
})

test('request, uploadFile and downloadFile share the limit of ten; an aborted call never leaves the queue', async (t) => {
  const phone = phoneFor(t)
  const { wx, files } = phone
  const go = gate()
  const tenArrived = gate()
  const urls: string[] = []
  const server = await startRawServer(t, [], async (request, response) => {
    urls.push(request.url ?? '')
    if (urls.length === MAX_IN_FLIGHT) tenArrived.open()
    await Promise.all([go.opened, request.resume().toArray()])
    response.end('ok')
  })
  const filePath = files.add('a.jpg', new Uint8Array([1]))
  const running = Array.from({ length: 4 }, () => [
    settled<RequestResult>((callbacks) => wx.request({ url: `${server.url}/r`, ...callbacks })),
    settled<UploadFileResult>((c) => wx.uploadFile({ url: `${server.url}/u`, filePath, name: 'f', ...c })),
    settled<DownloadFileResult>((callbacks) => wx.downloadFile({ url: `${server.url}/d`, ...callbacks })),
  ]).flat()
  const aborted = settled<RequestResult>((callbacks) => {
    const task = wx.request({ url: `${server.url}/aborted`, ...callbacks })
    void tenArrived.opened.then(() => task.abort())
  })
  await assert.rejects(aborted, { errMsg: 'request:fail abort' })
  assert.equal(phone.inFlight, 10)
  assert.equal(urls.length, 10)
  go.open()
  assert.equal((await Promise.all<object>(running)).length, 12)
  assert.equal(urls.length, 12)
  assert.equal(urls.includes('/aborted'), false)
  assert.equal(phone.inFlight, 0)
})

test('the timeout does not count the time in the queue', async (t) => {
  const { wx } = phoneFor(t)
  const go = gate()
  const server = await startServer(t, async ({ url }, response) => {
    if (url === '/slow') await go.opened
    response.end('ok')
  })
  const ask = (path: string, timeout?: number) =>
    settled<RequestResult>((callbacks) => wx.request({ url: server.url + path, timeout, ...callbacks }))
  const slow = Array.from({ length: 10 }, () => ask('/slow'))
  // Long enough for a busy machine to answer in.
  const queued = ask('/quick', 2_000)
  setTimeout(go.open, 2_100)
  assert.equal((await queued).data, 'ok')
  await Promise.all(slow)
})

test('offline: running and new calls fail, and the change is reported', async (t) => {
  const phone = phoneFor(t)
  const { wx } = phone
  const arrived = gate()
  const server = await startServer(t, ({ url }, response) => {
    arrived.open()
    if (url === '/quick') response.end('ok')
  })
  const ask = (path: string) =>
    settled<RequestResult>((callbacks) => wx.request({ url: server.url + path, ...callbacks }))
  const told: object[] = []
  wx.onNetworkStatusChange((event) => told.push(event))
  const underWay = ask('/never')
  void arrived.opened.then(() => phone.setNetwork({ type: 'none' }))
  await assert.rejects(underWay, { errMsg: /^request:fail .*ERR_INTERNET_DISCONNECTED/, errno: 600001 })
  await assert.rejects(ask('/quick'), { errMsg: /ERR_INTERNET_DISCONNECTED/ })
  assert.equal((await wx.getNetworkType()).networkType, 'none')
  phone.setNetwork({ type: '4g' })
  assert.equal((await ask('/quick')).data, 'ok')
  assert.deepEqual(told, [
    { isConnected: false, networkType: 'none' },
    { isConnected: true, networkType: '4g' },
  ])
})

test('latency delays calls, and counts towards the timeout', async (t) => {
  const phone = phoneFor(t)
  const server = await startServer(t, (_seen, response) => void response.end('ok'))
  phone.setNetwork({ latencyMs: 60 })
  const ask = (timeout: number) =>
    settled<RequestResult>((callbacks) => phone.wx.request({ url: server.url, timeout, ...callbacks }))
  const start = performance.now()
  await ask(5000)
  assert.ok(performance.now() - start >= 55)
  await assert.rejects(ask(20), { errMsg: 'request:fail timeout' })
})

test('the upload speed limit slows uploads down, and cutUploadAfterBytes breaks them', async (t) => {
  const phone = phoneFor(t)
  const { wx, files } = phone
  const server = await startServer(t, (_seen, response) => void response.end('ok'))
  const filePath = files.add('a.mp4', randomBytes(400_000))
  const upload = () =>
    settled<UploadFileResult>((callbacks) => wx.uploadFile({ url: server.url, filePath, name: 'file', ...callbacks }))
  phone.setNetwork({ uploadBytesPerSecond: 2_000_000 })
  const start = performance.now()
  await upload()
  assert.ok(performance.now() - start >= 190)
  phone.setNetwork({ uploadBytesPerSecond: Number.POSITIVE_INFINITY, cutUploadAfterBytes: 200_000 })
  await assert.rejects(upload(), { errMsg: /^uploadFile:fail .*ERR_CONNECTION_RESET/ })
  assert.equal(server.seen.length, 1)
  phone.setNetwork({ cutUploadAfterBytes: Number.POSITIVE_INFINITY })
  assert.equal((await upload()).data, 'ok')
})
