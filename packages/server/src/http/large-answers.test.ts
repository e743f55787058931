import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { toCloudsteadError } from '@cloudstead/protocol'
import { fastify } from 'fastify'
import { createLargeAnswers } from './large-answers.ts'

/** More than the operating system takes from the server when nobody reads. */
const LARGE = 16 * 1024 * 1024

async function openServer(t: TestContext, windowMs?: number) {
  const app = fastify({ forceCloseConnections: true })
  const answers = createLargeAnswers({ totalBytes: 1.5 * LARGE, knownBytes: 0, ...(windowMs && { windowMs }) })
  answers.guard(app, true)
  app.setErrorHandler((error, _request, reply) => reply.code(200).send({ code: toCloudsteadError(error).code }))
  app.get('/large', async () => ({ text: 'é'.repeat(LARGE / 2) }))
  app.get('/emoji', async () => ({ text: `x${'\u{1f600}'.repeat(100_000)}` }))
  app.get('/small', async () => ({ text: 'x' }))
  /** Collects a large result, of which the answer contains nothing. */
  const collecting = Promise.withResolvers<void>()
  app.get('/collect', async (_request, reply) => {
    const room = answers.roomFor(reply.raw, true)
    await room.hold(LARGE)
    collecting.resolve()
    for (;;) {
      await new Promise((done) => setTimeout(done, 10))
      await room.hold(LARGE)
    }
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => app.close())
  const get = async (path: string) => (await fetch(url + path)).json() as Promise<{ code?: string; text?: string }>
  const ask = (path: string): Socket => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
    t.after(() => socket.destroy())
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    return socket
  }
  /** Requests the large answer and reads only its beginning. */
  const unread = async () => {
    const socket = ask('/large')
    await once(socket, 'readable')
    return socket
  }
  const connections = () => promisify(app.server.getConnections.bind(app.server))()
  return { get, ask, unread, connections, collecting: collecting.promise }
}

test('a large answer arrives whole', async (t) => {
  const { get } = await openServer(t)
  assert.equal((await get('/large')).text, 'é'.repeat(LARGE / 2))
})

test('characters outside the basic plane stay whole at the borders of pieces', async (t) => {
  const { get } = await openServer(t)
  assert.equal((await get('/emoji')).text, `x${'\u{1f600}'.repeat(100_000)}`)
})

test('answers that nobody reads do not pile up: they give way to another one', async (t) => {
  const { get, unread } = await openServer(t)
  const socket = await unread()
  const closed = once(socket.resume(), 'close')
  socket.pause()
  assert.equal((await get('/small')).text, 'x')
  assert.equal((await get('/large')).text?.length, LARGE / 2)
  socket.resume()
  await closed
})

test('a result that is being collected counts until its work ends, also when the client has gone', async (t) => {
  const { get, ask, collecting } = await openServer(t)
  const socket = ask('/collect')
  await collecting
  assert.equal((await get('/large')).code, 'SERVER_BUSY')
  socket.destroy()
  assert.equal((await get('/large')).text?.length, LARGE / 2)
})

test('a client that does not read is disconnected', async (t) => {
  const { unread, connections } = await openServer(t, 100)
  await unread()
  while ((await connections()) > 0) await new Promise((done) => setImmediate(done))
})
