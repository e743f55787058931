import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { responsesTogether } from './together.ts'

/** A server that leaves its responses to the test. Resolves to as many of them as are asked for, once all have arrived. */
async function responsesOf(t: TestContext, count: number, maxWaitMs = 60_000) {
  const arrived = Promise.withResolvers<void>()
  const responses: ServerResponse[] = []
  const server = createServer({ ServerResponse: responsesTogether(maxWaitMs) }, (_request, response) => {
    if (responses.push(response) === count) arrived.resolve()
  })
  t.after(() => server.close())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const answers = Array.from({ length: count }, () => '')
  const closed = answers.map((_, n) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.setEncoding('utf8').on('data', (text) => (answers[n] = (answers[n] ?? '') + text))
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    return new Promise<void>((done) => socket.once('close', () => done()))
  })
  await arrived.promise
  return { responses, answers, closed: Promise.all(closed) }
}

const ended = (responses: readonly ServerResponse[]) => responses.map(({ writableEnded }) => writableEnded)

test('several answers are held back until the end of the turn, and then arrive whole', async (t) => {
  const { responses, answers, closed } = await responsesOf(t, 5)
  const end = (n: number) => responses[n]?.writeHead(200, { 'content-length': 7 }).end(`answer${n}`)
  end(0)
  end(1)
  assert.deepEqual(ended(responses), [true, false, false, false, false], 'the first may be alone')
  await new Promise(setImmediate)
  end(2)
  end(3)
  assert.deepEqual(ended(responses), [true, true, false, false, false], 'the turn before had several')
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  end(4)
  assert.ok(ended(responses).includes(false))
  await closed
  const bodies = answers.map((text) => text.split('\r\n\r\n')[1])
  assert.deepEqual(bodies.sort(), ['answer0', 'answer1', 'answer2', 'answer3', 'answer4'])
})

test('an answer that is ended in a wrong way does not keep the others back', async (t) => {
  const { responses, answers, closed } = await responsesOf(t, 4)
  for (const response of responses.slice(0, 2)) response.end('first')
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  responses[2]?.end(5 as never)
  responses[3]?.end('last')
  await closed
  assert.deepEqual(answers.filter((text) => text === '').length, 1)
  assert.equal(answers.filter((text) => text.endsWith('last')).length, 1)
})

test('an answer that is alone leaves at once', async (t) => {
  const { responses, closed } = await responsesOf(t, 3)
  for (const response of responses) {
    response.end('x')
    assert.ok(response.writableEnded)
    await new Promise(setImmediate)
  }
  await closed
})

test('answers whose turn takes long leave before its end', async (t) => {
  const { responses, closed } = await responsesOf(t, 3, 100)
  responses[0]?.end('first')
  responses[1]?.end('second')
  const until = performance.now() + 101
  while (performance.now() < until);
  responses[2]?.end('third')
  assert.deepEqual(ended(responses), [true, true, true])
  await closed
})

test('a client that leaves before the end of the turn stops nothing', async (t) => {
  const { responses, answers, closed } = await responsesOf(t, 3)
  for (const response of responses) response.end('the answer')
  responses[1]?.socket?.destroy()
  await closed
  assert.equal(answers.filter((text) => text.endsWith('the answer')).length, 2)
})
