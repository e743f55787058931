import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'

const HANDSHAKE_SALT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const CLOSE_OPCODE = 8

/** A WebSocket echo server, for messages shorter than 126 bytes. */
export async function startEchoServer(t: TestContext): Promise<{ url: string; upgrades: IncomingMessage[] }> {
  const upgrades: IncomingMessage[] = []
  const server = http.createServer()
  const open = new Set<Duplex>()
  server.on('upgrade', (request, socket) => {
    upgrades.push(request)
    open.add(socket)
    socket.on('error', () => undefined)
    if (request.url === '/refuse') {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const key = request.headers['sec-websocket-key'] ?? ''
    const accept = createHash('sha1')
      .update(key + HANDSHAKE_SALT)
      .digest('base64')
    const protocol = request.headers['sec-websocket-protocol']
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${
        protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`
      }\r\n`,
    )
    let pending: Buffer = Buffer.alloc(0)
    socket.on('data', (data: Buffer) => {
      pending = Buffer.concat([pending, data])
      pending = echoFrames(pending, socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, upgrades }
}

function echoFrames(bytes: Buffer, socket: Duplex): Buffer {
  let rest = bytes
  while (rest.length >= 6) {
    const length = (rest[1] ?? 0) & 0x7f
    if (rest.length < 6 + length) break
    const mask = rest.subarray(2, 6)
    const payload = Buffer.from(rest.subarray(6, 6 + length)).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
    socket.write(Buffer.concat([Buffer.from([rest[0] ?? 0, length]), payload]))
    if (((rest[0] ?? 0) & 0x0f) === CLOSE_OPCODE) socket.end()
    rest = rest.subarray(6 + length)
  }
  return rest
}
