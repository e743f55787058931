import { createHash } from 'node:crypto'

/**
 * How names, keys and values are stored. Names and keys are bytes: text of PostgreSQL cannot hold NUL, and bytes compare
 * like our keys. `set bytea_output = 'escape'` shows them readable in psql. Values are text, so that they are readable.
 */

/** An entry of a B-tree has at most 2,704 bytes: space (256), index (65), this, a hash (32), id (1,056) and 50 of overhead. */
export const PREFIX_BYTES = 1_000
/** Longer names of indexes and longer unique keys are stored as a part of them and a hash. They need no order. */
const MAX_PLAIN_BYTES = 64
/** With a hash of 32 bytes it is one byte more than the longest that is stored as it is, so the two are never equal. */
const KEPT_BYTES = 33

/** An index key as it is stored: the end of a long one is not part of the B-tree, only its hash. */
export interface SplitKey {
  readonly prefix: Buffer
  /** Empty for a key that is stored whole. */
  readonly hash: Buffer
  readonly tail: Buffer
}

/** The key of a record as it is stored. */
export interface StoredKey {
  readonly spaceBytes: Buffer
  readonly idBytes: Buffer
}

const NOTHING = Buffer.alloc(0)

/** Bytes that are equal for equal names or keys, at most 65. */
export function shorten(bytes: Buffer): Buffer {
  return bytes.length <= MAX_PLAIN_BYTES ? bytes : Buffer.concat([bytes.subarray(0, KEPT_BYTES), sha256(bytes)])
}

export function splitKey(key: Uint8Array): SplitKey {
  const bytes = viewOf(key)
  if (bytes.length <= PREFIX_BYTES) return { prefix: bytes, hash: NOTHING, tail: NOTHING }
  const tail = bytes.subarray(PREFIX_BYTES)
  return { prefix: bytes.subarray(0, PREFIX_BYTES), hash: sha256(tail), tail }
}

/** The same bytes as a Buffer, not copied. */
export function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A value without NUL. JSON contains neither of the two characters that change. */
export function escapeText(text: string): string {
  const isPlain = !text.includes('\0') && !text.includes('\x01')
  return isPlain ? text : text.replaceAll('\x01', '\x01\x02').replaceAll('\0', '\x01\x01')
}

/** The inverse of `escapeText`. */
export function unescapeText(text: string): string {
  return text.includes('\x01') ? text.replaceAll('\x01\x01', '\0').replaceAll('\x01\x02', '\x01') : text
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
