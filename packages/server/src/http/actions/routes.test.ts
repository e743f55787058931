import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NOBODY } from '@cloudstead/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import { createBodyBudget } from '../body-budget.ts'
import { createLargeAnswers } from '../large-answers.ts'
import { createEndpoint } from './endpoint.ts'
import { actionRoutes } from './routes.ts'
import type { ActionTable } from './table.ts'

const ENV = 'demo-1abcde'
let app: FastifyInstance

before(async () => {
  app = fastify()
  const common = {
    env: ENV,
    actions: { 'test.echo': async (_caller, { text }) => ({ data: text }) } satisfies ActionTable,
    callerOf: async () => NOBODY,
    originOf: () => 'http://127.0.0.1',
    answers: createLargeAnswers({ totalBytes: 1_000_000, knownBytes: 0 }),
    log: { debug() {} },
  }
  const budget = createBodyBudget({ totalBytes: 1_000_000, knownBytes: 0 })
  const web = createEndpoint({ path: '/web', envParam: 'env', envRequired: true, ...common })
  const admin = createEndpoint({ path: '/admin', envParam: 'envName', envRequired: false, ...common })
  await app.register(actionRoutes, { endpoint: web, budget })
  await app.register(actionRoutes, { endpoint: admin, budget })
})
after(() => app.close())

interface Answer {
  readonly code?: string
  readonly message?: string
  readonly data?: unknown
  readonly requestId: string
}

async function ask(payload: string, url = '/web'): Promise<Answer> {
  const response = await app.inject({ method: 'POST', url, payload })
  assert.equal(response.statusCode, 200)
  return response.json()
}

test('an action of the table answers with its result and the request id', async () => {
  const { data, requestId } = await ask(`{"env":"${ENV}","action":"test.echo","text":"图"}`)
  assert.equal(data, '图')
  assert.ok(requestId)
})

test('a parameter in another spelling is refused, because a signature does not cover the spelling', async () => {
  const other = ['"TEXT"', '" text"', '"text\\u00a0"', '"Text"']
  for (const url of ['/web', '/admin']) {
    for (const name of other) {
      const { code, message } = await ask(`{"env":"${ENV}","action":"test.echo",${name}:"x"}`, url)
      assert.equal(code, 'INVALID_PARAM', name)
      assert.match(message ?? '', /the parameter text is spelled "/)
    }
    assert.equal((await ask(`{"env":"${ENV}","ACTION":"test.echo","text":"x"}`, url)).code, 'INVALID_PARAM')
    assert.equal((await ask(`{"env":"${ENV}","action":"test.echo","Unread":"x"}`, url)).code, undefined)
  }
  assert.equal((await ask(`{"envname":"${ENV}","action":"test.echo","text":"x"}`, '/admin')).code, 'INVALID_PARAM')
})

test('an unknown action or environment is refused with its code, whatever the type of the value', async () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  const deep = nested(199)
  const values = ['null', '5', 'true', '{}', '[]', '"no such thing"', '"constructor"', '"__proto__"', deep]
  for (const value of values) {
    assert.equal((await ask(`{"env":"${ENV}","action":${value}}`)).code, 'INVALID_ACTION', value.slice(0, 20))
    assert.equal((await ask(`{"env":${value},"action":"test.echo"}`)).code, 'INVALID_ENV', value.slice(0, 20))
  }
  const tooDeep = await ask(`{"env":"${ENV}","action":${nested(100_000)}}`)
  assert.equal(tooDeep.code, 'INVALID_PARAM', 'refused before it is parsed')
  const { message = '' } = await ask(`{"env":"${ENV}","action":"${'x'.repeat(100_000)}"}`)
  assert.ok(message.length < 500)
})

test('the environment may be absent where it is not required; another one is refused everywhere', async () => {
  const action = '"action":"test.echo","text":"x"'
  for (const url of ['/admin', '/admin?&eventId=1&seqId=2', '/admin?env=']) {
    assert.equal((await ask(`{${action}}`, url)).data, 'x', url)
    assert.equal((await ask(`{${action},"envName":""}`, url)).data, 'x', url)
    assert.equal((await ask(`{${action},"envName":"other-1abcde"}`, url)).code, 'INVALID_ENV', url)
  }
  assert.equal((await ask(`{${action}}`, '/admin?env=other-1abcde')).code, 'INVALID_ENV')
  assert.equal((await ask(`{${action}}`)).code, 'INVALID_ENV')
})
