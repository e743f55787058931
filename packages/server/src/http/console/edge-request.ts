import type { Readable } from 'node:stream'
import type { Operations, sessionOperations } from '@cloudstead/admin-api'
import type { Operator } from '../../auth/console/operator.ts'
import type { ConsoleContext, Handler, Handlers } from './handlers.ts'

/** A request to the session handlers: nobody needs to be signed in, and the answer can set the session cookie. */
export interface EdgeRequest {
  /** Undefined when nobody is signed in. */
  readonly operator: Operator | undefined
  /** The address of the other end of the connection, never from a header. */
  readonly peer: string
  readonly origin: string
  readonly requestId: string
  readonly signal: AbortSignal
  readonly bytes: Readable
  /** Sets the session cookie; undefined deletes it. */
  setSession(token: string | undefined): void
  /** Sets the header Retry-After. */
  retryAfter(seconds: number): void
}

type SessionOperations = typeof sessionOperations

type ForEdge<H> = H extends (input: infer Input, context: ConsoleContext) => infer Answer
  ? (input: Input, request: EdgeRequest) => Answer
  : never

/** The handlers for the session, which also run when nobody is signed in. */
export type SessionHandlers = { readonly [Id in keyof SessionOperations]: ForEdge<Handler<SessionOperations[Id]>> }

/** All other handlers, which run only for a signed-in caller. */
export type AreaHandlers = Handlers<Omit<Operations, keyof SessionOperations>>
