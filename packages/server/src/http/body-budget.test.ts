import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { CloudsteadError, toCloudsteadError } from '@cloudstead/protocol'
import { fastify } from 'fastify'
import { type JsonBodiesOptions, readJsonObjects } from './bodies.ts'
import { type BodyBudgetOptions, createBodyBudget } from './body-budget.ts'

const LARGE = JSON.stringify({ x: 'x'.repeat(100_000) })
const LIMIT = 200_000
/** Longer than a test runs. */
const NEVER_MS = 600_000

/** A server whose answers to `?hold` wait for `release`. `/known` is for known callers. Answers are `ok` or a code. */
async function openServer(t: TestContext, budgetOptions: BodyBudgetOptions, more: Partial<JsonBodiesOptions> = {}) {
  const app = fastify({ forceCloseConnections: true })
  const held: (() => void)[] = []
  const budget = createBodyBudget(budgetOptions)
  for (const known of [false, true]) {
    await app.register(async (scope) => {
      readJsonObjects(scope, { limitBytes: LIMIT, budget, known, ...more })
      scope.setErrorHandler((error, _request, reply) => reply.code(200).send(toCloudsteadError(error).code))
      scope.post(known ? '/known' : '/', async (request) => {
        if ('hold' in (request.query as object)) await new Promise<void>((done) => held.push(done))
        return 'ok'
      })
    })
  }
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => app.close())
  const post = async (path: string, body: string | ReadableStream<Uint8Array>) => {
    const stream = typeof body === 'string' ? {} : { duplex: 'half' }
    return (await fetch(url + path, { method: 'POST', body, ...stream } as RequestInit)).text()
  }
  /** Sends the beginning of a body whose rest does not follow by itself. */
  const begin = (path: string, announced: number, body: string): Beginning => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
    })
    socket.on('error', () => {})
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${announced}\r\n\r\n${body}`)
    t.after(() => socket.destroy())
    return { socket, answer: () => answer }
  }
  const release = () => {
    for (const done of held.splice(0)) done()
  }
  return { post, begin, held, release }
}

interface Beginning {
  readonly socket: Socket
  answer(): string
}

/** Waits for what the server does next; the test runner ends the test if it never does. */
async function when(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setImmediate(done))
}

test('large bodies beyond the budget are refused until others are done; small bodies never are', async (t) => {
  const { post, held, release } = await openServer(t, { totalBytes: 250_000, knownBytes: 0 })
  const first = [post('/?hold', LARGE), post('/?hold', LARGE)]
  await when(() => held.length === 2)
  assert.equal(await post('/', LARGE), 'SERVER_BUSY')
  assert.equal(await post('/', new Blob([LARGE]).stream()), 'SERVER_BUSY', 'also without a length')
  assert.equal(await post('/', '{"small":true}'), 'ok')
  assert.equal(await post('/', new Blob(['{"small":true}']).stream()), 'ok', 'what has arrived is small')
  release()
  assert.deepEqual(await Promise.all(first), ['ok', 'ok'])
  await when(async () => (await post('/', LARGE)) === 'ok')
})

test('a body that is announced takes no room before it arrives', async (t) => {
  const { post, begin } = await openServer(t, { totalBytes: 150_000, knownBytes: 0, windowMs: NEVER_MS })
  for (let idle = 0; idle < 5; idle += 1) begin('/', 150_000, '{"x":"')
  assert.equal(await post('/', LARGE), 'ok')
})

test('strangers cannot use up the part of known callers', async (t) => {
  const { post, held, release } = await openServer(t, { totalBytes: 250_000, knownBytes: 120_000 })
  const stranger = post('/?hold', LARGE)
  await when(() => held.length === 1)
  assert.equal(await post('/', LARGE), 'SERVER_BUSY')
  assert.equal(await post('/known', LARGE), 'ok')
  const known = post('/known?hold', LARGE)
  await when(() => held.length === 2)
  assert.equal(await post('/known', LARGE), 'SERVER_BUSY', 'the whole budget is used')
  release()
  assert.deepEqual(await Promise.all([stranger, known]), ['ok', 'ok'])
})

test('a large body that stops arriving is refused, and its room is free', async (t) => {
  const { post, begin } = await openServer(t, { totalBytes: 150_000, knownBytes: 0, windowMs: 50 })
  const idle = begin('/', 150_000, LARGE)
  await when(() => idle.answer().includes('SERVER_BUSY'))
  assert.equal(await post('/', LARGE), 'ok')
})

test('a slow body gives way to another one that needs its room', async (t) => {
  const windowMs = 200
  const { post, begin } = await openServer(t, { totalBytes: 150_000, knownBytes: 0, windowMs })
  const slow = begin('/', 150_000, LARGE)
  const trickle = setInterval(() => slow.socket.write('x'.repeat(100)), windowMs / 20)
  t.after(() => clearInterval(trickle))
  await when(async () => (await post('/', LARGE)) === 'ok')
  await when(() => slow.answer().includes('SERVER_BUSY'))
})

test('the room of a sender who disconnects is free', async (t) => {
  const { post, begin } = await openServer(t, { totalBytes: 150_000, knownBytes: 0, windowMs: NEVER_MS })
  const { socket } = begin('/', 150_000, LARGE)
  await when(async () => (await post('/', LARGE)) === 'SERVER_BUSY')
  socket.destroy()
  await when(async () => (await post('/', LARGE)) === 'ok')
})

test('a body over the limit of its route is refused, with and without a length', async (t) => {
  const { post, begin } = await openServer(t, { totalBytes: 1_000_000, knownBytes: 0 })
  const tooLarge = LARGE.repeat(3)
  assert.equal(await post('/', tooLarge), 'EXCEED_REQUEST_SIZE_LIMIT')
  assert.equal(await post('/', new Blob([tooLarge]).stream()), 'EXCEED_REQUEST_SIZE_LIMIT')
  const announced = begin('/', LIMIT + 1, '')
  await when(() => announced.answer().includes('EXCEED_REQUEST_SIZE_LIMIT'))
})

test('a large body of a caller who is not admitted is not read', async (t) => {
  const admit = async () => {
    throw new CloudsteadError('INVALID_CREDENTIALS')
  }
  const { post, begin } = await openServer(t, { totalBytes: 1_000_000, knownBytes: 0 }, { admit })
  const { answer } = begin('/', LIMIT, '{')
  await when(() => answer().includes('INVALID_CREDENTIALS'))
  assert.equal(await post('/', new Blob(['{}']).stream()), 'INVALID_CREDENTIALS', 'it may become large')
  assert.equal(await post('/', '{}'), 'ok', 'small bodies are checked by their routes')
})
