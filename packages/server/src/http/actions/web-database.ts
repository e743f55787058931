import {
  type Caller,
  CloudsteadError,
  type DocumentObject,
  type DocumentValue,
  decodeWebValue,
  encodeWebValue,
} from '@cloudstead/protocol'
import type { Database } from '../../database/database.ts'
import type { EditOutcome } from '../../database/requests.ts'
import type { OrderPart } from '../../database/sort.ts'
import { flag, list, optionalNumber, type Params, string } from '../params.ts'
import { checkQueryType, collectionName, documentObject, pageOf } from './database-params.ts'
import type { ActionTable } from './table.ts'

/**
 * The database actions of dialect A, which `@cloudbase/js-sdk` sends to `/web`. Aggregation, transactions and commands are
 * not supported.
 */
export function webDatabaseActions(database: Database): ActionTable {
  return {
    'database.addCollection': async (caller, params) => {
      await database.createCollection(caller, collectionName(params))
      return { message: 'OK' }
    },
    'database.addDocument': (caller, params) => addDocument(database, caller, params),
    'database.queryDocument': async (caller, params) => {
      checkQueryType(params)
      const found = await database.find(caller, findRequest(params, database.now()))
      return { data: { list: found.map(encodeWebValue) }, ...pageOf(params) }
    },
    'database.countDocument': async (caller, params) => {
      checkQueryType(params)
      return { data: { total: await database.count(caller, queryRequest(params, database.now())) } }
    },
    'database.updateDocument': async (caller, params) => {
      checkQueryType(params)
      const now = database.now()
      const request = {
        ...queryRequest(params, now),
        data: documentObject(decodeWebValue(required(params, 'data'), now), 'data'),
        multi: flag(params, 'multi'),
        upsert: flag(params, 'upsert'),
      }
      const merge = flag(params, 'merge')
      return { data: editAnswer(await (merge ? database.update(caller, request) : database.replace(caller, request))) }
    },
    'database.deleteDocument': async (caller, params) => {
      checkQueryType(params)
      const multi = flag(params, 'multi')
      return { data: { deleted: await database.remove(caller, { ...queryRequest(params, database.now()), multi }) } }
    },
  }
}

async function addDocument(database: Database, caller: Caller, params: Params) {
  const collection = collectionName(params)
  const data = decodeWebValue(required(params, 'data'), database.now())
  if (Array.isArray(data)) {
    const documents = (data as readonly DocumentValue[]).map((item) => documentObject(item, 'data[]'))
    return { data: { insertedIds: await database.insert(caller, collection, documents) } }
  }
  const document = withId(documentObject(data, 'data'), params._id)
  const [_id] = await database.insert(caller, collection, [document])
  return { data: { _id } }
}

/** Adds the id of `doc(id)`, which the SDK may send next to the data instead of in it. */
function withId(data: DocumentObject, id: unknown): DocumentObject {
  if (id === undefined || '_id' in data) return data
  if (typeof id !== 'string' && typeof id !== 'number') {
    throw new CloudsteadError('INVALID_PARAM', '_id must be a string or a number')
  }
  return { ...data, _id: id }
}

function required(params: Params, name: string): unknown {
  if (params[name] === undefined) throw new CloudsteadError('INVALID_PARAM', `${name} is missing`)
  return params[name]
}

function queryRequest(params: Params, now: number) {
  const { query } = params
  return {
    collection: collectionName(params),
    ...(query !== undefined && { query: documentObject(decodeWebValue(query, now), 'query') }),
  }
}

function findRequest(params: Params, now: number) {
  const { order, projection } = params
  const offset = optionalNumber(params, 'offset')
  const limit = optionalNumber(params, 'limit')
  return {
    ...queryRequest(params, now),
    ...(order !== undefined && { order: list(order, 'order').map(orderPart) }),
    ...(offset !== undefined && { offset }),
    ...(limit !== undefined && { limit }),
    ...(projection !== undefined && { projection: documentObject(decodeWebValue(projection, now), 'projection') }),
  }
}

function orderPart(part: unknown): OrderPart {
  const { field, direction } = (typeof part === 'object' && part !== null ? part : {}) as Params
  if (direction !== 'asc' && direction !== 'desc') {
    throw new CloudsteadError('INVALID_PARAM', 'order[].direction must be asc or desc')
  }
  return { path: string(field, 'order[].field'), direction: direction === 'asc' ? 1 : -1 }
}

/** `doc().set` reads `upserted_id`, `where().update` reads `upsert_id`. */
function editAnswer({ updated, upsertedId }: EditOutcome) {
  return { updated, ...(upsertedId !== undefined && { upserted_id: upsertedId, upsert_id: upsertedId }) }
}
