import { CloudsteadError } from '@cloudstead/protocol'

/** How long an answer waits for room, in ms. */
const WAIT_MS = 3000
/** How often those that wait are looked after, in ms. */
const CHECK_MS = 100
/** A client is disconnected when it has read nothing for this time, in ms, and another answer needs the room. */
const UNREAD_MS = 2000

/**
 * Limits the memory for large answers, from the time that their contents are collected until the client has read them. Who
 * finds no room waits, in order, and is refused after some seconds.
 */
export interface AnswerBudget {
  /**
   * Begins to count an answer.
   *
   * @param known whether the caller is known; strangers cannot use up the part for known callers
   * @param disconnect called when the client has read nothing for too long and another answer needs the room
   */
  open(known: boolean, disconnect: () => void): AnswerHold
}

/** The memory of one answer. */
export interface AnswerHold {
  /** Whether there is room at once for this many bytes in all. */
  has(bytes: number): boolean
  /**
   * Makes room for this many bytes in all. Returns undefined when there is room at once.
   *
   * @throws CloudsteadError SERVER_BUSY when there is none in time, or nobody waits for the answer any longer; it rejects
   */
  hold(bytes: number): Promise<void> | undefined
  /** The answer is complete and has this many bytes. From now on the client must read. */
  send(bytes: number): void
  /** The client has read something. */
  read(): void
  /** Nobody waits for the answer any longer. Its bytes count until they are released. */
  abandon(): void
  /** Calling it again has no effect. */
  release(): void
}

export interface AnswerBudgetOptions {
  /** The sum of all large answers at the same time. */
  readonly totalBytes: number
  /** The part of it that only known callers may use. */
  readonly knownBytes: number
}

interface Answer extends AnswerHold {
  readonly known: boolean
  readonly disconnect: () => void
  bytes: number
  /** When the client last read something, on the clock of `performance`; undefined until the answer is complete. */
  readAt: number | undefined
  abandoned: boolean
}

interface Waiter {
  readonly answer: Answer
  /** In all. */
  readonly bytes: number
  readonly until: number
  readonly resolve: () => void
  readonly reject: (error: CloudsteadError) => void
}

export function createAnswerBudget({ totalBytes, knownBytes }: AnswerBudgetOptions): AnswerBudget {
  const answers = new Set<Answer>()
  let waiters: readonly Waiter[] = []
  let timer: NodeJS.Timeout | undefined
  let total = 0
  let ofStrangers = 0

  function count(answer: Answer, bytes: number): void {
    total += bytes - answer.bytes
    if (!answer.known) ofStrangers += bytes - answer.bytes
    answer.bytes = bytes
  }

  /** An answer may be larger than the budget when it is the only one of its kind. */
  function fits({ known, bytes: held }: Answer, bytes: number): boolean {
    const ofOthers = (known ? total - ofStrangers : ofStrangers) - held
    if (ofOthers === 0) return true
    const more = bytes - held
    return total + more <= totalBytes && (known || ofStrangers + more <= totalBytes - knownBytes)
  }

  /** Disconnects the client that has not read for the longest time, if its room helps. Returns whether there was one. */
  function disconnectSlowest(known: boolean): boolean {
    let slowest: Answer | undefined
    const before = performance.now() - UNREAD_MS
    for (const answer of answers) {
      if ((known || !answer.known) && (answer.readAt ?? Infinity) < (slowest?.readAt ?? before)) slowest = answer
    }
    slowest?.release()
    slowest?.disconnect()
    return slowest !== undefined
  }

  const isWaiting = (answer: Answer) => waiters.some((waiter) => waiter.answer === answer)

  /** Gives room to those that wait, in order. Strangers that find none do not delay known callers, and vice versa. */
  function serve(): void {
    const blocked = new Set<boolean>()
    const now = performance.now()
    const left: Waiter[] = []
    for (const waiter of waiters) {
      const { answer, bytes, until, resolve, reject } = waiter
      if (answer.abandoned || now > until) reject(busy())
      else if (!blocked.has(answer.known) && fits(answer, bytes)) {
        count(answer, bytes)
        resolve()
      } else {
        blocked.add(answer.known)
        left.push(waiter)
      }
    }
    waiters = left
    if (left.length > 0) timer ??= setInterval(check, CHECK_MS).unref()
    else {
      clearInterval(timer)
      timer = undefined
    }
  }

  function check(): void {
    const [first] = waiters
    // Its room goes to the first in order at once.
    if (first !== undefined) disconnectSlowest(waiters.some(({ answer }) => answer.known))
    serve()
  }

  function wait(answer: Answer, bytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { answer, bytes, until: performance.now() + WAIT_MS, resolve, reject }
    // Those that have room already can finish and give it back.
    waiters = answer.bytes > 0 ? [waiter, ...waiters] : [...waiters, waiter]
    check()
    return promise
  }

  return {
    open(known, disconnect) {
      const answer: Answer = {
        known,
        disconnect,
        bytes: 0,
        readAt: undefined,
        abandoned: false,
        has(bytes) {
          if (bytes <= answer.bytes) return true
          const isNext = answer.bytes > 0 || !waiters.some((waiter) => waiter.answer.known === known)
          return isNext && fits(answer, bytes)
        },
        hold(bytes) {
          if (answer.abandoned) return Promise.reject(busy())
          if (answer.has(bytes)) {
            if (bytes > answer.bytes) count(answer, bytes)
            return undefined
          }
          // When all others wait too, nobody would give room back.
          const mayEnd = (other: Answer) =>
            other !== answer && other.bytes > 0 && (known || !other.known) && !isWaiting(other)
          return [...answers].some(mayEnd) ? wait(answer, bytes) : Promise.reject(busy())
        },
        send(bytes) {
          answer.readAt = performance.now()
          count(answer, bytes)
          serve()
        },
        read() {
          answer.readAt = performance.now()
        },
        abandon() {
          answer.abandoned = true
          serve()
        },
        release() {
          if (!answers.delete(answer)) return
          count(answer, 0)
          if (waiters.length > 0) serve()
        },
      }
      answers.add(answer)
      return answer
    },
  }
}

function busy(): CloudsteadError {
  return new CloudsteadError('SERVER_BUSY', {
    en: 'too many large answers at once; try again shortly',
    zh: '大响应过多，请稍后重试',
  })
}
