import { PassThrough, type Readable } from 'node:stream'
import type { ErrorBody, Problem } from '@cloudstead/admin-api'
import { CloudsteadError, ERRORS } from '@cloudstead/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { contentDisposition } from '../disposition.ts'
import type { FileAnswer } from './handlers.ts'

/** An error with its texts and advice in both languages. */
export function problemOf({ code, message, details }: CloudsteadError): Problem {
  const { en, zh, fixEn, fixZh } = ERRORS[code]
  return {
    code,
    message,
    ...(details === undefined ? {} : { details }),
    text: { en, zh },
    advice: { en: fixEn, zh: fixZh },
  }
}

/** The body of an error answer. */
export function errorBody(error: CloudsteadError, requestId: string): ErrorBody {
  return { ...problemOf(error), requestId }
}

export interface LinesOptions {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly signal: AbortSignal
  /** Logs a thrown value and returns it as an error to send to the client. */
  readonly failed: (thrown: unknown) => CloudsteadError
}

/**
 * Sends values as JSON lines, each as soon as it is there, and reads them only as fast as the client does. An error before
 * the first value is thrown, so that the answer gets its status; a later one is sent as the last line.
 */
export async function sendLines(lines: AsyncIterable<unknown>, options: LinesOptions): Promise<FastifyReply> {
  const { reply, signal } = options
  const iterator = lines[Symbol.asyncIterator]()
  const first = await iterator.next()
  const stream = new PassThrough()
  void pump(stream, iterator, first, options).finally(() => {
    stream.end()
    // Lets the operation clean up when the client has disconnected before its end.
    if (signal.aborted) void iterator.return?.()?.catch(() => {})
  })
  return reply.type('application/x-ndjson; charset=utf-8').send(stream)
}

async function pump(
  stream: PassThrough,
  iterator: AsyncIterator<unknown>,
  first: IteratorResult<unknown>,
  { request, signal, failed }: LinesOptions,
): Promise<void> {
  let last: unknown
  try {
    for (let step = first; step.done !== true && !signal.aborted; step = await iterator.next()) {
      last = step.value
      const free = stream.write(`${JSON.stringify(last)}\n`)
      // A client that is still sending its body may not read yet; waiting for it to read would wait forever.
      if (!free && request.raw.complete) await drained(stream, signal)
    }
    if (signal.reason instanceof CloudsteadError) throw signal.reason
  } catch (thrown) {
    const done = (last as { done?: number } | undefined)?.done ?? 0
    const error = failed(thrown)
    if (!signal.aborted || error === signal.reason)
      stream.write(`${JSON.stringify({ done, error: problemOf(error) })}\n`)
  }
}

function drained(stream: PassThrough, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = () => {
    stream.off('drain', done)
    signal.removeEventListener('abort', done)
    resolve()
  }
  stream.once('drain', done)
  signal.addEventListener('abort', done)
  if (signal.aborted) done()
  return promise
}

/** Sends a file as a download, so that no browser shows it as a page of the Console's origin. */
export function sendFile(reply: FastifyReply, { name, contentType, body }: FileAnswer): FastifyReply {
  return reply
    .headers({
      'content-type': contentType,
      'content-disposition': contentDisposition('attachment', name),
      'content-security-policy': "default-src 'none'; sandbox",
    })
    .send(body satisfies Readable)
}
