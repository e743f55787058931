import {
  type Caller,
  CloudsteadError,
  type DocumentObject,
  type DocumentValue,
  decodeEjson,
  decodeEjsonValue,
  encodeEjson,
  requireScope,
  type Scope,
} from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Auth } from '../../auth/index.ts'
import type { Database } from '../../database/database.ts'
import { RequestBudget } from '../../database/request-budget.ts'
import { checkStructure, readJsonObjects } from '../bodies.ts'
import type { BodyBudget } from '../body-budget.ts'
import { admitUser, callerOfBearer, isKnown } from '../callers.ts'
import { collectionName, documentObject, jsonTexts, orderParts } from '../database-params.ts'
import type { LargeAnswers } from '../large-answers.ts'
import { flag, invalid, list, object, onlyMembers, type Params, string, wholeNumber } from '../params.ts'

/** The largest document (16 MB) and the rest of the body. */
const BODY_LIMIT_BYTES = 20 * 1024 * 1024
/** Of one answer. Numbers and dates take many times their stored size in canonical Extended JSON. */
const MAX_ANSWER_CHARACTERS = 32 * 1024 * 1024
/** `{"$numberInt":"1"}`, and `{"$date":{"$numberLong":"1700000000000"}}`. */
const NUMBER_CHARACTERS = 18
const DATE_CHARACTERS = 42
/** The instance and the database in the URL, of which a server has one each. */
const DEFAULT = '(default)'
const BASE = '/database/instances/:instance/databases/:database'

/** A call of the database. */
interface Call {
  readonly database: Database
  readonly caller: Caller
  /** From the path; empty where the path names none. */
  readonly collection: string
  /** The body, or the query string of a GET. */
  readonly params: Params
  readonly request: FastifyRequest
  /** The work of the whole request. */
  readonly budget: RequestBudget
}

/** Resolves to the answer: a value, or a text that is JSON already. */
type Run = (call: Call) => Promise<object | string>

export interface DocumentRoutesOptions {
  readonly auth: Pick<Auth, 'callerOfToken'>
  readonly database: Database
  /** Shared by all routes of a server. */
  readonly budget: BodyBudget
  readonly answers: LargeAnswers
}

/**
 * The document database of dialect C: JSON in the body, canonical Extended JSON in the query string and in the answer, which
 * is the data itself.
 */
export async function documentRoutes(app: FastifyInstance, options: DocumentRoutesOptions): Promise<void> {
  const { auth, database, budget: bodies, answers } = options
  readJsonObjects(app, { limitBytes: BODY_LIMIT_BYTES, budget: bodies, admit: admitUser(auth) })

  function route(method: 'GET' | 'POST' | 'PATCH', path: string, scope: Scope, run: Run): void {
    app.route({
      method,
      url: `${BASE}${path}`,
      handler: async (request, reply) => {
        const caller = await callerOfBearer(auth, request)
        requireScope(caller, scope)
        const { instance, database: name, collection = '' } = request.params as Readonly<Record<string, string>>
        if (instance !== DEFAULT || name !== DEFAULT) {
          throw invalid(`this server has one instance and one database, both named ${DEFAULT}`)
        }
        const params = (method === 'GET' ? request.query : (request.body ?? {})) as Params
        await checkStructure(jsonTexts(params))
        const budget = new RequestBudget({ room: answers.roomFor(reply.raw, isKnown(caller)) })
        const answer = await run({ database, caller, collection, params, request, budget })
        return reply.type('application/json; charset=utf-8').send(answer)
      },
    })
  }

  const documents = '/collections/:collection/documents'
  route('POST', '/collections', 'database:write', createCollection)
  route('GET', documents, 'database:read', (call) =>
    isCount(call.params) ? countDocuments(call) : findDocuments(call),
  )
  route('GET', `${documents}/:id`, 'database:read', getDocument)
  route('PATCH', documents, 'database:write', updateDocuments)
  route('POST', documents, 'database:write', (call) =>
    isPatch(call.request) ? updateDocuments(call) : insertDocuments(call),
  )
  route('POST', `${documents}/remove`, 'database:write', removeDocuments)
  for (const [path, what] of UNIMPLEMENTED) {
    route('POST', path, 'database:write', async () => {
      throw new CloudsteadError('UNIMPLEMENTED', `This server has no ${what} yet.`)
    })
  }
}

const UNIMPLEMENTED = [
  ['/collections/:collection/documents/aggregations', 'aggregation'],
  ['/transactions', 'transactions'],
  ['/transactions/:transaction/commit', 'transactions'],
  ['/transactions/:transaction/rollback', 'transactions'],
  ['/commands', 'database commands'],
] as const

/** Mini Programs cannot send PATCH. Of methods in a header only this one is accepted, and only where PATCH is. */
function isPatch({ headers }: FastifyRequest): boolean {
  const method = headers['x-http-method-override']
  if (method !== undefined && method !== 'PATCH') throw invalid('X-HTTP-Method-Override can only be PATCH')
  return method !== undefined
}

/** @throws CloudsteadError INVALID_PARAM for other parameters, UNIMPLEMENTED inside a transaction */
function check(params: Params, names: readonly string[]): void {
  onlyMembers(params, [...names, 'transactionId'])
  if (params.transactionId !== undefined) {
    throw new CloudsteadError('UNIMPLEMENTED', 'transactionId: this server has no transactions yet.')
  }
}

async function createCollection({ database, caller, params }: Call) {
  onlyMembers(params, ['collectionName'])
  await database.createCollection(caller, collectionName(params))
  return {}
}

async function insertDocuments({ database, caller, collection, params }: Call) {
  check(params, ['data'])
  const now = database.now()
  const documents = list(params.data, 'data').map((item) => decodeBody(item, 'data[]', now))
  if (documents.length === 0) throw invalid('data must be a list with at least one document')
  return { insertedIds: await database.insert(caller, collection, documents) }
}

async function updateDocuments({ database, caller, collection, params, budget }: Call) {
  check(params, ['query', 'data', 'multi', 'upsert', 'replaceMode'])
  const now = database.now()
  const data = decodeBody(params.data, 'data', now)
  const request = {
    collection,
    query: decodeBody(params.query ?? {}, 'query', now),
    multi: flag(params, 'multi'),
    upsert: flag(params, 'upsert'),
  }
  requireSelection(request)
  const { matched, updated, upsertedId } = flag(params, 'replaceMode')
    ? await database.replace(caller, { ...request, data }, budget)
    : await database.update(caller, { ...request, data: withOperators(data) }, budget)
  // `doc().set` reads `upserted_id`, `where().update` reads `upsert_id`.
  return { matched, updated, ...(upsertedId !== undefined && { upserted_id: upsertedId, upsert_id: upsertedId }) }
}

/** A request about one document must say which: js-sdk leaves the query of `doc('')` out. */
function requireSelection({ query, multi }: { readonly query: DocumentObject; readonly multi: boolean }): void {
  if (!multi && Object.keys(query).length === 0) throw invalid('query is needed unless multi is true')
}

/** `doc().set()` sends plain fields to be merged into the document; an update sends operators. */
function withOperators(data: DocumentObject): DocumentObject {
  const names = Object.keys(data)
  const operators = names.filter((name) => name.startsWith('$')).length
  if (operators === names.length) return data
  if (operators > 0) throw invalid('data must have either update operators or fields, not both')
  return { $set: data }
}

async function removeDocuments({ database, caller, collection, params, budget }: Call) {
  check(params, ['query', 'multi'])
  const query = decodeBody(params.query ?? {}, 'query', database.now())
  const multi = flag(params, 'multi')
  requireSelection({ query, multi })
  return { deleted: await database.remove(caller, { collection, query, multi }, budget) }
}

/** The environment may be named anywhere. The SDK ends a query string with `&`, which is an empty name to the parser. */
const IN_EVERY_QUERY = ['env', '']

function isCount(params: Params): boolean {
  check(params, ['projection', 'offset', 'limit', 'order', 'query', 'count', ...IN_EVERY_QUERY])
  const { count } = params
  if (count !== undefined && count !== 'true' && count !== 'false') throw invalid('count must be true or false')
  return count === 'true'
}

async function countDocuments({ database, caller, collection, params, budget }: Call) {
  const query = decodeText(params.query, 'query', database.now())
  return { total: await database.count(caller, { collection, query }, budget) }
}

async function findDocuments({ database, caller, collection, params, budget }: Call): Promise<string> {
  const now = database.now()
  const offset = wholeNumber(params.offset, 'offset') ?? 0
  const limit = wholeNumber(params.limit, 'limit')
  const order = params.order === undefined ? undefined : orderParts(parsed(params.order, 'order'))
  const find = {
    collection,
    query: decodeText(params.query, 'query', now),
    ...(order && { order }),
    offset,
    ...(limit !== undefined && { limit }),
    projection: decodeText(params.projection, 'projection', now),
  }
  const texts: string[] = []
  let left = MAX_ANSWER_CHARACTERS
  for (const document of await database.find(caller, find, budget)) {
    if (budget.nextStep()) await budget.pause()
    const text = encode(document, left)
    left -= text.length
    texts.push(text)
  }
  return `{"list":[${texts.join(',')}],"offset":${offset}${limit === undefined ? '' : `,"limit":${limit}`}}`
}

async function getDocument({ database, caller, collection, params, request, budget }: Call): Promise<string> {
  check(params, ['projection', ...IN_EVERY_QUERY])
  const { id } = request.params as { readonly id: string }
  const projection = decodeText(params.projection, 'projection', database.now())
  const [document] = await database.find(caller, { collection, query: { _id: id }, projection }, budget)
  if (document === undefined) throw new CloudsteadError('DOCUMENT_NOT_FOUND')
  return encode(document, MAX_ANSWER_CHARACTERS)
}

/** @throws CloudsteadError EXCEED_MAX_RESPONSE_SIZE when the document is longer than `left` characters */
function encode(document: DocumentObject, left: number): string {
  if (ejsonLength(document) > left) throw new CloudsteadError('EXCEED_MAX_RESPONSE_SIZE')
  return encodeEjson(document)
}

/** About the length of a value in canonical Extended JSON. */
function ejsonLength(value: DocumentValue): number {
  if (typeof value === 'string') return value.length
  if (typeof value === 'number') return NUMBER_CHARACTERS
  if (typeof value !== 'object' || value === null) return 0
  if (value instanceof Date || value instanceof RegExp) return DATE_CHARACTERS
  let length = 0
  if (Array.isArray(value)) for (const item of value) length += ejsonLength(item)
  else for (const [name, item] of Object.entries(value as DocumentObject)) length += name.length + ejsonLength(item)
  return length
}

/** A decoded object of the body. Inside transactions SDKs send it as a string of Extended JSON. */
function decodeBody(value: unknown, name: string, now: number): DocumentObject {
  const decoded = typeof value === 'string' ? decodeEjson(value, now) : decodeEjsonValue(object(value, name), now)
  return documentObject(decoded, name)
}

/** A parameter of the query string that is JSON. @throws CloudsteadError INVALID_PARAM */
function parsed(value: unknown, name: string): unknown {
  const text = string(value, name)
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(`${name} is not valid JSON`)
  }
}

/** A parameter of the query string that is an object of Extended JSON; empty when it is absent. */
function decodeText(value: unknown, name: string, now: number): DocumentObject {
  return value === undefined ? {} : documentObject(decodeEjsonValue(parsed(value, name), now), name)
}
