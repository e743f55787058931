import type { Members } from './schema.ts'
import { type ObjectOf, object, type Schema } from './schema.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * How an operation answers. `json`: one JSON value. `lines`: a stream of JSON values, one a line
 * (application/x-ndjson): any number of `Progress`, then one that ends it. `bytes`: a file.
 */
export type AnswerKind = 'json' | 'lines' | 'bytes'

/**
 * One operation of the admin API. `path` is below `/console/api`; `{name}` in it is a member of `params`. Values in the
 * path and in the query are texts; the server turns those of numbers and booleans into such.
 */
export interface Operation<
  Params extends Members = Members,
  Query extends Members = Members,
  Body = unknown,
  Answer = unknown,
  Kind extends AnswerKind = AnswerKind,
> {
  readonly method: Method
  readonly path: string
  /** One line, for the documentation. */
  readonly summary: string
  /** What a reader should know beyond it. */
  readonly description?: string
  /** Operations that need no session say so; every other one is refused without one. */
  readonly open?: true
  readonly params: Params
  readonly query: Query
  /** Absent: there is no body. `raw` bodies are streams of bytes that the operation reads itself. */
  readonly body?: Schema<Body>
  readonly raw?: true
  readonly answerKind: Kind
  /** Of `lines`: the schema of one line. Absent for `bytes`. */
  readonly answer?: Schema<Answer>
  /** Codes beyond those that every operation can answer. */
  readonly errors: readonly string[]
}

interface Spec<P extends Members, Q extends Members, B, A, K extends AnswerKind> {
  readonly summary: string
  readonly description?: string
  readonly open?: true
  readonly params?: P
  readonly query?: Q
  readonly body?: Schema<B>
  readonly raw?: true
  readonly kind?: K
  readonly answer?: Schema<A>
  readonly errors?: readonly string[]
}

type None = Record<never, never>

/** @example operation('GET', '/keys', { summary: 'Lists keys', answer: object({ items: array(KEY) }) }) */
export function operation<
  const P extends Members = None,
  const Q extends Members = None,
  B = undefined,
  A = undefined,
  const K extends AnswerKind = 'json',
>(method: Method, path: string, spec: Spec<P, Q, B, A, K>): Operation<P, Q, B, A, K> {
  const { params, query, kind, errors, ...rest } = spec
  return {
    method,
    path,
    ...rest,
    params: params ?? ({} as P),
    query: query ?? ({} as Q),
    answerKind: kind ?? ('json' as K),
    errors: errors ?? [],
  }
}

/** What a caller gives to an operation: members of path and query, and the body. */
export type InputOf<O> =
  O extends Operation<infer P, infer Q, infer B, infer _A, infer _K>
    ? { readonly params: ObjectOf<P>; readonly query: ObjectOf<Q>; readonly body: B }
    : never

/** What an operation answers; for `lines` one line of it. */
export type AnswerOf<O> = O extends Operation<infer _P, infer _Q, infer _B, infer A, infer _K> ? A : never

/** The members of path or query as one schema, for validation. */
export function membersSchema(members: Members): Schema<Readonly<Record<string, unknown>>> {
  return object(members) as Schema<Readonly<Record<string, unknown>>>
}
