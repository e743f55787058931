import { randomBytes } from 'node:crypto'
import { encodeKey } from '../engines/records/key-encoding.ts'
import type { DocumentId } from './write-checks.ts'

/**
 * The record id of a document: texts and numbers apart (`"1"` is not `1`), and ordered as `_id` values are, so that the
 * walk over a collection by record id is the order by `_id`.
 */
export function recordId(id: DocumentId): string {
  return typeof id === 'string' ? `s${id}` : `n${Buffer.from(encodeKey([id])).toString('hex')}`
}

/** Makes ids of 32 hexadecimal digits that grow with time, so that new documents come last in a walk. */
export function idMaker(now: () => number): () => string {
  let count = 0
  return () => {
    count = (count + 1) % 0x1000000
    const time = now().toString(16).padStart(12, '0')
    return `${time}${count.toString(16).padStart(6, '0')}${randomBytes(7).toString('hex')}`
  }
}
