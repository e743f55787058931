/** What the bare servers share: listening, the ready line, and reading and writing JSON. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens on a free port of the loopback interface and prints the ready line. */
export function serve(listener: RequestListener): void {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`ceiling ready at http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
  })
  process.once('SIGTERM', () => process.exit(0))
}

/** Collects the chunks of a body. */
export function readBody(request: IncomingMessage, done: (chunks: Buffer[]) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => done(chunks))
}

export function readJson(request: IncomingMessage, done: (value: unknown) => void): void {
  readBody(request, (chunks) => done(JSON.parse(Buffer.concat(chunks).toString('utf8'))))
}

export function sendJson(response: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
