import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ResultRoom } from '../database/request-budget.ts'
import { type AnswerBudgetOptions, type AnswerHold, createAnswerBudget } from './answer-budget.ts'

/** Answers up to this size do not count. The operating system takes them at once. */
const SMALL_ANSWER_BYTES = 64 * 1024
/** Answers are handed to the connection in such pieces, so that it can be seen how fast the client reads. */
const PIECE_CHARACTERS = 64 * 1024
/** A client has to read one piece in this time, in ms: 4 KiB per second. */
const WINDOW_MS = 16_000

/**
 * Keeps the large answers of all servers of a process within one budget, and disconnects clients that do not read. Streams
 * have no answer in memory.
 */
export interface LargeAnswers {
  /**
   * Makes this server send large answers within the budget. One that finds no room becomes the error SERVER_BUSY.
   *
   * @param known whether all callers of the server are known, where a route does not say so
   */
  guard(app: FastifyInstance, known: boolean): void
  /**
   * The room for the contents of an answer while they are collected. The answer has it until the client has read it.
   *
   * @param known whether the caller is known
   */
  roomFor(response: ServerResponse, known: boolean): ResultRoom
  /** Whether an answer is too small to count. It then gives back the room that its contents had. */
  passes(text: string, response: ServerResponse): boolean
}

export interface LargeAnswersOptions extends AnswerBudgetOptions {
  /** The time in which a client has to read a piece, for tests. */
  readonly windowMs?: number
}

export function createLargeAnswers({ windowMs = WINDOW_MS, ...options }: LargeAnswersOptions): LargeAnswers {
  const budget = createAnswerBudget(options)
  const holds = new WeakMap<ServerResponse, AnswerHold>()

  function holdFor(response: ServerResponse, known: boolean): AnswerHold {
    const existing = holds.get(response)
    if (existing !== undefined) return existing
    const hold = budget.open(known, () => response.destroy())
    holds.set(response, hold)
    if (response.destroyed) hold.abandon()
    else response.once('close', hold.abandon)
    return hold
  }

  function passes(text: string, response: ServerResponse): boolean {
    const isSmall = text.length <= SMALL_ANSWER_BYTES
    if (isSmall) holds.get(response)?.release()
    return isSmall
  }

  function stream(text: string, length: number, reply: FastifyReply, hold: AnswerHold): Readable {
    hold.send(length)
    reply.raw.once('close', hold.release)
    if (reply.raw.destroyed) hold.release()
    reply.header('content-length', length)
    return Readable.from(pieces(text, reply, hold, windowMs), { objectMode: false })
  }

  return {
    guard(app, known) {
      app.addHook('onSend', (_request, reply, payload, done) => {
        // Buffers are files that are in memory anyway.
        if (typeof payload !== 'string') {
          holds.get(reply.raw)?.release()
          return done(null, payload)
        }
        if (passes(payload, reply.raw)) return done(null, payload)
        const length = Buffer.byteLength(payload)
        const hold = holdFor(reply.raw, known)
        const wait = hold.hold(length)
        if (wait === undefined) return done(null, stream(payload, length, reply, hold))
        wait.then(
          () => done(null, stream(payload, length, reply, hold)),
          (error: Error) => {
            hold.release()
            done(error)
          },
        )
      })
    },
    roomFor: (response, known) => ({
      has: (bytes) => holdFor(response, known).has(bytes),
      hold: (bytes) => holdFor(response, known).hold(bytes),
    }),
    passes,
  }
}

/**
 * The pieces of an answer, each encoded when it is needed: a large buffer would be garbage that V8 hardly notices. The
 * connection is closed when none is taken for the time of a window.
 */
async function* pieces(
  text: string,
  { raw }: FastifyReply,
  hold: AnswerHold,
  windowMs: number,
): AsyncGenerator<Buffer> {
  const timer = setTimeout(() => raw.destroy(), windowMs).unref()
  raw.once('close', () => clearTimeout(timer))
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + PIECE_CHARACTERS
    // Both halves of a surrogate pair belong into one piece.
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end += 1
    yield Buffer.from(text.slice(at, end))
    hold.read()
    timer.refresh()
  }
}
