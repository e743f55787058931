import type { DocumentObject, DocumentValue } from '@cloudstead/protocol'
import { encodeKey } from '../engines/records/key-encoding.ts'
import { type OrderPart, sortKeys } from './sort.ts'

/**
 * Bytes of a sort key, so that the place of a page is short enough for a URL. Values that agree so far (a text of a
 * thousand letters) count as equal, and their documents follow each other by id.
 */
export const MAX_SORT_KEY_BYTES = 1000

/** A sort key as bytes, in whose order values sort upwards; `cut` when the value goes on beyond them. */
export interface SortKey {
  readonly bytes: Uint8Array
  readonly cut: boolean
}

const NO_KEY: SortKey = { bytes: new Uint8Array(0), cut: false }

/** The key of one value. */
export function sortKey(value: DocumentValue): SortKey {
  // A longer text is cut before it is written: it has at least one byte a unit, and only its last unit may be torn.
  const short = typeof value === 'string' ? value.slice(0, MAX_SORT_KEY_BYTES + 1) : value
  const bytes = encodeKey([short])
  const cut = bytes.length > MAX_SORT_KEY_BYTES
  return { bytes: cut ? bytes.slice(0, MAX_SORT_KEY_BYTES) : bytes, cut }
}

/** Makes what finds the key by which a document stands in an order; the order of the ids needs none. */
export function sortKeyOf(order: OrderPart): (document: DocumentObject) => SortKey {
  if (order.path === '_id') return () => NO_KEY
  const keysOf = sortKeys([order])
  return (document) => sortKey(keysOf(document)[0] ?? null)
}
