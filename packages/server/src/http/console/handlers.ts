import type { Readable } from 'node:stream'
import type { AnswerKind, AnswerOf, InputOf, Operation } from '@cloudstead/admin-api'
import type { AdminCaller } from '@cloudstead/protocol'

/** What a handler may know of the request beyond its input. */
export interface ConsoleContext {
  /** Whoever is signed in to the Console, or holds the api key of the request. Rules do not apply to administrators. */
  readonly caller: AdminCaller
  /** How the caller is named in a history: the id of a key, else "operator". */
  readonly by: string
  /** `http://host:port` under which this client reaches the server. No trailing slash. */
  readonly origin: string
  /** Aborted once the client has gone: long work ends then. */
  readonly signal: AbortSignal
  /** The bytes of a `raw` body; nothing has been read of it. */
  readonly bytes: Readable
}

/** A file to send, as a download. */
export interface FileAnswer {
  /** Any text; the edge makes a safe header of it. */
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
 * What carries out an operation. Its input has been checked against the schemas. Throws CloudsteadError; once a stream
 * of lines has begun, the edge sends what is thrown as the last line.
 */
export type Handler<O> =
  O extends Operation<infer _P, infer _Q, infer _B, infer _A, infer Kind>
    ? (input: InputOf<O>, context: ConsoleContext) => AnswerTo<Kind, AnswerOf<O>>
    : never

/** A handler for each operation of an area. */
export type Handlers<Operations> = { readonly [Id in keyof Operations]: Handler<Operations[Id]> }
