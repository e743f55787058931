import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { multipartFile } from './multipart.ts'

type Outcome = { bytes: Buffer; type: string | undefined } | { error: string }

let server: Server
let outcomes: Promise<Outcome>[]

before(async () => {
  outcomes = []
  server = createServer((request, response) => {
    const outcome = read(request)
    outcomes.push(outcome)
    void outcome.then(() => {
      request.resume()
      response.end('ok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

after(() => {
  server.closeAllConnections()
  server.close()
})

async function read(request: Parameters<typeof multipartFile>[0]): Promise<Outcome> {
  try {
    const form = multipartFile(request)
    const chunks: Uint8Array[] = []
    for await (const chunk of form.bytes) chunks.push(chunk)
    return { bytes: Buffer.concat(chunks), type: form.contentType() }
  } catch (error) {
    return { error: (error as Error).message }
  }
}

async function send(body: Buffer | string, type = 'multipart/form-data; boundary=XX'): Promise<Outcome> {
  const seen = outcomes.length
  const { port } = server.address() as AddressInfo
  await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers: { 'content-type': type } }).then((r) =>
    r.text(),
  )
  const outcome = await outcomes[seen]
  assert.ok(outcome)
  return outcome
}

const part = (head: string, content: string) => `--XX\r\n${head}\r\n\r\n${content}\r\n`
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value)
const file = (name: string, content: string, type = 'image/png') =>
  part(`Content-Disposition: form-data; name="${name}"; filename="a.png"\r\nContent-Type: ${type}`, content)
const END = '--XX--\r\n'

test('reads the file of a form with fields before it, after it and twice', async () => {
  const body = field('key', 'a') + field('key', 'a') + file('file', 'BYTES') + field('seqId', '1') + END
  assert.deepEqual(await send(body), { bytes: Buffer.from('BYTES'), type: 'image/png' })
})

test('reads the file of a form without fields, whatever the name of the file field', async () => {
  assert.deepEqual(await send(file('file', 'B') + END), { bytes: Buffer.from('B'), type: 'image/png' })
  assert.deepEqual(await send(file('', 'B') + END), { bytes: Buffer.from('B'), type: 'image/png' })
})

test('reads an empty file', async () => {
  assert.deepEqual(await send(file('file', '') + END), { bytes: Buffer.alloc(0), type: 'image/png' })
})

test('reads a large file completely', async () => {
  const content = 'x'.repeat(3_000_001)
  const outcome = await send(file('file', content) + END)
  assert.ok('bytes' in outcome && outcome.bytes.length === content.length)
})

/** A form whose file has a header with this value before its type. */
function withLongHeader(value: string): string {
  return (
    part(`Content-Disposition: form-data; name="f"; filename="a"\r\nX-Long: ${value}\r\nContent-Type: a/b`, 'B') + END
  )
}

test('reads a form with a large field, Chinese ones, and headers below their limit', async () => {
  const fields = field('a', 'x'.repeat(64 * 1024)) + field('b', '图'.repeat(5000)) + field('c', 'x'.repeat(60_000))
  const outcome = await send(fields + withLongHeader('x'.repeat(4000)))
  assert.deepEqual(outcome, { bytes: Buffer.from('B'), type: 'a/b' })
})

const broken: readonly [string, string, string?][] = [
  ['no file', field('key', 'a') + END],
  ['two files', file('file', 'A') + file('file', 'B') + END],
  ['no closing boundary', file('file', 'BYTES')],
  ['cut off in the head of a part', `${field('key', 'a')}--XX\r\nContent-Disposition: form-da`],
  ['not multipart at all', 'hello'],
  ['empty', ''],
  ['no boundary', file('file', 'B') + END, 'multipart/form-data'],
  ['a part header of 1 MB', file(`file${'x'.repeat(1024 * 1024)}`, 'B') + END],
  ['a part header of 1 MB after the file', file('file', 'B') + field(`f${'x'.repeat(1024 * 1024)}`, 'x') + END],
  ['a part header of 16 KiB', file(`file${'x'.repeat(16 * 1024)}`, 'B') + END],
  ['a part header that is cut before the type', withLongHeader('x'.repeat(16 * 1024))],
  ['a part header of 16 KiB in many lines', withLongHeader(Array(300).fill('x'.repeat(60)).join('\r\n '))],
  ['a part header of 16 KiB after the file', file('file', 'B') + field(`f${'x'.repeat(16 * 1024)}`, 'x') + END],
  ['a part header of 16 KiB without anything else', part(`X: ${'x'.repeat(16 * 1024)}`, 'B') + END],
  ['a field that is too long', field('f', 'x'.repeat(65 * 1024)) + file('file', 'B') + END],
  ['too many fields', Array.from({ length: 60 }, (_, i) => field(`f${i}`, 'x')).join('') + file('file', 'B') + END],
]
for (const [what, body, type] of broken) {
  test(`CVE-2023-25576, CVE-2025-48997: a malformed form is only an error: ${what}`, async () => {
    const outcome = await send(body, type)
    assert.ok('error' in outcome, JSON.stringify(outcome))
    assert.match(outcome.error, /the form/)
  })
}

test('a connection closed in the middle of the form is an error', async () => {
  const seen = outcomes.length
  const { port } = server.address() as AddressInfo
  const head = file('file', 'x'.repeat(1000)).slice(0, 500)
  const client = httpRequest({
    port,
    host: '127.0.0.1',
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=XX', 'content-length': 5000 },
  })
  client.on('error', () => {})
  client.write(head)
  while (outcomes.length === seen) await new Promise((done) => setImmediate(done))
  client.destroy()
  const outcome = await outcomes[seen]
  assert.ok(outcome !== undefined && 'error' in outcome)
})
