import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import { fastify } from 'fastify'
import { DeniedError } from '../decisions/denied-error.ts'
import { createMetrics } from '../observe/metrics.ts'
import { createTraffic } from '../observe/traffic.ts'
import { countRequests } from './count-requests.ts'
import { answerErrors, keepDenials } from './errors.ts'

const START = 1_800_000_000_000

async function counted() {
  const traffic = createTraffic(() => START)
  const metrics = createMetrics(START, () => START)
  const app = fastify()
  keepDenials(app, { record: () => {} })
  countRequests(app, { metrics, traffic })
  // Like dialects A and B: the HTTP status does not show the failure.
  answerErrors(app, ({ code }, _request, reply) => reply.code(200).send({ code }))
  app.get('/fine', async () => 'x')
  app.get('/broken', async (_request, reply) => reply.code(503).send())
  app.get('/dialect', async () => {
    throw new CloudsteadError('INVALID_PARAM')
  })
  app.get('/denied', async () => {
    const explain = () => undefined as never
    const caller = { kind: 'nobody' } as const
    throw new DeniedError('STORAGE_EXCEED_AUTHORITY', { caller, internal: '', asked: {}, explain })
  })
  app.get('/items/:id', async () => 'x')
  app.get('/console/api/keys', async () => 'x')
  app.get('/consoles', async () => 'x')
  app.get('/health', async () => 'x')
  app.get('/ready', async () => 'x')
  return { app, traffic, metrics }
}

test('counts requests and failures, whatever the status; denials are not errors, and the Console does not count', async () => {
  const { app, traffic } = await counted()
  for (const url of [
    '/fine',
    '/broken',
    '/dialect',
    '/denied',
    '/console/api/keys',
    '/consoles',
    '/health',
    '/ready',
    '/none',
  ]) {
    await app.inject({ url })
  }
  const { requests, errors } = traffic.series(5).points.at(-1) ?? {}
  assert.deepEqual([requests, errors], [6, 2])
})

test('the route label of metrics is the URL pattern, and "none" for all unknown URLs', async () => {
  const { app, metrics } = await counted()
  for (const url of ['/items/1', '/items/2?x=1', '/broken', '/none', '/none/at/all']) await app.inject({ url })
  const lines = metrics.render().match(/^cloudstead_requests_total\{.*$/gm)
  assert.deepEqual(lines, [
    'cloudstead_requests_total{method="GET",route="none",status="404"} 2',
    'cloudstead_requests_total{method="GET",route="/broken",status="503"} 1',
    'cloudstead_requests_total{method="GET",route="/items/:id",status="200"} 2',
  ])
})
