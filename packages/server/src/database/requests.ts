import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import { parsePath } from './paths.ts'
import type { OrderPart } from './sort.ts'

/** Documents that a query returns when it has no limit; the SDKs document it. */
const DEFAULT_LIMIT = 100
/** Documents that a query returns at most. A larger limit counts as this one, as in the SDKs. */
const MAX_LIMIT = 1000
/** Paths of one sort order. */
const MAX_ORDER = 32

export interface QueryRequest {
  readonly collection: string
  /** Decoded, not checked yet. Absent: all documents. */
  readonly query?: DocumentObject
}

export interface FindRequest extends QueryRequest {
  readonly order?: readonly OrderPart[]
  readonly offset?: number
  readonly limit?: number
  readonly projection?: DocumentObject
}

export interface EditRequest extends QueryRequest {
  /** Update operators for `update`, the new document for `replace`. */
  readonly data: DocumentObject
  /** Whether to change all documents that match, or the first one. */
  readonly multi: boolean
  /** Whether to insert a document when none matches. */
  readonly upsert: boolean
}

export interface RemoveRequest extends QueryRequest {
  /** Whether to change all documents that match, or the first one. */
  readonly multi: boolean
}

export interface EditOutcome {
  readonly matched: number
  /** Documents whose content changed. */
  readonly updated: number
  readonly upsertedId?: string | number
  /** The document in its new form; the last one of several. */
  readonly document?: DocumentObject
}

/** @throws CloudsteadError INVALID_PARAM */
export function checkWindow(offset: number | undefined, limit: number | undefined): readonly [number, number] {
  const from = offset ?? 0
  const count = limit ?? DEFAULT_LIMIT
  if (!Number.isSafeInteger(from) || from < 0)
    throw new CloudsteadError('INVALID_PARAM', { en: 'offset must be 0 or more', zh: 'offset 必须不小于 0' })
  if (!Number.isSafeInteger(count) || count < 0)
    throw new CloudsteadError('INVALID_PARAM', { en: 'limit must be 1 or more', zh: 'limit 必须不小于 1' })
  // In MongoDB, 0 means no limit.
  return [from, count === 0 ? MAX_LIMIT : Math.min(count, MAX_LIMIT)]
}

/** @throws CloudsteadError INVALID_PARAM */
export function checkOrder(order: readonly OrderPart[]): readonly OrderPart[] {
  if (order.length > MAX_ORDER)
    throw new CloudsteadError('INVALID_PARAM', {
      en: `order has more than ${MAX_ORDER} fields`,
      zh: `排序字段超过 ${MAX_ORDER} 个`,
    })
  for (const { path } of order) parsePath(path)
  return order
}
