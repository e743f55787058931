import type { Readable } from 'node:stream'
import type { Operations, sessionOperations } from '@cloudstead/admin-api'
import type { Operator } from '../../auth/console/operator.ts'
import type { ConsoleContext, Handler, Handlers } from './handlers.ts'

/** A request as the handlers about signing in see it: it may come from nobody, and its answer may set the cookie. */
export interface EdgeRequest {
  /** Undefined: nobody is signed in. */
  readonly operator: Operator | undefined
  /** Address of the other end of the connection; never what a header says. */
  readonly peer: string
  readonly origin: string
  readonly signal: AbortSignal
  readonly bytes: Readable
  /** Hands out a session, or takes it back. */
  setSession(token: string | undefined): void
  /** Tells the client when to try again. Seconds. */
  retryAfter(seconds: number): void
}

type SessionOperations = typeof sessionOperations

type ForEdge<H> = H extends (input: infer Input, context: ConsoleContext) => infer Answer
  ? (input: Input, request: EdgeRequest) => Answer
  : never

/** The handlers of the area that is about the session itself. */
export type SessionHandlers = { readonly [Id in keyof SessionOperations]: ForEdge<Handler<SessionOperations[Id]>> }

/** The handlers of all other areas: they run for somebody who is signed in, or not at all. */
export type AreaHandlers = Handlers<Omit<Operations, keyof SessionOperations>>
