import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Wx } from '../node/wx.ts'
import { startServer } from '../testing/http-server.ts'
import { gate, phoneFor, settled } from '../testing/phone.ts'
import type { DownloadFileOptions, DownloadFileResult, DownloadProgress } from './download.ts'

const download = (wx: Wx, options: DownloadFileOptions) =>
  settled<DownloadFileResult>((callbacks) => wx.downloadFile({ ...options, ...callbacks }))

test('downloadFile: the bytes become a temporary file that the file system manager reads', async (t) => {
  const { wx, files } = phoneFor(t)
  const bytes = randomBytes(300_000)
  const server = await startServer(t, (_seen, response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length }).end(bytes)
  })
  const events: DownloadProgress[] = []
  const heads: number[] = []
  const result = await settled<DownloadFileResult>((callbacks) => {
    const task = wx.downloadFile({ url: `${server.url}/x.jpg`, header: { 'x-a': '1' }, ...callbacks })
    task.onProgressUpdate((event) => events.push(event))
    task.onHeadersReceived(({ statusCode }) => heads.push(statusCode))
  })
  assert.equal(result.errMsg, 'downloadFile:ok')
  assert.equal(result.statusCode, 200)
  const path = result.tempFilePath ?? ''
  assert.match(path, /^http:\/\/tmp\/[0-9a-f]{32}\.png$/)
  assert.ok(Buffer.from(wx.getFileSystemManager().readFileSync(path)).equals(bytes))
  assert.ok(readFileSync(files.realPath(path) ?? '').equals(bytes))
  assert.equal(server.seen[0]?.headers['x-a'], '1')
  assert.deepEqual(heads, [200])
  assert.deepEqual(events.at(-1), {
    progress: 100,
    totalBytesWritten: bytes.length,
    totalBytesExpectedToWrite: bytes.length,
  })
})

test('downloadFile: an error page is saved like any other answer', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, (_seen, response) => void response.writeHead(403).end('no'))
  const { statusCode, tempFilePath } = await download(wx, { url: server.url })
  assert.equal(statusCode, 403)
  assert.equal(wx.getFileSystemManager().readFileSync(tempFilePath ?? '', 'utf8'), 'no')
})

test('downloadFile: filePath puts it below USER_DATA_PATH, and nowhere else', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startServer(t, (_seen, response) => void response.end('mine'))
  const filePath = `${wx.env.USER_DATA_PATH}/a.txt`
  const result = await download(wx, { url: server.url, filePath })
  assert.deepEqual(result, { filePath, statusCode: 200, errMsg: 'downloadFile:ok' })
  assert.equal(wx.getFileSystemManager().readFileSync(filePath, 'utf8'), 'mine')
  for (const bad of ['/tmp/x', 'http://tmp/x', `${wx.env.USER_DATA_PATH}/../x`]) {
    await assert.rejects(download(wx, { url: server.url, filePath: bad }), {
      errMsg: /^downloadFile:fail permission denied/,
    })
  }
  await assert.rejects(download(wx, { url: server.url, filePath: `${wx.env.USER_DATA_PATH}/no/folder` }), {
    errMsg: /^downloadFile:fail no such file or directory/,
  })
})

test('downloadFile: a cut, aborted or slow download fails and leaves the old file alone', async (t) => {
  const { wx } = phoneFor(t)
  const started = gate()
  const server = await startServer(t, ({ url }, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('half', () => {
      started.open()
      if (url === '/cut') response.destroy()
    })
  })
  const filePath = `${wx.env.USER_DATA_PATH}/a.txt`
  wx.getFileSystemManager().writeFileSync(filePath, 'old')
  await assert.rejects(download(wx, { url: `${server.url}/cut`, filePath }), {
    errMsg: /^downloadFile:fail .*ERR_CONNECTION_RESET/,
  })
  await assert.rejects(download(wx, { url: `${server.url}/slow`, filePath, timeout: 30 }), {
    errMsg: 'downloadFile:fail timeout',
  })
  await assert.rejects(
    settled<DownloadFileResult>((callbacks) => {
      const task = wx.downloadFile({ url: `${server.url}/slow`, filePath, ...callbacks })
      task.onProgressUpdate(() => task.abort())
    }),
    { errMsg: 'downloadFile:fail abort' },
  )
  assert.equal(wx.getFileSystemManager().readFileSync(filePath, 'utf8'), 'old')
})
