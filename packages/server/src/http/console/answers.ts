import { PassThrough, type Readable } from 'node:stream'
import type { ErrorBody, Problem } from '@cloudstead/admin-api'
import { type CloudsteadError, ERRORS } from '@cloudstead/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { contentDisposition } from '../disposition.ts'
import type { FileAnswer } from './handlers.ts'

/** The texts of a code, with what is particular about this case. */
export function problemOf({ code, message }: CloudsteadError): Problem {
  const { en, zh, fixEn, fixZh } = ERRORS[code]
  return { code, message, text: { en, zh }, advice: { en: fixEn, zh: fixZh } }
}

/** The body of an answer that is an error. */
export function errorBody(error: CloudsteadError, requestId: string): ErrorBody {
  return { ...problemOf(error), requestId }
}

export interface LinesOptions {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly signal: AbortSignal
  /** What to tell of something that was thrown; also logs it. */
  readonly failed: (thrown: unknown) => CloudsteadError
}

/**
 * Sends values one a line, each as soon as it comes, and asks for no more of them than the client takes. What is thrown
 * before the first one is thrown here, so that it becomes an error with its status; later it becomes the last line.
 */
export async function sendLines(lines: AsyncIterable<unknown>, options: LinesOptions): Promise<FastifyReply> {
  const { reply, signal } = options
  const iterator = lines[Symbol.asyncIterator]()
  const first = await iterator.next()
  const stream = new PassThrough()
  void pump(stream, iterator, first, options).finally(() => {
    stream.end()
    // Lets the operation clean up when the client went away before its end.
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
      // A client that is still sending its body does not read yet; waiting for it here would be waiting for ever.
      if (!free && request.raw.complete) await drained(stream, signal)
    }
  } catch (thrown) {
    const done = (last as { done?: number } | undefined)?.done ?? 0
    const error = failed(thrown)
    if (!signal.aborted) stream.write(`${JSON.stringify({ done, error: problemOf(error) })}\n`)
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

/** Sends a file as a download that no browser ever shows as a page of the Console's own origin. */
export function sendFile(reply: FastifyReply, { name, contentType, body }: FileAnswer): FastifyReply {
  return reply
    .headers({
      'content-type': contentType,
      'content-disposition': contentDisposition('attachment', name),
      'content-security-policy': "default-src 'none'; sandbox",
    })
    .send(body satisfies Readable)
}
