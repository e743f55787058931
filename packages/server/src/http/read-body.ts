import type { IncomingMessage } from 'node:http'
import { CloudsteadError } from '@cloudstead/protocol'
import type { BodyBudget, BodyHold } from './body-budget.ts'

/** Bodies up to this size are not in the budget: 1,000 of them at the same time are 64 MiB. */
export const SMALL_BODY_BYTES = 64 * 1024
/** Bytes of the first buffer. Most bodies are smaller. */
const FIRST_BUFFER_BYTES = 4 * 1024

export interface ReadBodyOptions {
  readonly limitBytes: number
  /** Not needed when the limit is that of a small body. */
  readonly budget?: BodyBudget
  /** Whether the caller is known before the body is read. */
  readonly known?: boolean
}

export interface ReceivedBody {
  readonly bytes: Buffer
  /** To be released when the bytes are no longer needed. */
  readonly hold: BodyHold | undefined
}

/**
 * Reads a body. A refused body is left as it is: the caller drains it.
 *
 * @throws CloudsteadError EXCEED_REQUEST_SIZE_LIMIT, SERVER_BUSY
 */
export function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<ReceivedBody> {
  return new Promise((resolve, reject) => receiveBody(request, options, resolve, reject))
}

/** The same; calls one of two functions, once. */
export function receiveBody(
  request: IncomingMessage,
  { limitBytes, budget, known = false }: ReadBodyOptions,
  received: (body: ReceivedBody) => void,
  refused: (error: unknown) => void,
): void {
  const body = new GrowingBuffer(limitBytes)
  let hold: BodyHold | undefined
  let isDone = false
  const stop = () => {
    isDone = true
    request.off('data', onData).off('end', onEnd).off('error', refuse).off('close', onClose)
  }
  const refuse = (error: unknown) => {
    hold?.release()
    if (isDone) return
    stop()
    refused(error)
  }
  const onData = (chunk: Buffer) => {
    try {
      if (body.length + chunk.length > limitBytes) throw new CloudsteadError('EXCEED_REQUEST_SIZE_LIMIT')
      if (hold !== undefined) hold.take(chunk.length)
      else if (budget !== undefined && body.length + chunk.length > SMALL_BODY_BYTES) {
        hold = budget.open(known, refuse)
        hold.take(body.length + chunk.length)
      }
      // To find room for these bytes, the body itself may have been refused.
      if (isDone) hold?.release()
      body.append(chunk)
    } catch (error) {
      refuse(error)
    }
  }
  const onClose = () => refuse(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }))
  const onEnd = () => {
    // `close` follows at once, and making its error costs more than reading a small body.
    stop()
    hold?.complete()
    received({ bytes: body.bytes(), hold })
  }
  if (announcedBytes(request) > limitBytes) {
    refuse(new CloudsteadError('EXCEED_REQUEST_SIZE_LIMIT'))
    return
  }
  request.on('data', onData).on('end', onEnd).on('error', refuse).on('close', onClose)
  // The client may be gone already, and then no event follows.
  if (request.destroyed) onClose()
}

/** The length of a body as its header says it; 0 for a chunked body. */
export function announcedBytes({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? 0)
}

/** Collects chunks in one buffer. A list of them would need a multiple of the memory when a client sends single bytes. */
class GrowingBuffer {
  readonly #limitBytes: number
  #bytes: Buffer = Buffer.alloc(0)
  length = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  append(chunk: Buffer): void {
    if (this.length === 0) {
      // Most bodies are one chunk, which needs no copy.
      this.#bytes = chunk
      this.length = chunk.length
      return
    }
    const needed = this.length + chunk.length
    if (needed > this.#bytes.length) {
      const doubled = Math.max(needed, this.#bytes.length * 2, FIRST_BUFFER_BYTES)
      const grown = Buffer.allocUnsafeSlow(Math.min(doubled, this.#limitBytes))
      this.#bytes.copy(grown, 0, 0, this.length)
      this.#bytes = grown
    }
    chunk.copy(this.#bytes, this.length)
    this.length = needed
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.length)
  }
}
