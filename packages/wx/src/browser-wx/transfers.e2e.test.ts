import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { openPhones, type Phones } from '../testing/browser-phone.ts'
import { readMultipart, type Seen, startServer, type TestServer } from '../testing/http-server.ts'

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-expose-headers': '*',
}

/** Defines `make(name, size)`, which writes a file of the program and returns its path. */
const MAKE_FILE = `const fs = wx.getFileSystemManager()
  const make = (name, size) => {
    const path = wx.env.USER_DATA_PATH + '/' + name
    fs.writeFileSync(path, new Uint8Array(size).fill(7).buffer)
    return path
  }`

describe('wx uploads and downloads in a browser', { skip: lacksChromium(), timeout: 90_000 }, () => {
  let phones: Phones
  before(async () => {
    phones = await openPhones()
  })
  after(() => phones.close())

  const uploads = (server: TestServer): Seen[] => server.seen.filter(({ method }) => method === 'POST')

  it('uploadFile: a multipart POST, fields first, the file last; progress to 100; any status; data is a string', async (t) => {
    const server = await startServer(t, ({ method }, response) => {
      response.writeHead(method === 'OPTIONS' ? 204 : 403, CORS).end(method === 'OPTIONS' ? undefined : '{"no":1}')
    })
    const phone = await phones.open()
    const result = await phone.run<{ ok: unknown; progress: { progress: number; totalBytesSent: number }[] }>(
      `${MAKE_FILE}
      const progress = []
      const { ok } = await settle((c) => {
        const task = wx.uploadFile({ url: args, filePath: make('照片.jpg', 300000), name: 'file',
          formData: { key: 'users/u/照片.jpg', n: 5, gone: undefined }, header: { 'Content-Type': 'text/plain', 'X-Own': 'v' }, ...c })
        task.onProgressUpdate((event) => progress.push(event))
      })
      return { ok, progress }`,
      server.url,
    )
    assert.deepEqual(result.ok, { data: '{"no":1}', statusCode: 403, errMsg: 'uploadFile:ok' })
    assert.equal(result.progress.at(-1)?.progress, 100)
    const [seen] = uploads(server)
    assert.ok(seen)
    assert.equal(seen.headers['x-own'], 'v')
    const [key, n, file] = readMultipart(seen)
    assert.deepEqual([key?.name, String(key?.data), n?.name, String(n?.data)], ['key', 'users/u/照片.jpg', 'n', '5'])
    assert.deepEqual(
      [file?.name, file?.filename, file?.type, file?.data.length],
      ['file', '照片.jpg', 'image/jpeg', 300000],
    )
    assert.ok(file?.data.every((byte) => byte === 7))
  })

  it('uploadFile: takes longer on a slow network, and an aborted upload has not reached the server', async (t) => {
    const server = await startServer(t, ({ method }, response) => {
      response.writeHead(method === 'OPTIONS' ? 204 : 200, CORS).end()
    })
    const phone = await phones.open()
    const result = await phone.run<{ failed: string; progress: number[]; took: number }>(
      `${MAKE_FILE}
      phone.throttle('slow')
      const progress = []
      const { failed } = await settle((c) => {
        const task = wx.uploadFile({ url: args, filePath: make('a.jpg', 50000), name: 'file', ...c })
        task.onProgressUpdate((event) => { progress.push(event.progress); if (event.progress > 20) task.abort() })
      })
      const start = performance.now()
      await settle((c) => wx.uploadFile({ url: args, filePath: make('b.jpg', 20000), name: 'file', ...c }))
      return { failed: failed.errMsg, progress, took: performance.now() - start }`,
      server.url,
    )
    assert.equal(result.failed, 'uploadFile:fail abort')
    assert.ok(result.progress.length >= 2 && result.progress.every((part) => part < 100))
    assert.ok(result.took >= 800, `20 kB at 50 kB/s after 400 ms took ${result.took} ms`)
    assert.equal(uploads(server).length, 1)
  })

  it('uploadFile: failures', async () => {
    const phone = await phones.open()
    const texts = await phone.run(
      `${MAKE_FILE}
      const given = [{ filePath: 'http://tmp/none.jpg' }, { filePath: wx.env.USER_DATA_PATH }, { filePath: 5 }, { url: 'wxfile://usr/a' }, { name: '' }]
      const good = { url: args, filePath: make('a.jpg', 5), name: 'file' }
      const all = await Promise.all(given.map((change) => settle((c) => wx.uploadFile({ ...good, ...change, ...c }))))
      return all.map(({ failed }) => failed.errMsg)`,
      phones.url,
    )
    assert.deepEqual(texts, [
      'uploadFile:fail file not found',
      'uploadFile:fail file not found',
      'uploadFile:fail parameter error: parameter.filePath should be String instead of Number;',
      'uploadFile:fail invalid url "wxfile://usr/a"',
      'uploadFile:fail parameter error: parameter.name should be String instead of empty String;',
    ])
  })

  it('downloadFile: a file that pages can show and programs can read; to a given path; an error page is a file too', async (t) => {
    const server = await startServer(t, ({ url }, response) => {
      const status = url === '/none' ? 404 : 200
      response.writeHead(status, { ...CORS, 'content-type': 'image/png', 'content-length': '5' }).end('bytes')
    })
    const phone = await phones.open()
    const result = await phone.run<{ first: Record<string, unknown> } & Record<string, unknown>>(
      `const fs = wx.getFileSystemManager()
      const progress = []
      const { ok: first } = await settle((c) => {
        const task = wx.downloadFile({ url: args + '/a?x=1', ...c })
        task.onProgressUpdate((event) => progress.push(event.progress))
      })
      const target = wx.env.USER_DATA_PATH + '/kept.png'
      const { ok: second } = await settle((c) => wx.downloadFile({ url: args + '/none', filePath: target, ...c }))
      const denied = await settle((c) => wx.downloadFile({ url: args + '/a', filePath: '/etc/x', ...c }))
      const shown = await (await fetch(phone.displayUrl(first.tempFilePath))).text()
      return { first, second, shown, progress: progress.at(-1), denied: denied.failed.errMsg,
        text: fs.readFileSync(first.tempFilePath, 'utf8'), kept: fs.statSync(target).size,
        others: [phone.displayUrl('http://tmp/none'), phone.displayUrl('/a/b.png'), phone.displayUrl('https://x/y')] }`,
      server.url,
    )
    const { first, ...rest } = result
    assert.match(String(first.tempFilePath), /^http:\/\/tmp\/[0-9a-f]{32}\.png$/)
    assert.deepEqual([first.statusCode, first.errMsg, 'filePath' in first], [200, 'downloadFile:ok', false])
    assert.deepEqual(rest, {
      second: { filePath: 'wxfile://usr/kept.png', statusCode: 404, errMsg: 'downloadFile:ok' },
      shown: 'bytes',
      progress: 100,
      denied: 'downloadFile:fail permission denied, open "/etc/x"',
      text: 'bytes',
      kept: 5,
      others: ['http://tmp/none', '/assets/a/b.png', 'https://x/y'],
    })
    // A plain GET needs no CORS preflight, which object stores may not answer.
    assert.deepEqual(new Set(server.seen.map(({ method }) => method)), new Set(['GET']))
  })
})
