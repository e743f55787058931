import type { IncomingMessage } from 'node:http'
import type { DeniedError } from '../decisions/denied-error.ts'

/** A request that was read and run before the framework got it, which answers it. */
interface BegunRequest {
  readonly id: string
  /** When it arrived, on the clock of `performance`. */
  readonly startedAt: number
  /** Throws the error that its body was refused with, if it was. */
  readonly checkBody: () => void
  /** The text of the answer. @throws the error that the request ended with */
  readonly outcome: () => string
  /** The items that the rules denied, not recorded yet. */
  readonly denied: readonly DeniedError[]
}

const begun = new WeakMap<IncomingMessage, BegunRequest>()

/** To be called before the framework gets the request. */
export function leaveToFramework(request: IncomingMessage, state: BegunRequest): void {
  begun.set(request, state)
}

/** Undefined for a request that the framework has from its beginning. */
export function begunRequest(request: IncomingMessage): BegunRequest | undefined {
  return begun.get(request)
}
