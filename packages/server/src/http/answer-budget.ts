import { Readable } from 'node:stream'
import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** Answers up to this size do not count. The operating system takes them at once. */
const SMALL_ANSWER_BYTES = 64 * 1024
/** Answers are handed to the connection in such pieces, so that it can be seen how fast the client reads. */
const PIECE_CHARACTERS = 64 * 1024
/** A client has to read one piece in this time, in ms: 4 KiB per second. */
const WINDOW_MS = 16_000
/** The same when another answer needs the room: 32 KiB per second. */
const WINDOW_WHEN_FULL_MS = 2000

/** Limits the memory for large answers that wait until their clients read them. Streams have no answer in memory. */
export interface AnswerBudget {
  /**
   * Makes this server refuse to send large answers with SERVER_BUSY while the budget is used up, and disconnect clients that
   * do not read. An answer that is larger than the budget is sent when no other one waits.
   */
  guard(app: FastifyInstance): void
}

export interface AnswerBudgetOptions {
  /** The sum of all large answers at the same time. */
  readonly totalBytes: number
  /** The time in which a client has to read a piece, for tests. */
  readonly windowMs?: number
}

interface WaitingAnswer {
  readonly length: number
  readonly reply: FastifyReply
  /** When the client last took a piece, on the clock of `performance`. */
  readAt: number
}

export function createAnswerBudget({ totalBytes, windowMs = WINDOW_MS }: AnswerBudgetOptions): AnswerBudget {
  const answers = new Set<WaitingAnswer>()
  let waiting = 0

  function remove(answer: WaitingAnswer): void {
    if (answers.delete(answer)) waiting -= answer.length
  }

  /** Disconnects the client that has not read for the longest time, if it is too long. Returns whether there was one. */
  function cutSlowest(): boolean {
    let slowest: WaitingAnswer | undefined
    for (const answer of answers) if (answer.readAt < (slowest?.readAt ?? Number.POSITIVE_INFINITY)) slowest = answer
    if (slowest === undefined || performance.now() - slowest.readAt < WINDOW_WHEN_FULL_MS) return false
    remove(slowest)
    slowest.reply.raw.destroy()
    return true
  }

  return {
    guard(app) {
      app.addHook('onSend', (_request, reply, payload, done) => {
        // Buffers are files that are in memory anyway.
        if (typeof payload !== 'string' || payload.length <= SMALL_ANSWER_BYTES) return done(null, payload)
        const length = Buffer.byteLength(payload)
        while (waiting > 0 && waiting + length > totalBytes) {
          if (!cutSlowest()) {
            return done(
              new CloudsteadError('SERVER_BUSY', {
                en: 'too many large answers have not been read yet; try again shortly',
                zh: '尚未读取的大响应过多，请稍后重试',
              }),
            )
          }
        }
        const answer: WaitingAnswer = { length, reply, readAt: performance.now() }
        answers.add(answer)
        waiting += length
        reply.raw.once('close', () => remove(answer))
        reply.header('content-length', length)
        done(null, Readable.from(pieces(payload, answer, windowMs), { objectMode: false }))
      })
    },
  }
}

/**
 * The pieces of an answer, each encoded when it is needed: a large buffer would be garbage that V8 hardly notices. The
 * connection is closed when none is taken for the time of a window.
 */
async function* pieces(text: string, answer: WaitingAnswer, windowMs: number): AsyncGenerator<Buffer> {
  const { raw } = answer.reply
  const timer = setTimeout(() => raw.destroy(), windowMs).unref()
  raw.once('close', () => clearTimeout(timer))
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + PIECE_CHARACTERS
    // Both halves of a surrogate pair belong into one piece.
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end += 1
    yield Buffer.from(text.slice(at, end))
    answer.readAt = performance.now()
    timer.refresh()
  }
}
