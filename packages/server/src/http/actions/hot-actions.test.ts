import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Caller, CloudsteadError, NOBODY } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { DeniedError } from '../../decisions/denied-error.ts'
import { createMetrics } from '../../observe/metrics.ts'
import { createTraffic } from '../../observe/traffic.ts'
import { createBodyBudget } from '../body-budget.ts'
import { allowCrossOrigin } from '../cors.ts'
import { countRequests } from '../count-requests.ts'
import { refuseForeignHosts } from '../foreign-hosts.ts'
import { createLargeAnswers } from '../large-answers.ts'
import { createServer } from '../server.ts'
import { createEndpoint } from './endpoint.ts'
import { answerHotActions } from './hot-actions.ts'
import { actionRoutes } from './routes.ts'
import type { ActionTable } from './table.ts'

const ENV = 'demo-1abcde'
const BUDGET = { totalBytes: 10_000_000, knownBytes: 0 }
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

const denied = () =>
  new DeniedError('DATABASE_PERMISSION_DENIED', {
    caller: NOBODY,
    internal: 'not allowed',
    asked: {},
    explain: () => undefined as never,
  })

const ACTIONS: ActionTable = {
  'test.echo': async (_caller, { text }, { origin }) => ({ data: text, origin }),
  'test.later': async () => {
    await new Promise(setImmediate)
    return { data: 'later' }
  },
  'test.long': async (_caller, { length }) => ({ data: 'é'.repeat(Number(length)) }),
  'test.collected': async (_caller, _params, { room }) => {
    await room.hold(100_000)
    return { data: 'small' }
  },
  'test.refuse': async () => {
    throw new CloudsteadError('DATABASE_COLLECTION_NOT_EXIST')
  },
  'test.fail': async () => {
    throw new Error('a fault')
  },
  'test.deny': async () => {
    throw denied()
  },
  'test.denyItems': async (_caller, _params, context) => {
    context.denied([denied(), denied()])
    return { data: 'some' }
  },
}

/** A server, with the fast road or without it, and what can be observed of it. */
interface Observed {
  readonly app: FastifyInstance
  readonly port: number
  /** Answers of the fast road. */
  hot(): number
  /** Lines logged since the last call of `traces`. */
  logged(): number
  /** What was counted, recorded and logged since the last call, with ids and times left out. */
  traces(): unknown
}

async function open(isHot: boolean): Promise<Observed> {
  let lines: { reqId?: string; code?: string; msg: string }[] = []
  let denials: { id: string; errors: number; ip: string | undefined }[] = []
  let hot = 0
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) })
  const metrics = createMetrics(0, () => 0)
  const traffic = createTraffic(() => 1_800_000_000_000)
  const settings = () => ({ security: { webDomains: ['shop.example'], hosts: [] } }) as never
  const isOwnHost = (host: string) => host !== 'foreign.example'
  const answers = createLargeAnswers(BUDGET)
  const app = createServer({
    log,
    denials: { record: (id, errors, ip) => errors.length > 0 && denials.push({ id, errors: errors.length, ip }) },
    answers,
    trustedProxies: ['127.0.0.1'],
  })
  const common = {
    env: ENV,
    actions: ACTIONS,
    callerOf: async (_request: unknown, { access_token: token }: { readonly access_token?: unknown }) => {
      if (token === undefined) return NOBODY
      if (token !== 'reader') throw new CloudsteadError('INVALID_ACCESS_TOKEN')
      return { kind: 'admin', keyId: 'a', scopes: [] } as Caller
    },
    originOf: ({ headers }: Pick<IncomingMessage, 'headers'>) => `http://${headers.host}`,
    answers,
    log: { debug() {} },
  }
  const web = createEndpoint({ path: '/web', envParam: 'env', envRequired: true, ...common })
  const admin = createEndpoint({ path: '/admin', envParam: 'envName', envRequired: false, ...common })
  if (isHot) {
    for (const endpoint of [web, admin]) {
      const route = metrics.route(endpoint.path)
      answerHotActions(app.server, {
        endpoint,
        answers,
        isOwnHost,
        behindProxies: true,
        counted(seconds) {
          hot += 1
          route.count('POST', 200, seconds)
          traffic.count(false)
        },
      })
    }
  }
  countRequests(app, { metrics, traffic })
  allowCrossOrigin(app, { publicUrl: undefined, settings })
  refuseForeignHosts(app, isOwnHost)
  const budget = createBodyBudget(BUDGET)
  await app.register(actionRoutes, { endpoint: web, budget })
  await app.register(actionRoutes, { endpoint: admin, budget })
  await app.listen({ host: '127.0.0.1', port: 0 })
  lines = []
  return {
    app,
    port: (app.server.address() as AddressInfo).port,
    hot: () => hot,
    logged: () => lines.length,
    traces() {
      const found = {
        counts: metrics
          .render()
          .match(/^cloudstead_requests_total.*$/gm)
          ?.sort(),
        traffic: traffic.series(1).points,
        denials: denials.map(({ id, ...rest }) => ({ ...rest, hasId: id.length === 36 })),
        lines: lines.map(({ reqId, code, msg }) => ({ hasId: reqId?.length === 36, code, msg })),
      }
      lines = []
      denials = []
      return found
    },
  }
}

/** Sends bytes, in pieces with a pause between them, and returns all that is answered until the server closes. */
async function exchange(port: number, pieces: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => (answer += text))
  const ended = once(socket, 'close')
  for (const piece of pieces) {
    socket.write(piece)
    await new Promise((done) => setTimeout(done, pieces.length > 1 ? 20 : 0))
  }
  await ended
  return answer
}

interface Asked {
  readonly url?: string
  readonly method?: string
  readonly head?: readonly string[]
  readonly host?: string
  readonly version?: string
  /** Another than that of the body. */
  readonly length?: number
}

/** The last request of a connection, unless it is said otherwise. */
function requestOf(body: string, asked: Asked & { readonly goesOn?: boolean } = {}): string {
  const { url = `/web?env=${ENV}`, method = 'POST', head = ['content-type: application/json'], host = 'here' } = asked
  const { version = '1.1', length = Buffer.byteLength(body), goesOn = false } = asked
  const lines = [`${method} ${url} HTTP/${version}`, `host: ${host}`, ...head, `content-length: ${length}`]
  return [...lines, ...(goesOn ? [] : ['connection: close']), '', body].join('\r\n')
}

const action = (name: string, more: object = {}) => JSON.stringify({ action: `test.${name}`, ...more })
const ECHO = action('echo', { text: 'a 图' })
const WHOLE = requestOf(ECHO)

describe('plain actions before the framework', () => {
  let fast: Observed
  let framework: Observed

  before(async () => {
    fast = await open(true)
    framework = await open(false)
  })
  after(() => Promise.all([fast.app.close(), framework.app.close()]))

  /** Asks both servers. Returns the answer and how many requests the fast road has answered. */
  async function askBoth(pieces: readonly string[]): Promise<{ answer: string; hot: number }> {
    const hotBefore = fast.hot()
    const [ours, theirs] = await Promise.all([exchange(fast.port, pieces), exchange(framework.port, pieces)])
    const shared = (text: string) =>
      text
        .replace(/date: .*/gi, 'date')
        .replaceAll(UUID, 'id')
        .replaceAll(`${fast.port}`, 'port')
        .replaceAll(`${framework.port}`, 'port')
    assert.equal(shared(ours), shared(theirs))
    assert.deepEqual(fast.traces(), framework.traces())
    return { answer: ours, hot: fast.hot() - hotBefore }
  }

  for (const [what, pieces, hot = 1] of [
    ['an action', [requestOf(ECHO)]],
    ['an action that takes more than a turn', [requestOf(action('later'))]],
    ['the path alone', [requestOf(action('echo', { env: ENV }), { url: '/web' })]],
    ['a query without an environment', [requestOf(ECHO, { url: '/admin?&eventId=1&seqId=2.3-4' })]],
    ['a body in pieces', [WHOLE.slice(0, -30), WHOLE.slice(-30, -10), WHOLE.slice(-10)]],
    ['HTTP/1.0', [requestOf(ECHO, { version: '1.0' })]],
    ['two requests at once', [requestOf(action('later'), { goesOn: true }) + requestOf(ECHO)], 2],
    ['room for a result of which the answer contains nothing', [requestOf(action('collected'))]],
    ['an answer of the largest size', [requestOf(action('long', { length: 65_400 }))]],
  ] as const) {
    test(`${what}: the same answer`, async () => {
      const asked = await askBoth(pieces)
      assert.match(asked.answer, /^HTTP\/1\.[01] 200 OK\r\n/)
      assert.equal(asked.hot, hot)
    })
  }

  for (const [what, pieces, status = 200] of [
    ['no JSON', [requestOf('{"action":')]],
    ['another JSON than an object', [requestOf('[]')]],
    ['JSON that nests too deep', [requestOf('['.repeat(1000) + ']'.repeat(1000))]],
    ['a blank body', [requestOf('  ')]],
    ['an empty body', [requestOf('')]],
    ['an unknown action', [requestOf(action('none'))]],
    ['another environment in the body', [requestOf(action('echo', { env: 'other-1abcde' }))]],
    ['another environment in the URL', [requestOf(ECHO, { url: '/web?env=other-1abcde' })]],
    ['no environment', [requestOf(ECHO, { url: '/web' })]],
    ['two environments', [requestOf(ECHO, { url: `/web?env=${ENV}&env=${ENV}` })]],
    ['an encoded environment', [requestOf(ECHO, { url: `/web?env=demo%2d1abcde` })]],
    ['a wrong token', [requestOf(action('echo', { access_token: 'x' }))]],
    ['a key without the scope', [requestOf(action('echo', { access_token: 'reader' }))]],
    ['a parameter in another spelling', [requestOf(action('echo', { TEXT: 1 }))]],
    ['a refusal', [requestOf(action('refuse'))]],
    ['a fault', [requestOf(action('fail'))]],
    ['a denial', [requestOf(action('deny'))]],
    ['denied items', [requestOf(action('denyItems'), { head: ['content-type: a/b', 'x-forwarded-for: 203.0.113.7'] })]],
    ['a large answer', [requestOf(action('long', { length: 70_000 }))]],
    ['a large body', [requestOf(action('echo', { text: 'x'.repeat(70_000) }))]],
    ['a listed web site', [requestOf(ECHO, { head: ['content-type: text/plain', 'origin: https://shop.example'] })]],
    ['another web site', [requestOf(ECHO, { head: ['origin: https://other.example'] })], 403],
    ['a preflight', [requestOf('', { method: 'OPTIONS', head: ['origin: https://shop.example'] })], 204],
    ['another host', [requestOf(ECHO, { host: 'foreign.example' })]],
    ['no Content-Type', [requestOf(ECHO, { head: [] })]],
    ['a malformed Content-Type', [requestOf(ECHO, { head: ['content-type: json'] })]],
    [
      'a chunked body',
      [
        `POST /web?env=${ENV} HTTP/1.1\r\nhost: here\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n` +
          `${Buffer.byteLength(ECHO).toString(16)}\r\n`,
        `${ECHO}\r\n0\r\n\r\n`,
      ],
    ],
    ['another method', [requestOf(ECHO, { method: 'PUT' })], 404],
    ['another path', [requestOf(ECHO, { url: '/webs' })], 404],
    ['a path below', [requestOf(ECHO, { url: '/web/?x=1' })], 404],
  ] as const) {
    test(`${what}: the framework answers, the same`, async () => {
      const asked = await askBoth(pieces)
      assert.equal(asked.answer.slice(9, 12), String(status), asked.answer.slice(0, 300))
      assert.equal(asked.hot, 0)
    })
  }

  test('a client that waits for the word to send its body gets it', async () => {
    const head = requestOf('', { head: ['content-type: a/b', 'expect: 100-continue'], length: Buffer.byteLength(ECHO) })
    const { answer, hot } = await askBoth([head, ECHO])
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
    assert.equal(hot, 0)
  })

  test('the id in the answer is that of its header', async () => {
    const { answer } = await askBoth([requestOf(action('refuse'))])
    const ids = new Set(answer.match(UUID))
    assert.equal(ids.size, 1)
  })

  test('a client that leaves in the middle of its body is logged', async () => {
    for (const { port, logged } of [fast, framework]) {
      const socket: Socket = connect(port, '127.0.0.1')
      socket.write(requestOf('{"action"', { length: 100 }))
      await new Promise((done) => setTimeout(done, 20))
      socket.destroy()
      while (logged() === 0) await new Promise(setImmediate)
    }
    const traces = fast.traces()
    assert.match(JSON.stringify(traces), /"INVALID_PARAM","msg":"request refused"/)
    assert.deepEqual(traces, framework.traces())
  })
})
