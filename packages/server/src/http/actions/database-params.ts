import { CloudsteadError, type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'

/** The parameters of a database action, as they arrived. */
export type Params = Readonly<Record<string, unknown>>

function wrong(name: string, expected: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', `${name} must be ${expected}`)
}

/** @throws CloudsteadError INVALID_PARAM naming the parameter, as all of these */
export function collectionName(params: Params): string {
  const { collectionName: name } = params
  if (typeof name !== 'string') throw wrong('collectionName', 'a text')
  return name
}

/** A flag; absent is false. */
export function flag(params: Params, name: 'multi' | 'merge' | 'upsert'): boolean {
  const value = params[name] ?? false
  if (typeof value !== 'boolean') throw wrong(name, 'true or false')
  return value
}

function count(params: Params, name: 'offset' | 'limit'): number | undefined {
  const value = params[name] ?? undefined
  if (value !== undefined && typeof value !== 'number') throw wrong(name, 'a number')
  return value
}

/** Says in which way the query was built; every way is answered alike, but nonsense is refused. */
export function checkQueryType(params: Params): void {
  const { queryType = 'WHERE' } = params
  if (queryType !== 'DOC' && queryType !== 'WHERE') throw wrong('queryType', 'DOC or WHERE')
}

/** @throws CloudsteadError INVALID_PARAM unless a decoded parameter is an object */
export function object(value: DocumentValue, name: string): DocumentObject {
  if (!isDocumentObject(value)) throw wrong(name, 'an object')
  return value
}

export function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(name, 'a list')
  return value
}

export function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw wrong(name, 'a text')
  return value
}

/** A transaction that is ignored would not be one. @throws CloudsteadError INVALID_PARAM */
export function refuseTransaction(params: Params): void {
  if (params.transactionId !== undefined) {
    throw new CloudsteadError('INVALID_PARAM', 'transactionId: transactions are not supported by this server')
  }
}

/** Leaves out the fields of a page that the request did not name; the SDKs copy those that are there. */
export function pageOf(params: Params): { readonly offset?: number; readonly limit?: number } {
  const offset = count(params, 'offset')
  const limit = count(params, 'limit')
  return { ...(offset !== undefined && { offset }), ...(limit !== undefined && { limit }) }
}
