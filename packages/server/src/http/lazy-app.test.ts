import assert from 'node:assert/strict'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { type FastifyInstance, fastify } from 'fastify'
import { lazyApp } from './lazy-app.ts'

async function ask(app: FastifyInstance, method: string, path: string, body = '', headers = {}): Promise<string> {
  const { port } = app.server.address() as AddressInfo
  const answered = Promise.withResolvers<IncomingMessage>()
  const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) }
  httpRequest({ host: '127.0.0.1', port, agent: false, method, path, headers: { ...length, ...headers } })
    .on('response', answered.resolve)
    .on('error', answered.reject)
    .end(body)
  const incoming = await answered.promise
  return `${incoming.statusCode} ${await text(incoming)}`
}

test('the other app is created once, on the first request, and gets requests unchanged', async () => {
  let made = 0
  let closed = 0
  const seen: string[] = []
  const app = fastify()
  app.addHook('onResponse', async (request, reply) => void seen.push(`${request.method} ${reply.statusCode}`))
  app.get('/own', async () => 'own')
  await app.register(lazyApp, {
    urls: ['/far', '/far/*'],
    open: async () => {
      made += 1
      const other = fastify()
      other.removeAllContentTypeParsers()
      other.addContentTypeParser('*', { parseAs: 'string' }, (_request, payload, done) => done(null, payload))
      other.post('/far/:name', async ({ params, body, query }) => ({ params, body, query }))
      other.get('/far', async () => 'far')
      other.addHook('onClose', async () => {
        closed += 1
      })
      return other
    },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  assert.equal(await ask(app, 'GET', '/own'), '200 own')
  assert.equal(made, 0)
  assert.deepEqual(await Promise.all([ask(app, 'GET', '/far'), ask(app, 'GET', '/far')]), ['200 far', '200 far'])
  const big = 'x'.repeat(512 * 1024)
  for (const type of ['application/json', ' ', 'a/b\tc']) {
    const answer = await ask(app, 'POST', '/far/a%2Fb?c=d', big, { 'content-type': type })
    assert.equal(answer, `200 ${JSON.stringify({ params: { name: 'a/b' }, body: big, query: { c: 'd' } })}`)
  }
  assert.match(await ask(app, 'PATCH', '/far/none'), /^404 /)
  assert.equal(made, 1)
  // Hooks of the outer app run for these requests too.
  assert.deepEqual(seen.sort(), ['GET 200', 'GET 200', 'GET 200', 'PATCH 404', 'POST 200', 'POST 200', 'POST 200'])
  await app.close()
  assert.equal(closed, 1)
})

test('if creating the app fails, the next request tries again', async () => {
  let broken = true
  const app = fastify()
  await app.register(lazyApp, {
    urls: ['/far'],
    open: async () => {
      if (broken) throw new Error('not now')
      return fastify().get('/far', async () => 'far')
    },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  assert.match(await ask(app, 'GET', '/far'), /^500 /)
  broken = false
  assert.equal(await ask(app, 'GET', '/far'), '200 far')
  await app.close()
})

test('without a request the app is not created, and closing works', async () => {
  const app = fastify()
  await app.register(lazyApp, { urls: ['/far'], open: () => assert.fail('it was created') })
  await app.ready()
  await app.close()
})
