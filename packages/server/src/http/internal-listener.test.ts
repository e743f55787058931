import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { createInternalListener } from './internal-listener.ts'

test('it answers with the routes of the server, at one address that is opened when it is needed', async (t) => {
  const http = fastify()
  t.after(() => http.close())
  http.get('/peer', async (request) => ({ peer: request.socket.remoteAddress, host: request.headers.host }))
  const listener = createInternalListener(http)
  const [url, again] = await Promise.all([listener.url(), listener.url()])
  assert.equal(url, again)
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
  const answer = await fetch(`${url}/peer`)
  assert.deepEqual(await answer.json(), { peer: '127.0.0.1', host: url.slice('http://'.length) })
  await listener.close()
  await assert.rejects(fetch(`${url}/peer`))
  await assert.rejects(listener.url(), /closed/)
  await listener.close()
})

test('it finishes what is in flight, also after the server has closed, and keeps no idle connection', async (t) => {
  const http = fastify({ return503OnClosing: false })
  const started = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  http.get('/slow', async () => {
    started.resolve()
    await finish.promise
    return 'done'
  })
  http.get('/quick', async () => 'quick')
  const listener = createInternalListener(http)
  t.after(() => {
    finish.resolve()
    return listener.close()
  })
  const url = await listener.url()
  const idle = connect(Number(new URL(url).port), '127.0.0.1')
  const idleClosed = new Promise((resolve) => idle.on('error', () => {}).once('close', resolve))
  const slow = fetch(`${url}/slow`).then((answer) => answer.text())
  await started.promise
  await http.close()
  assert.equal(await (await fetch(`${url}/quick`)).text(), 'quick')
  let closed = false
  const closing = listener.close().then(() => {
    closed = true
  })
  await idleClosed
  assert.equal(closed, false)
  finish.resolve()
  assert.equal(await slow, 'done')
  await closing
})

test('a listener that was never needed closes without opening', async () => {
  const http = fastify()
  await createInternalListener(http).close()
  await http.close()
})
