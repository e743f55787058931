import { randomBytes } from 'node:crypto'
import { CloudsteadError, type DocumentObject, type DocumentValue } from '@cloudstead/protocol'
import { encodeKey } from '../engines/records/key-encoding.ts'

/** The `_id` of a document; `checkId` says which strings and numbers are valid. */
export type DocumentId = string | number

/** A document with an `_id`. */
export type IdentifiedDocument = DocumentObject & { readonly _id: DocumentId }

/** Bytes of a string `_id`, which is part of keys. */
const MAX_ID_BYTES = 1024

/** @throws CloudsteadError INVALID_PARAM unless the value is a valid `_id` */
export function checkId(value: DocumentValue | undefined): DocumentId {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'string' && value !== '' && value.isWellFormed() && !value.includes('\0')) {
    if (Buffer.byteLength(value) <= MAX_ID_BYTES) return value
  }
  throw new CloudsteadError('INVALID_PARAM', {
    en: `_id must be a number or a string of 1 to ${MAX_ID_BYTES} bytes`,
    zh: `_id 必须是数字，或 1 到 ${MAX_ID_BYTES} 字节的字符串`,
  })
}

/**
 * The record id of a document. Strings and numbers differ (`"1"` is not `1`). Record ids have the order of `_id` values,
 * so that a walk over a collection by record id is in the order of `_id`.
 */
export function recordId(id: DocumentId): string {
  return typeof id === 'string' ? `s${id}` : `n${Buffer.from(encodeKey([id])).toString('hex')}`
}

/** Makes ids of 32 hexadecimal digits that increase with time, so that new documents come last in a walk. */
export function idMaker(now: () => number): () => string {
  let count = 0
  return () => {
    count = (count + 1) % 0x1000000
    const time = now().toString(16).padStart(12, '0')
    return `${time}${count.toString(16).padStart(6, '0')}${randomBytes(7).toString('hex')}`
  }
}
