import { CloudsteadError, type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { fixedId } from '@cloudstead/rules'
import type { OrderPart } from '../database/sort.ts'
import { invalid, list, object, optionalNumber, type Params, string } from './params.ts'

/** @throws CloudsteadError INVALID_PARAM naming the parameter, like all functions below */
export function collectionName(params: Params): string {
  return string(params.collectionName, 'collectionName')
}

/**
 * Checks `queryType`, which says how the SDK built the query. Both types are treated alike, but a request about one document
 * must name it: without an id it would be about all of them.
 */
export function checkQueryType(params: Params, query: DocumentObject = {}): void {
  const { queryType = 'WHERE' } = params
  if (queryType !== 'DOC' && queryType !== 'WHERE') throw invalid('queryType must be DOC or WHERE')
  if (queryType === 'DOC' && fixedId(query) === undefined)
    throw invalid('queryType DOC needs the _id of a document in query')
}

/** A decoded parameter that must be an object. */
export function documentObject(value: DocumentValue, name: string): DocumentObject {
  if (!isDocumentObject(value)) throw invalid(`${name} must be an object`)
  return value
}

/** Transactions are refused, because ignoring `transactionId` would break their guarantees. */
export function refuseTransaction(params: Params): void {
  if (params.transactionId !== undefined) {
    throw new CloudsteadError('INVALID_PARAM', 'transactionId: transactions are not supported by this server')
  }
}

/** The `offset` and `limit` of the request, for the answer. Absent ones are left out, because the SDKs copy what is there. */
export function pageOf(params: Params): { readonly offset?: number; readonly limit?: number } {
  const offset = optionalNumber(params, 'offset')
  const limit = optionalNumber(params, 'limit')
  return { ...(offset !== undefined && { offset }), ...(limit !== undefined && { limit }) }
}

/** A sort order as js-sdk sends it: a list of `{ field, direction }`. */
export function orderParts(value: unknown): readonly OrderPart[] {
  return list(value, 'order').map((part) => {
    const { field, direction } = object(part, 'order[]')
    if (direction !== 'asc' && direction !== 'desc') throw invalid('order[].direction must be asc or desc')
    return { path: string(field, 'order[].field'), direction: direction === 'asc' ? 1 : -1 }
  })
}

/** The strings of Extended JSON in a request. For the structure of its body, each of them is one value. */
export function jsonTexts({ query, data, order, projection }: Params): readonly string[] {
  return [query, data, order, projection].flat().filter((text) => typeof text === 'string')
}
