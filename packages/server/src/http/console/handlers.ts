import type { Readable } from 'node:stream'
import type { AnswerKind, AnswerOf, InputOf, Operation } from '@cloudstead/admin-api'
import type { AdminCaller } from '@cloudstead/protocol'

/** What a handler gets of the request besides its input. */
export interface ConsoleContext {
  /** Whoever is signed in to the Console or owns the API key of the request. Rules do not apply to administrators. */
  readonly caller: AdminCaller
  /** The name of the caller in histories: the id of the API key, or "operator". */
  readonly by: string
  /** The address of the other end of the connection. */
  readonly peer: string
  /** The origin at which this client reaches the server: `http://host:port`, no trailing slash. */
  readonly origin: string
  /** The id of the request, which its errors carry too. */
  readonly requestId: string
  /** Aborted when the client disconnects, to end long work. */
  readonly signal: AbortSignal
  /** The unread bytes of a `raw` body. */
  readonly bytes: Readable
}

/** A file to send as a download. */
export interface FileAnswer {
  /** Any string; it is escaped in the header. */
  readonly name: string
  readonly contentType: string
  readonly body: Readable
}

type AnswerTo<Kind extends AnswerKind, Answer> = Kind extends 'json'
  ? Promise<Answer>
  : Kind extends 'lines'
    ? AsyncIterable<Answer>
    : Promise<FileAnswer>

/**
 * Carries out an operation. Its input has been validated by the schemas. Throws CloudsteadError; in a stream of lines that
 * has begun, a thrown error is sent as the last line.
 */
export type Handler<O> =
  O extends Operation<infer _P, infer _Q, infer _B, infer _A, infer Kind>
    ? (input: InputOf<O>, context: ConsoleContext) => AnswerTo<Kind, AnswerOf<O>>
    : never

/** A handler for each operation of an area. */
export type Handlers<Operations> = { readonly [Id in keyof Operations]: Handler<Operations[Id]> }
