import { type IncomingMessage, ServerResponse } from 'node:http'

/** The longest time for which an answer is held back while others are made, in ms. */
const MAX_WAIT_MS = 2

/**
 * The responses of a server whose answers leave together: all that end in one turn of the event loop. A write wakes a client
 * or a proxy that sleeps, which takes the processor longer than to read a document. One that was woken finds all its answers,
 * and its next requests arrive together, too. An answer that is alone leaves at the end of the turn.
 */
export function responsesTogether(): typeof ServerResponse {
  let held: (() => void)[] = []
  let since = 0

  function release(): void {
    const ends = held
    held = []
    for (const end of ends) end()
  }

  function hold(end: () => void): void {
    if (held.push(end) === 1) {
      since = performance.now()
      setImmediate(release)
    } else if (performance.now() - since > MAX_WAIT_MS) release()
  }

  return class<Request extends IncomingMessage> extends ServerResponse<Request> {
    override end(...args: unknown[]): this {
      hold(() => Reflect.apply(super.end, this, args))
      return this
    }
  }
}
