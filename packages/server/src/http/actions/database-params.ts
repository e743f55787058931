import { CloudsteadError, type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { invalid, optionalNumber, type Params, string } from '../params.ts'

/** @throws CloudsteadError INVALID_PARAM naming the parameter, as all of these */
export function collectionName(params: Params): string {
  return string(params.collectionName, 'collectionName')
}

/** Says in which way the query was built; every way is answered alike, but nonsense is refused. */
export function checkQueryType(params: Params): void {
  const { queryType = 'WHERE' } = params
  if (queryType !== 'DOC' && queryType !== 'WHERE') throw invalid('queryType must be DOC or WHERE')
}

/** A decoded parameter as an object. */
export function documentObject(value: DocumentValue, name: string): DocumentObject {
  if (!isDocumentObject(value)) throw invalid(`${name} must be an object`)
  return value
}

/** A transaction that is ignored would not be one. */
export function refuseTransaction(params: Params): void {
  if (params.transactionId !== undefined) {
    throw new CloudsteadError('INVALID_PARAM', 'transactionId: transactions are not supported by this server')
  }
}

/** Leaves out the fields of a page that the request did not name; the SDKs copy those that are there. */
export function pageOf(params: Params): Readonly<Record<string, number>> {
  const offset = optionalNumber(params, 'offset')
  const limit = optionalNumber(params, 'limit')
  return { ...(offset !== undefined && { offset }), ...(limit !== undefined && { limit }) }
}
