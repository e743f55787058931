import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type FastifyInstance, fastify } from 'fastify'
import { leaveBodies } from './bodies.ts'
import { fileBody } from './file-body.ts'

interface Released {
  readonly before: readonly number[]
  /** The lengths of the same pieces when they were released. */
  readonly after: readonly number[]
  readonly text: string
}

describe('the memory of a raw body', () => {
  let app: FastifyInstance

  before(async () => {
    app = fastify()
    leaveBodies(app)
    app.put('/file', async (request): Promise<Released> => {
      const body = fileBody(request, { forms: false })
      const pieces: Uint8Array[] = []
      for await (const piece of body.bytes) pieces.push(piece)
      const lengths = () => pieces.map(({ byteLength }) => byteLength)
      const before = lengths()
      const text = Buffer.concat(pieces).toString('latin1')
      body.release()
      body.release()
      return { before, after: lengths(), text: text.length > 100 ? '' : text }
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
  })
  after(() => app.close())

  /** Sends bodies on one connection at once, the last with `Connection: close`. */
  async function send(...bodies: readonly string[]): Promise<Released[]> {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').on('data', (text) => (answer += text))
    const requests = bodies.map((body, n) => {
      const close = n === bodies.length - 1 ? 'connection: close\r\n' : ''
      return `PUT /file HTTP/1.1\r\nhost: x\r\n${close}content-length: ${body.length}\r\n\r\n${body}`
    })
    socket.write(requests.join(''))
    await once(socket, 'close')
    return (answer.match(/\{.*\}/g) ?? []).map((text) => JSON.parse(text))
  }

  const total = (lengths: readonly number[]) => lengths.reduce((sum, length) => sum + length, 0)

  test('is given back, except for the piece that came with the head', async () => {
    const [sent] = await send('x'.repeat(400_000))
    assert.ok(sent && total(sent.before) === 400_000)
    assert.ok(sent.after.includes(0))
    assert.ok(total(sent.after) <= 70_000, `${sent.after}`)
  })

  test('is left to the collector when the body is large', async () => {
    const [sent] = await send('x'.repeat(1_100_000))
    assert.deepEqual(sent?.after, sent?.before)
  })

  test('is kept where it has bytes of other requests', async () => {
    const texts = ['first', 'the second', 'x'.repeat(300_000), 'the last']
    const sent = await send(...texts)
    assert.deepEqual(
      sent.map(({ text }) => text),
      ['first', 'the second', '', 'the last'],
    )
    assert.equal(total(sent[2]?.before ?? []), 300_000)
  })
})
