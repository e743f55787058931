import type { Caller, DocumentObject } from '@cloudstead/protocol'
import type { Database } from '../../database/database.ts'
import { RequestBudget, type ResultRoom } from '../../database/request-budget.ts'
import type { EditOutcome, EditRequest, FindRequest, QueryRequest } from '../../database/requests.ts'
import type { OrderPart } from '../../database/sort.ts'
import { checkQueryType, collectionName, pageOf } from '../database-params.ts'
import { flag, type Params } from '../params.ts'
import type { ActionHandler } from './table.ts'

/** How a dialect encodes documents and sort orders. */
export interface DatabaseDialect {
  /**
   * Decodes a query, a document, update operators or a projection. `now` is the server's time in ms, for server dates.
   *
   * @throws CloudsteadError INVALID_PARAM naming the parameter
   */
  decode(value: unknown, name: string, now: number): DocumentObject
  /** @throws CloudsteadError INVALID_PARAM */
  decodeOrder(value: unknown, now: number): readonly OrderPart[]
  encode(document: DocumentObject): unknown
}

/** What the database actions of both dialects have in common. */
export interface DatabaseActions {
  readonly addCollection: ActionHandler
  readonly find: ActionHandler
  readonly count: ActionHandler
  readonly remove: ActionHandler
  /** Runs an update or a replacement. The dialect encodes the outcome. */
  edit(caller: Caller, params: Params, room: ResultRoom): Promise<EditOutcome>
  editRequest(params: Params): EditRequest
}

export function databaseActions(database: Database, dialect: DatabaseDialect): DatabaseActions {
  const queryRequest = (params: Params, now: number): QueryRequest => ({
    collection: collectionName(params),
    ...(params.query !== undefined && { query: dialect.decode(params.query, 'query', now) }),
  })

  function findRequest(params: Params, now: number): FindRequest {
    const { order, projection } = params
    const page = pageOf(params)
    return {
      ...queryRequest(params, now),
      ...(order !== undefined && { order: dialect.decodeOrder(order, now) }),
      ...page,
      ...(projection !== undefined && { projection: dialect.decode(projection, 'projection', now) }),
    }
  }

  function editRequest(params: Params): EditRequest {
    const now = database.now()
    return {
      ...queryRequest(params, now),
      data: dialect.decode(params.data, 'data', now),
      multi: flag(params, 'multi'),
      upsert: flag(params, 'upsert'),
    }
  }

  return {
    async addCollection(caller, params) {
      await database.createCollection(caller, collectionName(params))
      return { message: 'OK' }
    },
    async find(caller, params, { room }) {
      const request = findRequest(params, database.now())
      checkQueryType(params, request.query)
      const list: unknown[] = []
      const budget = new RequestBudget({ room })
      for (const document of await database.find(caller, request, budget)) {
        if (budget.nextStep()) await budget.pause()
        list.push(dialect.encode(document))
      }
      return { data: { list }, ...pageOf(params) }
    },
    async count(caller, params, { room }) {
      const request = queryRequest(params, database.now())
      checkQueryType(params, request.query)
      return { data: { total: await database.count(caller, request, new RequestBudget({ room })) } }
    },
    async remove(caller, params, { room }) {
      const request = { ...queryRequest(params, database.now()), multi: flag(params, 'multi') }
      checkQueryType(params, request.query)
      return { data: { deleted: await database.remove(caller, request, new RequestBudget({ room })) } }
    },
    async edit(caller, params, room) {
      const request = editRequest(params)
      checkQueryType(params, request.query)
      const budget = new RequestBudget({ room })
      return flag(params, 'merge')
        ? database.update(caller, request, budget)
        : database.replace(caller, request, budget)
    },
    editRequest,
  }
}
