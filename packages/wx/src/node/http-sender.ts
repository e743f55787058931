import { pipeline, Readable, Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { toArrayBuffer } from '../shared/bytes.ts'
import { networkFailure, unknownNetworkFailure, WxFailure } from '../shared/failure.ts'
import { headerValue } from '../shared/headers.ts'
import type { OutgoingRequest, ResponseHead, Sender, SendOptions } from '../shared/sender.ts'
import { exchange, type OutgoingBody } from './http-exchange.ts'
import { multipart } from './multipart.ts'

/** Bodies go to the socket in pieces of this size, between which the simulated network slows down or cuts. */
const BODY_CHUNK_BYTES = 64 * 1024

/** Real HTTP over Node; files are given by their real paths, and bodies arrive as streams. */
export const httpSender: Sender<string, Readable> = { send, readAll: buffer, asFailure: asNetworkFailure }

async function send(
  request: OutgoingRequest<string>,
  options: SendOptions,
): Promise<{ head: ResponseHead; body: Readable }> {
  const { head, stream } = await exchange({ ...request, ...encoded(request) }, options)
  options.onHead(head)
  const { onReceived, onChunk } = options
  if (onChunk !== undefined) {
    for await (const piece of stream as AsyncIterable<Buffer>) onChunk(toArrayBuffer(piece))
    return { head, body: Readable.from([]) }
  }
  // Errors reach the reader through the meter, which the pipeline destroys.
  const body = onReceived === undefined ? stream : pipeline(stream, meter(head, onReceived), () => undefined)
  return { head, body }
}

/** Headers and body as they go on the wire. */
function encoded({ headers, body }: OutgoingRequest<string>): {
  headers: Record<string, string>
  body: OutgoingBody | undefined
} {
  if (body === undefined) return { headers, body }
  if (body instanceof Uint8Array) return { headers, body: bytesBody(body) }
  const form = multipart(body)
  return { headers: { ...headers, 'content-type': form.contentType }, body: form.body }
}

function bytesBody(bytes: Uint8Array): OutgoingBody {
  return {
    length: bytes.length,
    chunks: async function* () {
      for (let at = 0; at < bytes.length; at += BODY_CHUNK_BYTES) yield bytes.subarray(at, at + BODY_CHUNK_BYTES)
    },
  }
}

/** Counts what passes through. The length is unknown if the server compressed the body. */
function meter(head: ResponseHead, onReceived: (received: number, expected: number) => void): Transform {
  const compressed = headerValue(head.header, 'content-encoding') !== undefined
  const expected = compressed ? 0 : Number(headerValue(head.header, 'content-length') ?? 0)
  let received = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      onReceived(received, expected)
      done(null, chunk)
    },
  })
}

/** Words a failure of Node's network stack as WeChat does. */
function asNetworkFailure(thrown: unknown): WxFailure {
  if (thrown instanceof WxFailure) return thrown
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (code === 'ECONNREFUSED') return networkFailure(-102, 'ERR_CONNECTION_REFUSED')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return networkFailure(-105, 'ERR_NAME_NOT_RESOLVED')
  if (code === 'ECONNRESET' || code === 'EPIPE') return networkFailure(-101, 'ERR_CONNECTION_RESET')
  if (code.startsWith('ERR_INVALID') || code.startsWith('ERR_UNESCAPED')) {
    return new WxFailure(thrown instanceof Error ? thrown.message : code)
  }
  return unknownNetworkFailure(thrown)
}
