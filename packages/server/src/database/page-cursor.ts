import { createHash } from 'node:crypto'
import { CloudsteadError } from '@cloudstead/protocol'

/** A position in the sort order of documents. */
export interface SortPosition {
  /** The sort key of the document; empty in the order of the ids. */
  readonly key: Uint8Array
  /** The record id of the document. */
  readonly id: string
}

/** The position of the last document of a page. The next page begins after it. */
export interface PageCursor extends SortPosition {
  /** The order of documents with the same key: by id, ascending (1) or descending (-1). */
  readonly ties: 1 | -1
}

const FORMAT = 1
const PRINT_BYTES = 8
/** Format, ties, the length of the key (u16) and the fingerprint. The key and the id follow. */
const HEADER_BYTES = 4 + PRINT_BYTES

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Encodes a cursor as opaque, URL-safe text. It is not secret.
 *
 * @param asked identifies the query and the order; with another one the text is refused
 */
export function writePageCursor({ key, id, ties }: PageCursor, asked: string): string {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt8(FORMAT, 0)
  header.writeInt8(ties, 1)
  header.writeUInt16BE(key.length, 2)
  fingerprint(asked).copy(header, 4)
  return Buffer.concat([header, key, Buffer.from(id)]).toString('base64url')
}

/**
 * Decodes the text of `writePageCursor` for the same query and order.
 *
 * @throws CloudsteadError INVALID_PARAM
 */
export function readPageCursor(text: string, asked: string): PageCursor {
  const bytes = Buffer.from(text, 'base64url')
  // The decoder skips unknown characters. Only text that encodes back to itself is valid.
  const whole = bytes.length > HEADER_BYTES && bytes[0] === FORMAT && bytes.toString('base64url') === text
  if (!whole || !bytes.subarray(4, HEADER_BYTES).equals(fingerprint(asked))) throw notOurs()
  const ties = bytes.readInt8(1)
  const end = HEADER_BYTES + bytes.readUInt16BE(2)
  if ((ties !== 1 && ties !== -1) || end >= bytes.length) throw notOurs()
  return { key: bytes.subarray(HEADER_BYTES, end), id: idOf(bytes.subarray(end)), ties }
}

function idOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw notOurs()
  }
}

function notOurs(): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: 'after is not the next of a page of this query and order',
    zh: 'after 不是该查询和排序的上一页返回的 next',
  })
}

function fingerprint(asked: string): Buffer {
  return createHash('sha256').update(asked).digest().subarray(0, PRINT_BYTES)
}
