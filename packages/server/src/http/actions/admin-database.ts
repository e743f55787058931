import { CloudsteadError, type DocumentObject, decodeEjson, encodeEjson } from '@cloudstead/protocol'
import type { Database } from '../../database/database.ts'
import type { EditRequest } from '../../database/requests.ts'
import type { OrderPart } from '../../database/sort.ts'
import { flag, list, optionalNumber, type Params, string } from '../params.ts'
import { checkQueryType, collectionName, documentObject, pageOf, refuseTransaction } from './database-params.ts'
import type { ActionTable } from './table.ts'

/**
 * The database actions of dialect B, which `@cloudbase/node-sdk` sends to `/admin`: every query, document, order and
 * projection is a string of Extended JSON. Aggregation and transactions are not supported.
 */
export function adminDatabaseActions(database: Database): ActionTable {
  return {
    'database.addCollection': async (caller, params) => {
      await database.createCollection(caller, collectionName(params))
      return { message: 'OK' }
    },
    'database.insertDocument': async (caller, params) => {
      refuseTransaction(params)
      const now = database.now()
      const documents = list(params.data, 'data').map((item) => decodeObject(item, 'data[]', now))
      return { data: { insertedIds: await database.insert(caller, collectionName(params), documents) } }
    },
    'database.getDocument': async (caller, params) => {
      refuseTransaction(params)
      checkQueryType(params)
      const found = await database.find(caller, findRequest(params, database.now()))
      return { data: { list: found.map(encodeEjson) }, ...pageOf(params) }
    },
    'database.calculateDocument': async (caller, params) => {
      refuseTransaction(params)
      return { data: { total: await database.count(caller, queryRequest(params, database.now())) } }
    },
    'database.modifyDocument': async (caller, params) => {
      refuseTransaction(params)
      checkQueryType(params)
      const request = editRequest(params, database.now())
      const merge = flag(params, 'merge')
      const { updated, upsertedId } = await (merge
        ? database.update(caller, request)
        : database.replace(caller, request))
      return { data: { updated, ...(upsertedId !== undefined && { upsert_id: upsertedId }) } }
    },
    'database.removeDocument': async (caller, params) => {
      refuseTransaction(params)
      checkQueryType(params)
      const multi = flag(params, 'multi')
      return { data: { deleted: await database.remove(caller, { ...queryRequest(params, database.now()), multi }) } }
    },
    'database.modifyAndReturnDoc': async (caller, params) => {
      refuseTransaction(params)
      const request = { ...editRequest(params, database.now()), multi: false, upsert: false }
      const { updated, document } = await database.update(caller, request)
      return { data: { updated, ...(document !== undefined && { doc: encodeEjson(document) }) } }
    },
  }
}

function decodeObject(value: unknown, name: string, now: number): DocumentObject {
  return documentObject(decodeEjson(string(value, name), now), name)
}

function queryRequest(params: Params, now: number) {
  const { query } = params
  return {
    collection: collectionName(params),
    ...(query !== undefined && { query: decodeObject(query, 'query', now) }),
  }
}

function editRequest(params: Params, now: number): EditRequest {
  return {
    ...queryRequest(params, now),
    data: decodeObject(params.data, 'data', now),
    multi: flag(params, 'multi'),
    upsert: flag(params, 'upsert'),
  }
}

function findRequest(params: Params, now: number) {
  const { order, projection } = params
  const offset = optionalNumber(params, 'offset')
  const limit = optionalNumber(params, 'limit')
  return {
    ...queryRequest(params, now),
    ...(order !== undefined && { order: orderParts(decodeObject(order, 'order', now)) }),
    ...(offset !== undefined && { offset }),
    ...(limit !== undefined && { limit }),
    ...(projection !== undefined && { projection: decodeObject(projection, 'projection', now) }),
  }
}

function orderParts(order: DocumentObject): readonly OrderPart[] {
  return Object.entries(order).map(([path, direction]) => {
    if (direction !== 1 && direction !== -1) {
      throw new CloudsteadError('INVALID_PARAM', 'order must be 1 or -1 for each field')
    }
    return { path, direction }
  })
}
