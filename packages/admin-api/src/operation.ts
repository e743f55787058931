import { type Members, type ObjectOf, object, type Schema } from './schema.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * How an operation answers. `json`: one JSON value. `lines`: a stream of `Progress` values, one JSON value per line
 * (application/x-ndjson). `bytes`: a file.
 */
export type AnswerKind = 'json' | 'lines' | 'bytes'

/**
 * One operation of the admin API. `path` is relative to `/console/api`; each `{name}` in it is a member of `params`.
 * Values in the path and the query are text; the server converts them to the number or boolean that the schema demands.
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
  /** Details, for the documentation. */
  readonly description?: string
  /** Whether the operation can be called without a session or a key. */
  readonly open?: true
  readonly params: Params
  readonly query: Query
  /** The schema of a JSON body. Absent: there is no JSON body. */
  readonly body?: Schema<Body>
  /** The body is a stream of bytes, which the operation reads itself. */
  readonly raw?: true
  readonly answerKind: Kind
  /** For `lines` the schema of one line. Absent for `bytes`. */
  readonly answer?: Schema<Answer>
  /** Error codes beyond those that every operation can answer with. */
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

/**
 * Defines an operation.
 *
 * @example operation('GET', '/keys', { summary: 'Lists keys', answer: object({ items: array(KEY) }) })
 */
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

/** The input of an operation: the parameters of its path and its query, and the body. */
export type InputOf<O> =
  O extends Operation<infer P, infer Q, infer B, infer _A, infer _K>
    ? { readonly params: ObjectOf<P>; readonly query: ObjectOf<Q>; readonly body: B }
    : never

/** The answer of an operation; for `lines` one line of it. */
export type AnswerOf<O> = O extends Operation<infer _P, infer _Q, infer _B, infer A, infer _K> ? A : never

/** The parameters of a path or a query as one schema, for validation. */
export function membersSchema(members: Members): Schema<Readonly<Record<string, unknown>>> {
  return object(members) as Schema<Readonly<Record<string, unknown>>>
}
