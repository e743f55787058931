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

/** Reads a JSON body, which is trusted to be a `T`. Most come in one chunk, which is not copied. */
export function readJson<T>(request: IncomingMessage, done: (value: T) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const [first, second] = chunks
    const bytes = first !== undefined && second === undefined ? first : Buffer.concat(chunks)
    done(JSON.parse(bytes.toString('utf8')) as T)
  })
}

/** Answers with JSON text. */
export function sendJson(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
