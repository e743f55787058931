/**
 * A small HTTP/1.1 client on a raw socket: one request at a time, kept alive. It costs a fraction of `fetch` or
 * `http.Agent`, which matters because the load runs on the same machine as the server.
 */
import { connect, type Socket } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
/** The maximum of one read; most answers fit in one. */
const READ_BUFFER_BYTES = 256 * 1024
/** A server that sends nothing for this long is an error. */
const SILENCE_LIMIT_MS = 20_000

interface Answer {
  readonly status: number
  /** Length of the body in bytes. */
  readonly length: number
  /** The body if `keepBody` was set, otherwise empty. */
  readonly body: string
}

export interface Connection {
  /** Sends one request and waits for the whole answer. Rejects if the answer has no Content-Length. */
  exchange(head: string, body: string | Uint8Array | undefined, keepBody: boolean): Promise<Answer>
  close(): void
}

export interface HeadOptions {
  /** Of the body in bytes; undefined without a body. */
  readonly length?: number
  readonly contentType?: string
  readonly token?: string | undefined
}

/** Formats the head of a request. */
export function requestHead(method: string, path: string, host: string, options: HeadOptions = {}): string {
  const { length, contentType, token } = options
  const type = contentType === undefined ? '' : `content-type: ${contentType}\r\n`
  const announced = length === undefined ? '' : `content-length: ${length}\r\n`
  const who = token === undefined ? '' : `authorization: Bearer ${token}\r\n`
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${type}${announced}${who}\r\n`
}

interface Waiting {
  readonly keepBody: boolean
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** Opens one connection. */
export async function openConnection(host: string, port: number): Promise<Connection> {
  let waiting: Waiting | undefined
  let head: Buffer = Buffer.alloc(0)
  let status = 0
  let length = 0
  /** Bytes of the body still to come; negative while the head is incomplete. */
  let missing = -1
  let kept: Buffer[] = []

  function fail(error: Error): void {
    const { reject } = waiting ?? {}
    waiting = undefined
    reject?.(error)
  }

  function finish(): void {
    const done = waiting
    const body = kept.length === 0 ? '' : Buffer.concat(kept).toString('utf8')
    waiting = undefined
    missing = -1
    kept = []
    done?.resolve({ status, length, body })
  }

  function readHead(chunk: Buffer): Buffer | undefined {
    const all = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    const end = all.indexOf(HEAD_END)
    if (end < 0) {
      head = Buffer.from(all)
      return undefined
    }
    head = Buffer.alloc(0)
    const text = all.toString('latin1', 0, end + 2)
    const announced = /\r\ncontent-length: *([0-9]+)/i.exec(text)?.[1]
    status = Number(text.slice(9, 12))
    if (announced === undefined && status !== 204 && status !== 304) {
      fail(new Error(`an answer without Content-Length: ${text.slice(0, 200)}`))
      return undefined
    }
    length = missing = Number(announced ?? 0)
    return all.subarray(end + HEAD_END.length)
  }

  function onBytes(count: number, buffer: Uint8Array): boolean {
    const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, count)
    const rest = missing < 0 ? readHead(chunk) : chunk
    if (rest === undefined || waiting === undefined) return true
    missing -= rest.length
    // Copied, since the socket reuses its buffer.
    if (waiting.keepBody && rest.length > 0) kept.push(Buffer.from(rest))
    if (missing === 0) finish()
    else if (missing < 0) fail(new Error('more bytes than Content-Length'))
    return true
  }

  const socket: Socket = connect({
    host,
    port,
    noDelay: true,
    onread: { buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES), callback: onBytes },
  })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))
  socket.setTimeout(SILENCE_LIMIT_MS, () => socket.destroy(new Error(`no answer within ${SILENCE_LIMIT_MS} ms`)))

  return {
    exchange(requestText, body, keepBody) {
      return new Promise((resolve, reject) => {
        waiting = { keepBody, resolve, reject }
        if (typeof body === 'string') {
          socket.write(requestText + body)
        } else {
          socket.cork()
          socket.write(requestText)
          if (body !== undefined) socket.write(body)
          socket.uncork()
        }
      })
    },
    close() {
      socket.destroy()
    },
  }
}
