import { CloudsteadError, type DocumentObject, decodeEjson, encodeEjson } from '@cloudstead/protocol'
import type { Database } from '../../database/database.ts'
import { RequestBudget } from '../../database/request-budget.ts'
import type { OrderPart } from '../../database/sort.ts'
import { checkStructure } from '../bodies.ts'
import { collectionName, documentObject, jsonTexts, refuseTransaction } from '../database-params.ts'
import { invalid, list, string } from '../params.ts'
import { type DatabaseDialect, databaseActions } from './database-actions.ts'
import type { ActionHandler, ActionTable } from './table.ts'

/**
 * The database actions of dialect B, as `@cloudbase/node-sdk` sends them to `/admin`: every query, document, order and
 * projection is a string of Extended JSON. Aggregation and transactions are not supported.
 */
export function adminDatabaseActions(database: Database): ActionTable {
  const { addCollection, find, count, remove, edit, editRequest } = databaseActions(database, EJSON)
  return {
    'database.addCollection': addCollection,
    'database.insertDocument': outsideTransactions(async (caller, params) => {
      const now = database.now()
      const documents = list(params.data, 'data').map((item) => decode(item, 'data[]', now))
      return { data: { insertedIds: await database.insert(caller, collectionName(params), documents) } }
    }),
    'database.getDocument': outsideTransactions(find),
    'database.calculateDocument': outsideTransactions(count),
    'database.modifyDocument': outsideTransactions(async (caller, params, { room }) => {
      const { updated, upsertedId } = await edit(caller, params, room)
      return { data: { updated, ...(upsertedId !== undefined && { upsert_id: upsertedId }) } }
    }),
    'database.removeDocument': outsideTransactions(async (caller, params, context) => {
      // The SDK always sends one. Without it everything would go.
      if (params.query === undefined) throw invalid('query is missing')
      return remove(caller, params, context)
    }),
    'database.modifyAndReturnDoc': outsideTransactions(async (caller, params, { room }) => {
      const request = { ...editRequest(params), multi: false, upsert: false }
      const { updated, document } = await database.update(caller, request, new RequestBudget({ room }))
      return { data: { updated, ...(document !== undefined && { doc: encodeEjson(document) }) } }
    }),
  }
}

const EJSON: DatabaseDialect = {
  decode,
  decodeOrder: (value, now) => orderParts(decode(value, 'order', now)),
  encode: encodeEjson,
}

function decode(value: unknown, name: string, now: number): DocumentObject {
  return documentObject(decodeEjson(string(value, name), now), name)
}

function outsideTransactions(handler: ActionHandler): ActionHandler {
  return async (caller, params, context) => {
    refuseTransaction(params)
    await checkStructure(jsonTexts(params))
    return handler(caller, params, context)
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
