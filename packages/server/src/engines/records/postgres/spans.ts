import type { KeyRange } from '../records.ts'
import { viewOf } from './bytes.ts'

/** A place among the entries of an index: by key, then by id, both as bytes. */
export interface Place {
  readonly key: Buffer
  readonly id: Buffer
}

/** A part of an index that includes `from` and ends before `to`; without `to` it goes to the end. */
export interface Span {
  readonly from: Place
  readonly to: Place | undefined
}

const NO_BYTES = Buffer.alloc(0)
const START: Place = { key: NO_BYTES, id: NO_BYTES }

/** The span of a range. `after` is where a walk goes on; a place outside the range does not widen it. */
export function spanOf({ from, to }: KeyRange, after: Place | undefined, reverse: boolean): Span {
  const span: Span = {
    from: from === undefined ? START : { key: bound(from.key, !from.inclusive), id: NO_BYTES },
    to: to && { key: bound(to.key, to.inclusive), id: NO_BYTES },
  }
  if (!after) return span
  if (reverse) return { ...span, to: span.to && compare(span.to, after) < 0 ? span.to : after }
  const next = { key: after.key, id: following(after.id) }
  return { ...span, from: compare(span.from, next) > 0 ? span.from : next }
}

/** The first byte string after another one, in the order of bytes. */
export function following(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Uint8Array.of(0)])
}

function bound(key: Uint8Array, isAfter: boolean): Buffer {
  const bytes = viewOf(key)
  return isAfter ? following(bytes) : bytes
}

function compare(a: Place, b: Place): number {
  return Buffer.compare(a.key, b.key) || Buffer.compare(a.id, b.id)
}
