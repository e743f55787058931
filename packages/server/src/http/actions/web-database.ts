import {
  type Caller,
  CloudsteadError,
  type DocumentObject,
  type DocumentValue,
  decodeWebValue,
  encodeWebValue,
} from '@cloudstead/protocol'
import type { Database } from '../../database/database.ts'
import { collectionName, documentObject, orderParts } from '../database-params.ts'
import type { Params } from '../params.ts'
import { type DatabaseDialect, databaseActions } from './database-actions.ts'
import type { ActionTable } from './table.ts'

/**
 * The database actions of dialect A, as `@cloudbase/js-sdk` sends them to `/web`. Aggregation, transactions and commands
 * are not supported.
 */
export function webDatabaseActions(database: Database): ActionTable {
  const { addCollection, find, count, remove, edit } = databaseActions(database, WEB)
  return {
    'database.addCollection': addCollection,
    'database.addDocument': (caller, params) => addDocument(database, caller, params),
    'database.queryDocument': find,
    'database.countDocument': count,
    'database.updateDocument': async (caller, params, { room }) => {
      const { updated, upsertedId } = await edit(caller, params, room)
      // `doc().set` reads `upserted_id`, `where().update` reads `upsert_id`.
      const ids = upsertedId !== undefined && { upserted_id: upsertedId, upsert_id: upsertedId }
      return { data: { updated, ...ids } }
    },
    'database.deleteDocument': remove,
  }
}

const WEB: DatabaseDialect = {
  decode: (value, name, now) => documentObject(decodeValue(value, name, now), name),
  decodeOrder: orderParts,
  encode: encodeWebValue,
}

function decodeValue(value: unknown, name: string, now: number): DocumentValue {
  if (value === undefined) throw new CloudsteadError('INVALID_PARAM', `${name} is missing`)
  return decodeWebValue(value, now)
}

async function addDocument(database: Database, caller: Caller, params: Params) {
  const collection = collectionName(params)
  const data = decodeValue(params.data, 'data', database.now())
  if (Array.isArray(data)) {
    const documents = (data as readonly DocumentValue[]).map((item) => documentObject(item, 'data[]'))
    return { data: { insertedIds: await database.insert(caller, collection, documents) } }
  }
  const document = withId(documentObject(data, 'data'), params._id)
  const [_id] = await database.insert(caller, collection, [document])
  return { data: { _id } }
}

/** The id of `doc(id)` may be sent beside the data instead of in it. */
function withId(data: DocumentObject, id: unknown): DocumentObject {
  if (id === undefined || '_id' in data) return data
  if (typeof id !== 'string' && typeof id !== 'number') {
    throw new CloudsteadError('INVALID_PARAM', '_id must be a string or a number')
  }
  return { ...data, _id: id }
}
