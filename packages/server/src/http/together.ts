import { type IncomingMessage, ServerResponse } from 'node:http'

/** The longest time for which an answer is held back while others are made, in ms. */
const MAX_WAIT_MS = 2

/**
 * The responses of a server whose answers leave together: all that end in one turn of the event loop. A write wakes a client
 * or a proxy that sleeps, which takes the processor longer than to read a document. One that was woken finds all its answers,
 * and its next requests arrive together, too. While each turn has one answer, it leaves at once.
 *
 * @param maxWaitMs another than the usual, for tests
 */
export function responsesTogether(maxWaitMs = MAX_WAIT_MS): typeof ServerResponse {
  let held: (() => void)[] = []
  /** Answers of this turn, and when the first was made, on the clock of `performance`. */
  let answers = 0
  let since = 0
  /** Whether the last turn with an answer had several. */
  let several = false

  function release(): void {
    const ends = held
    held = []
    for (const end of ends) end()
  }

  function endTurn(): void {
    several = answers > 1
    answers = 0
    release()
  }

  function hold(end: () => void): void {
    answers += 1
    if (answers === 1) {
      since = performance.now()
      setImmediate(endTurn)
    }
    if (answers === 1 && !several) {
      end()
      return
    }
    held.push(end)
    if (performance.now() - since > maxWaitMs) release()
  }

  return class<Request extends IncomingMessage> extends ServerResponse<Request> {
    override end(...args: unknown[]): this {
      hold(() => {
        try {
          Reflect.apply(super.end, this, args)
        } catch {
          // Whoever ended it in a wrong way cannot be told any more, and the others must leave.
          this.destroy()
        }
      })
      return this
    }
  }
}
