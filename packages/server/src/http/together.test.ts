import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { responsesTogether } from './together.ts'

/** A server that leaves its responses to the test. Resolves to as many of them as are asked for, once all have arrived. */
async function responsesOf(t: TestContext, count: number) {
  const arrived = Promise.withResolvers<void>()
  const responses: ServerResponse[] = []
  const server = createServer({ ServerResponse: responsesTogether() }, (_request, response) => {
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

test('answers are held back until the end of the turn, and then arrive whole', async (t) => {
  const { responses, answers, closed } = await responsesOf(t, 3)
  responses.forEach((response, n) => {
    response.writeHead(200, { 'content-length': 7 }).end(`answer${n}`)
    assert.equal(response.writableEnded, false)
  })
  await new Promise(setImmediate)
  assert.ok(responses.every(({ writableEnded }) => writableEnded))
  await closed
  assert.deepEqual(answers.map((text) => text.split('\r\n\r\n')[1]).sort(), ['answer0', 'answer1', 'answer2'])
})

test('answers whose turn takes long leave before its end', async (t) => {
  const { responses, closed } = await responsesOf(t, 2)
  responses[0]?.end('first')
  const until = performance.now() + 10
  while (performance.now() < until);
  responses[1]?.end('second')
  assert.ok(responses.every(({ writableEnded }) => writableEnded))
  await closed
})

test('a client that leaves before the end of the turn stops nothing', async (t) => {
  const { responses, answers, closed } = await responsesOf(t, 2)
  for (const response of responses) response.end('the answer')
  responses[0]?.socket?.destroy()
  await closed
  assert.equal(answers.filter((text) => text.endsWith('the answer')).length, 1)
})
