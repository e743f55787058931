import type { DocumentObject } from '@cloudstead/protocol'
import { encodeKey } from '../engines/records/key-encoding.ts'
import { indexValue } from './indexes.ts'
import type { RequestBudget } from './request-budget.ts'
import { type OrderPart, type SortKeyValue, sortKeys } from './sort.ts'

/**
 * Bytes of a sort key, so that a page cursor is short enough for a URL. Values with the same first bytes (a string of a
 * thousand letters) count as equal, and their documents are ordered by id.
 */
export const MAX_SORT_KEY_BYTES = 1000

/** A sort key as bytes, in ascending order; `cut` when the value is longer. */
export interface SortKey {
  readonly bytes: Uint8Array
  readonly cut: boolean
}

const NO_KEY: SortKey = { bytes: new Uint8Array(0), cut: false }

/** The key of one value. */
export function sortKey(value: SortKeyValue): SortKey {
  // A longer string is cut before it is encoded: every unit has at least one byte, and only the last may be half a character.
  const short = typeof value === 'string' ? value.slice(0, MAX_SORT_KEY_BYTES + 1) : value
  const bytes = encodeKey([indexValue(short)])
  const cut = bytes.length > MAX_SORT_KEY_BYTES
  return { bytes: cut ? bytes.slice(0, MAX_SORT_KEY_BYTES) : bytes, cut }
}

/** Compiles a sort order to a function that returns the sort key of a document. The order of the ids needs no key. */
export function sortKeyOf(order: OrderPart, budget: RequestBudget): (document: DocumentObject) => SortKey {
  if (order.path === '_id') return () => NO_KEY
  const keysOf = sortKeys([order], budget)
  return (document) => sortKey(keysOf(document)[0])
}
