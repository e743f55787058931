import {
  type Caller,
  CloudsteadError,
  checkJsonStructure,
  type DocumentObject,
  decodeEjson,
  decodeEjsonValue,
  encodeEjson,
  requireScope,
  type Scope,
} from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Auth } from '../../auth/index.ts'
import type { Database } from '../../database/database.ts'
import type { EditOutcome } from '../../database/requests.ts'
import { TimeSlice } from '../../database/time-slice.ts'
import { readJsonObjects } from '../bodies.ts'
import type { BodyBudget } from '../body-budget.ts'
import { callerOfBearer } from '../callers.ts'
import { collectionName, documentObject, orderParts } from '../database-params.ts'
import { flag, invalid, list, object, onlyMembers, type Params, string } from '../params.ts'

/** The largest document (16 MB) and the rest of the body. */
const BODY_LIMIT_BYTES = 20 * 1024 * 1024
/** The instance and the database in the URL, of which a server has one each. */
const DEFAULT = '(default)'
const BASE = '/database/instances/:instance/databases/:database'

/** Answers a value as JSON, or a text that is JSON already. */
type Answer = object | string
type Run = (caller: Caller, params: Params, request: FastifyRequest) => Promise<Answer>

export interface DocumentRoutesOptions {
  readonly auth: Pick<Auth, 'callerOfToken'>
  readonly database: Database
  /** Shared by all routes of a server. */
  readonly budget: BodyBudget
}

/**
 * The document database of dialect C: JSON in the body, canonical Extended JSON in the query string and in the answer, which
 * is the data itself.
 */
export async function documentRoutes(
  app: FastifyInstance,
  { auth, database, budget }: DocumentRoutesOptions,
): Promise<void> {
  const admit = async (request: FastifyRequest) => {
    if ((await callerOfBearer(auth, request)).kind === 'nobody') throw new CloudsteadError('CHECK_LOGIN_FAILED')
  }
  readJsonObjects(app, { limitBytes: BODY_LIMIT_BYTES, budget, known: true, admit })

  function route(method: 'GET' | 'POST' | 'PATCH', path: string, scope: Scope, run: Run): void {
    app.route({
      method,
      url: `${BASE}${path}`,
      handler: async (request, reply) => {
        const caller = await callerOfBearer(auth, request)
        requireScope(caller, scope)
        checkDefault(request.params as Params)
        const params = method === 'GET' ? (request.query as Params) : bodyOf(request)
        return reply.type('application/json; charset=utf-8').send(await run(caller, params, request))
      },
    })
  }

  route('POST', '/collections', 'database:write', async (caller, params) => {
    onlyMembers(params, ['collectionName'])
    await database.createCollection(caller, collectionName(params))
    return {}
  })
  route('GET', '/collections/:collection/documents', 'database:read', (caller, query, request) =>
    isCount(query)
      ? countDocuments(database, caller, collectionOf(request), query)
      : findDocuments(database, caller, collectionOf(request), query),
  )
  route('GET', '/collections/:collection/documents/:id', 'database:read', (caller, query, request) =>
    getDocument(database, caller, request, query),
  )
  const update: Run = (caller, params, request) => updateDocuments(database, caller, collectionOf(request), params)
  route('PATCH', '/collections/:collection/documents', 'database:write', update)
  route('POST', '/collections/:collection/documents', 'database:write', (caller, params, request) =>
    isPatch(request)
      ? update(caller, params, request)
      : insertDocuments(database, caller, collectionOf(request), params),
  )
  route('POST', '/collections/:collection/documents/remove', 'database:write', async (caller, params, request) => {
    onlyMembers(params, ['query', 'multi', 'transactionId'])
    refuseTransaction(params)
    const query = decodeBody(params.query ?? {}, 'query', database.now())
    const multi = flag(params, 'multi')
    return { deleted: await database.remove(caller, { collection: collectionOf(request), query, multi }) }
  })

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

function checkDefault({ instance, database }: Params): void {
  if (instance === DEFAULT && database === DEFAULT) return
  throw invalid(`this server has one instance and one database, both named ${DEFAULT}`)
}

function bodyOf({ body }: FastifyRequest): Params {
  return (body ?? {}) as Params
}

function collectionOf({ params }: FastifyRequest): string {
  return (params as { readonly collection: string }).collection
}

function refuseTransaction({ transactionId }: Params): void {
  if (transactionId !== undefined) {
    throw new CloudsteadError('UNIMPLEMENTED', 'transactionId: this server has no transactions yet.')
  }
}

/** A decoded object of the body. Inside transactions SDKs send it as a string of Extended JSON. */
function decodeBody(value: unknown, name: string, now: number): DocumentObject {
  if (typeof value !== 'string') return documentObject(decodeEjsonValue(object(value, name), now), name)
  checkJsonStructure([value])
  return documentObject(decodeEjson(value, now), name)
}

async function insertDocuments(database: Database, caller: Caller, collection: string, params: Params) {
  onlyMembers(params, ['data', 'transactionId'])
  refuseTransaction(params)
  const now = database.now()
  const documents = list(params.data, 'data').map((item) => decodeBody(item, 'data[]', now))
  if (documents.length === 0) throw invalid('data must be a list with at least one document')
  return { insertedIds: await database.insert(caller, collection, documents) }
}

async function updateDocuments(database: Database, caller: Caller, collection: string, params: Params) {
  onlyMembers(params, ['query', 'data', 'multi', 'upsert', 'replaceMode', 'transactionId'])
  refuseTransaction(params)
  const now = database.now()
  const data = decodeBody(params.data, 'data', now)
  const request = {
    collection,
    query: decodeBody(params.query ?? {}, 'query', now),
    multi: flag(params, 'multi'),
    upsert: flag(params, 'upsert'),
  }
  return outcomeOf(
    flag(params, 'replaceMode')
      ? await database.replace(caller, { ...request, data })
      : await database.update(caller, { ...request, data: withOperators(data) }),
  )
}

function outcomeOf({ matched, updated, upsertedId }: EditOutcome) {
  // `doc().set` reads `upserted_id`, `where().update` reads `upsert_id`.
  return { matched, updated, ...(upsertedId !== undefined && { upserted_id: upsertedId, upsert_id: upsertedId }) }
}

/** `doc().set()` sends plain fields to be merged into the document; an update sends operators. */
function withOperators(data: DocumentObject): DocumentObject {
  const names = Object.keys(data)
  const operators = names.filter((name) => name.startsWith('$')).length
  if (operators === names.length) return data
  if (operators > 0) throw invalid('data must have either update operators or fields, not both')
  return { $set: data }
}

const FIND_MEMBERS = ['projection', 'offset', 'limit', 'order', 'query', 'transactionId', 'env', 'count', '']

function isCount(query: Params): boolean {
  // The SDK ends the query string with `&`, which is an empty name to the parser.
  onlyMembers(query, FIND_MEMBERS)
  refuseTransaction(query)
  const { count } = query
  if (count !== undefined && count !== 'true' && count !== 'false') throw invalid('count must be true or false')
  return count === 'true'
}

async function countDocuments(database: Database, caller: Caller, collection: string, query: Params) {
  return {
    total: await database.count(caller, { collection, query: decodeText(query.query, 'query', database.now()) }),
  }
}

async function findDocuments(database: Database, caller: Caller, collection: string, query: Params): Promise<string> {
  const now = database.now()
  const offset = whole(query.offset, 'offset') ?? 0
  const limit = whole(query.limit, 'limit')
  const order = query.order === undefined ? undefined : orderParts(parsed(query.order, 'order'))
  const documents = await database.find(caller, {
    collection,
    query: decodeText(query.query, 'query', now),
    ...(order && { order }),
    offset,
    ...(limit !== undefined && { limit }),
    projection: decodeText(query.projection, 'projection', now),
  })
  const slice = new TimeSlice()
  const texts: string[] = []
  for (const document of documents) {
    await slice.pauseIfOver()
    texts.push(encodeEjson(document))
  }
  return `{"list":[${texts.join(',')}],"offset":${offset}${limit === undefined ? '' : `,"limit":${limit}`}}`
}

async function getDocument(
  database: Database,
  caller: Caller,
  request: FastifyRequest,
  query: Params,
): Promise<string> {
  onlyMembers(query, ['projection', 'transactionId', 'env', ''])
  refuseTransaction(query)
  const { id } = request.params as { readonly id: string }
  const projection = decodeText(query.projection, 'projection', database.now())
  const [document] = await database.find(caller, { collection: collectionOf(request), query: { _id: id }, projection })
  if (document === undefined) throw new CloudsteadError('DOCUMENT_NOT_FOUND')
  return encodeEjson(document)
}

/** A parameter of the query string that is JSON. @throws CloudsteadError INVALID_PARAM */
function parsed(value: unknown, name: string): unknown {
  const text = string(value, name)
  checkJsonStructure([text])
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

function whole(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^[0-9]{1,15}$/.test(value)) throw invalid(`${name} must be a whole number`)
  return Number(value)
}
