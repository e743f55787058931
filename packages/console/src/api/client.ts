/** Calls to the admin API, with the types of its contract. */
import type { AnswerOf, InputOf, OperationId, Operations } from '@cloudstead/admin-api'
import { addressOf } from './address.ts'
import { ApiError, brokenOffError, errorOf, networkError } from './errors.ts'
import { LineReader } from './line-reader.ts'

/** Proves to the server that the Console sent the request, not a form on another site. */
export const CONSOLE_HEADERS = { 'x-cloudstead-console': '1' } as const

type IdsOfKind<Kind> = {
  [Id in OperationId]: Operations[Id]['answerKind'] extends Kind ? Id : never
}[OperationId]

/** Operations that answer with one JSON value. */
type JsonId = IdsOfKind<'json'>
/** Operations that answer with a stream of lines. */
type LinesId = IdsOfKind<'lines'>
/** Operations that answer with a file. */
type BytesId = IdsOfKind<'bytes'>

type Whole<Id extends OperationId> = InputOf<Operations[Id]>
/** Operations whose body is a stream of bytes. The types of the contract do not tell them from operations without a body. */
type RawId = 'importDocuments'
type Body<Id extends OperationId> = Id extends RawId ? Blob : Whole<Id>['body']
type Part<Name extends string, T> = [T] extends [undefined]
  ? { readonly [K in Name]?: undefined }
  : Record<never, never> extends T
    ? { readonly [K in Name]?: T }
    : { readonly [K in Name]: T }

/** The input of a call: `params`, `query` and `body`, as far as the operation has them. A raw body is a Blob or File. */
export type Input<Id extends OperationId> = Part<'params', Whole<Id>['params']> &
  Part<'query', Whole<Id>['query']> &
  Part<'body', Body<Id>>
export type Answer<Id extends OperationId> = AnswerOf<Operations[Id]>

/** The input is optional if all of its members are. */
type Arguments<Id extends OperationId, More> =
  Record<never, never> extends Input<Id> ? [input?: Input<Id>, more?: More] : [input: Input<Id>, more?: More]

interface Loose {
  readonly params?: Record<string, string> | undefined
  readonly query?: Record<string, string | number | boolean | undefined> | undefined
  readonly body?: unknown
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

interface LinesOptions<Line> extends CallOptions {
  readonly onLine?: ((line: Line) => void) | undefined
}

/** Asks the user to sign in again. Resolves to whether they did. */
type SignIn = () => Promise<boolean>
let signInAgain: SignIn = async () => false

/** Sets what happens when a call finds that the session has ended. The call is repeated after a new sign-in. */
export function onSignInRequired(ask: SignIn): void {
  signInAgain = ask
}

/**
 * Calls an operation that answers with JSON.
 *
 * @throws ApiError; an AbortError if `signal` was aborted
 * @example const { items } = await call('listFiles', { query: { folder: 'users/' } })
 */
export async function call<Id extends JsonId>(
  id: Id,
  ...[input, options]: Arguments<Id, CallOptions>
): Promise<Answer<Id>> {
  const response = await request(id, input as Loose | undefined, options?.signal)
  const body = await json(response)
  if (body === undefined) throw errorOf(response.status, body)
  return body as Answer<Id>
}

/**
 * Calls an operation that answers with lines. Aborting `signal` stops it on the server too.
 *
 * @returns the last line
 * @throws ApiError, also if the last line is an error; an AbortError if `signal` was aborted
 */
export async function lines<Id extends LinesId>(
  id: Id,
  ...[input, options]: Arguments<Id, LinesOptions<Answer<Id>>>
): Promise<Answer<Id>> {
  const response = await request(id, input as Loose | undefined, options?.signal)
  let last: Answer<Id> | undefined
  const take = (texts: readonly string[]) => {
    for (const text of texts) {
      last = parsed(text) as Answer<Id>
      options?.onLine?.(last)
    }
  }
  const reader = new LineReader()
  try {
    const pieces = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (let piece = await pieces?.read(); piece?.value !== undefined; piece = await pieces?.read()) {
      take(reader.push(piece.value))
    }
    take(reader.end())
  } catch (error) {
    options?.signal?.throwIfAborted()
    throw error instanceof ApiError ? error : brokenOffError()
  }
  if (last?.error !== undefined) throw errorOf(response.status, last.error)
  if (last?.finished !== true) throw brokenOffError()
  return last
}

/** The address of an operation that answers with a file, for `download()` and for links. */
export function addressOfFile<Id extends BytesId>(id: Id, ...[input]: Arguments<Id, never>): string {
  const { params = {}, query = {} } = (input ?? {}) as Loose
  return addressOf(placeOf(id)[1], params, query)
}

async function request(id: OperationId, input: Loose | undefined, signal?: AbortSignal): Promise<Response> {
  const [method, path] = placeOf(id)
  const { params = {}, query = {}, body } = input ?? {}
  const raw = body instanceof Blob
  const init: RequestInit = {
    method,
    headers: {
      ...CONSOLE_HEADERS,
      ...(body === undefined ? {} : { 'content-type': raw ? 'application/octet-stream' : 'application/json' }),
    },
    body: body === undefined ? null : raw ? body : JSON.stringify(body),
    credentials: 'same-origin',
    signal: signal ?? null,
  }
  const ask = async () => {
    try {
      return await fetch(addressOf(path, params, query), init)
    } catch {
      signal?.throwIfAborted()
      throw networkError()
    }
  }
  const response = await ask()
  if (response.ok) return response
  const error = errorOf(response.status, await json(response), response.headers.get('x-request-id') ?? undefined)
  const ended = error.code === 'CONSOLE_SIGN_IN_REQUIRED' && (await signInAgain())
  if (!ended) throw error
  const again = await ask()
  if (again.ok) return again
  throw errorOf(again.status, await json(again), again.headers.get('x-request-id') ?? undefined)
}

function placeOf(id: OperationId): readonly [method: string, path: string] {
  const place = __OPERATIONS__[id]
  if (place === undefined) throw new Error(`there is no operation ${id}`)
  return place
}

/** The body as JSON; undefined if it is not JSON. */
async function json(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw brokenOffError()
  }
}
