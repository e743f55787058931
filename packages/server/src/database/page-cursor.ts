import { createHash } from 'node:crypto'
import { CloudsteadError } from '@cloudstead/protocol'

/** A place among the documents of an order. */
export interface SortPosition {
  /** The sort key of the document; empty where the order is that of the ids. */
  readonly key: Uint8Array
  /** The record id of the document. */
  readonly id: string
}

/** The place of the last document of a page, behind which the next page begins. */
export interface PageCursor extends SortPosition {
  /** How documents with the same key follow each other: by id upwards or downwards. */
  readonly ties: 1 | -1
}

const FORMAT = 1
const PRINT_BYTES = 8
/** Format, ties and the length of the key (u16) stand beside the fingerprint, before the key and the id. */
const HEADER_BYTES = 4 + PRINT_BYTES

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Writes a place as opaque text of URL-safe characters, without secrecy.
 *
 * @param asked what the pages are of: with another query or order the text is refused
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
 * Reads what `writePageCursor` wrote for the same question.
 *
 * @throws CloudsteadError INVALID_PARAM
 */
export function readPageCursor(text: string, asked: string): PageCursor {
  const bytes = Buffer.from(text, 'base64url')
  // The decoder skips what it does not know; only text that it would write itself is a place.
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
  return new CloudsteadError('INVALID_PARAM', 'after is not the next of a page of this query and order')
}

function fingerprint(asked: string): Buffer {
  return createHash('sha256').update(asked).digest().subarray(0, PRINT_BYTES)
}
