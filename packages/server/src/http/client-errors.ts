import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { CloudsteadError, type ErrorCode } from '@cloudstead/protocol'

/** The answer by the error code of Node's HTTP parser. Any other code is a malformed request. */
const KNOWN: Readonly<Record<string, readonly [status: number, code: ErrorCode]>> = {
  HPE_HEADER_OVERFLOW: [431, 'EXCEED_REQUEST_SIZE_LIMIT'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'INVALID_PARAM'],
}
const MALFORMED = [400, 'INVALID_PARAM'] as const

/** Answers bytes that are not a valid HTTP request, which no route can answer, and closes the connection. */
export function answerClientError({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return
  if (socket.writable) socket.write(answerTo(code))
  socket.destroySoon()
}

function answerTo(parserCode: string): string {
  const [status, code] = KNOWN[parserCode] ?? MALFORMED
  const { message } = new CloudsteadError(code, status === 400 ? 'this is not a valid HTTP request' : undefined)
  const body = JSON.stringify({ code, message, requestId: randomUUID() })
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
