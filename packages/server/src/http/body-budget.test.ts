import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CloudsteadError, toCloudsteadError } from '@cloudstead/protocol'
import { fastify } from 'fastify'
import { readJsonObjects } from './bodies.ts'
import { createBodyBudget } from './body-budget.ts'

const LARGE = JSON.stringify({ x: 'x'.repeat(100_000) })

test('large bodies beyond the budget are refused until others are done; small bodies never are', async () => {
  const app = fastify()
  const held: (() => void)[] = []
  await app.register(async (scope) => {
    createBodyBudget(250_000).guard(scope, 200_000)
    readJsonObjects(scope, 200_000)
    scope.setErrorHandler((error, _request, reply) => reply.send(toCloudsteadError(error).code))
    scope.post('/', async (request) => {
      if (request.query && 'hold' in (request.query as object)) await new Promise<void>((done) => held.push(done))
      return 'ok'
    })
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const post = async (path: string, body: string | ReadableStream<Uint8Array>) => {
    const stream = typeof body !== 'string'
    const response = await fetch(url + path, {
      method: 'POST',
      body,
      ...(stream ? { duplex: 'half' } : {}),
    } as RequestInit)
    return response.text()
  }
  try {
    const first = [post('/?hold', LARGE), post('/?hold', LARGE)]
    while (held.length < 2) await new Promise((done) => setImmediate(done))
    assert.equal(await post('/', LARGE), 'SERVER_BUSY')
    assert.equal(
      await post('/', new Blob(['{"chunked":true}']).stream()),
      'SERVER_BUSY',
      'a body without a length counts as the limit',
    )
    assert.equal(await post('/', '{"small":true}'), 'ok')
    for (const release of held) release()
    assert.deepEqual(await Promise.all(first), ['ok', 'ok'])
    while ((await post('/', LARGE)) !== 'ok') await new Promise((done) => setImmediate(done))
  } finally {
    await app.close()
  }
})

test('a body over the limit of its route is left to Fastify', async () => {
  const app = fastify()
  createBodyBudget(1).guard(app, 1000)
  app.setErrorHandler((error, _request, reply) =>
    reply.send(error instanceof CloudsteadError ? error.code : 'framework'),
  )
  readJsonObjects(app, 1000)
  app.post('/', async () => 'ok')
  assert.equal((await app.inject({ method: 'POST', url: '/', payload: LARGE })).body, 'framework')
  await app.close()
})
