import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closedPort } from '../testing/http-server.ts'
import { gate, phoneFor, settled } from '../testing/phone.ts'
import { startEchoServer } from '../testing/websocket-server.ts'
import { MAX_SOCKETS, type SocketClose, type SocketTask } from './socket.ts'

const opened = (task: SocketTask): Promise<unknown> => new Promise((resolve) => task.onOpen(resolve))
const closed = (task: SocketTask): Promise<SocketClose> => new Promise((resolve) => task.onClose(resolve))

test('connectSocket: text and bytes in both directions, then a clean close', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startEchoServer(t)
  const connected = gate()
  const task = wx.connectSocket({
    url: `${server.url}/ws?a=1`,
    header: { 'x-token': 'abc' },
    protocols: ['chat'],
    success: () => connected.open(),
  })
  assert.equal(task.readyState, task.CONNECTING)
  await assert.rejects(
    settled((c) => task.send({ data: 'early', ...c })),
    { errMsg: /^sendSocketMessage:fail .*not OPEN/ },
  )
  await connected.opened
  await opened(task)
  assert.equal(task.readyState, task.OPEN)
  assert.equal(server.upgrades[0]?.url, '/ws?a=1')
  assert.equal(server.upgrades[0]?.headers['x-token'], 'abc')
  assert.equal(server.upgrades[0]?.headers['sec-websocket-protocol'], 'chat')
  const messages: Array<string | ArrayBuffer> = []
  const both = gate()
  task.onMessage(({ data }) => {
    messages.push(data)
    if (messages.length === 2) both.open()
  })
  assert.equal((await settled((c) => task.send({ data: '中文', ...c }))).errMsg, 'sendSocketMessage:ok')
  task.send({ data: new Uint8Array([1, 2, 255]).buffer })
  await both.opened
  assert.equal(messages[0], '中文')
  assert.ok(messages[1] instanceof ArrayBuffer)
  assert.deepEqual([...new Uint8Array(messages[1])], [1, 2, 255])
  const ended = closed(task)
  assert.equal((await settled((c) => task.close({ code: 1000, reason: 'bye', ...c }))).errMsg, 'closeSocket:ok')
  assert.deepEqual(await ended, { code: 1000, reason: 'bye' })
  assert.equal(task.readyState, task.CLOSED)
  await assert.rejects(
    settled((c) => task.close(c)),
    { errMsg: /^closeSocket:fail/ },
  )
})

test('connectSocket: no server, or a refusal: an error, then a close', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startEchoServer(t)
  for (const url of [`ws://127.0.0.1:${await closedPort()}`, `${server.url}/refuse`]) {
    const task = wx.connectSocket({ url })
    const events: string[] = []
    task.onError(({ errMsg }) => events.push(errMsg))
    await closed(task)
    assert.deepEqual(events, ['onSocketError:fail connection failed'])
    assert.equal(task.readyState, task.CLOSED)
  }
  await assert.rejects(
    settled((c) => wx.connectSocket({ url: 'http://x/', ...c })),
    {
      errMsg: 'connectSocket:fail invalid url "http://x/"',
    },
  )
})

test('connectSocket: five at once; a closed one makes room', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startEchoServer(t)
  const tasks = Array.from({ length: MAX_SOCKETS }, () => wx.connectSocket({ url: server.url }))
  await Promise.all(tasks.map(opened))
  await assert.rejects(
    settled((c) => wx.connectSocket({ url: server.url, ...c })),
    { errMsg: /^connectSocket:fail exceed max/ },
  )
  const [first] = tasks
  assert.ok(first)
  const ended = closed(first)
  first.close()
  await ended
  await opened(wx.connectSocket({ url: server.url }))
})

test('connectSocket: never connects if it is closed before it is opened', async (t) => {
  const { wx } = phoneFor(t)
  const server = await startEchoServer(t)
  const task = wx.connectSocket({ url: server.url })
  const ended = closed(task)
  task.close()
  await ended
  await opened(wx.connectSocket({ url: server.url }))
  assert.equal(server.upgrades.length, 1)
})

test('connectSocket: going offline or staying in the background breaks the connection', async (t) => {
  const phone = phoneFor(t, { interruptAfterMs: 10 })
  const server = await startEchoServer(t)
  const connect = async (): Promise<Promise<SocketClose>[]> => {
    const task = phone.wx.connectSocket({ url: server.url })
    await opened(task)
    return [closed(task)]
  }
  const [offline] = await connect()
  phone.setNetwork({ type: 'none' })
  assert.deepEqual(await offline, { code: 1006, reason: 'network is down' })
  await assert.rejects(
    settled((c) => phone.wx.connectSocket({ url: server.url, ...c })),
    { errMsg: /DISCONNECTED/ },
  )
  phone.setNetwork({ type: 'wifi' })
  const [hidden] = await connect()
  phone.background()
  // The timer of a hidden program does not keep the process alive; the open socket does.
  assert.deepEqual(await hidden, { code: 1006, reason: 'interrupted' })
})
