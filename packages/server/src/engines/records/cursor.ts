import type { Cursor, FeedCursor } from './records.ts'

/**
 * `find`, `changes` and `waitForChanges` reject with it when `after` is not a cursor that this kind of request returns.
 * The caller is at fault.
 */
export class BadCursorError extends Error {
  override name = 'BadCursorError'

  constructor() {
    super('the cursor was not returned by this kind of request')
  }
}

/** The position of one record in a walk by id. */
export interface IdPosition {
  readonly id: string
}

/** The position of one entry in a walk over an index. */
export interface EntryPosition extends IdPosition {
  /** Which of the request's ranges was being walked, from 0. */
  readonly range: number
  readonly key: Uint8Array
}

/** A position in the change feed of one store. */
export interface FeedPosition {
  /** Identifies the store: 16 random bytes that never change. */
  readonly store: Uint8Array
  /** Only the engine of that store interprets it. */
  readonly position: Uint8Array
}

const BY_ID = 1
const BY_ENTRY = 2
const OF_FEED = 3
/** Bytes of the name of a store. */
const STORE_BYTES = 16
/** Kind, range (u32) and key length (u32) stand before the key and the id of an entry's cursor. */
const ENTRY_HEADER = 9

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function idCursor(position: IdPosition): Cursor {
  return Buffer.concat([Uint8Array.of(BY_ID), Buffer.from(position.id)]).toString('base64url')
}

export function entryCursor(position: EntryPosition): Cursor {
  const { range, key, id } = position
  const bytes = Buffer.allocUnsafe(ENTRY_HEADER + key.length + Buffer.byteLength(id))
  bytes.writeUInt8(BY_ENTRY, 0)
  bytes.writeUInt32BE(range, 1)
  bytes.writeUInt32BE(key.length, 5)
  bytes.set(key, ENTRY_HEADER)
  bytes.write(id, ENTRY_HEADER + key.length)
  return bytes.toString('base64url')
}

/** Reads what `idCursor` wrote. Throws BadCursorError. */
export function readIdCursor(cursor: Cursor): IdPosition {
  return { id: readText(readBytes(cursor, BY_ID).subarray(1)) }
}

/** Reads what `entryCursor` wrote in a walk over this many ranges. Throws BadCursorError. */
export function readEntryCursor(cursor: Cursor, ranges: number): EntryPosition {
  const bytes = readBytes(cursor, BY_ENTRY)
  if (bytes.length < ENTRY_HEADER) throw new BadCursorError()
  const range = bytes.readUInt32BE(1)
  const end = ENTRY_HEADER + bytes.readUInt32BE(5)
  if (range >= ranges || end > bytes.length) throw new BadCursorError()
  return { range, key: bytes.subarray(ENTRY_HEADER, end), id: readText(bytes.subarray(end)) }
}

export function feedCursor({ store, position }: FeedPosition): FeedCursor {
  return Buffer.concat([Uint8Array.of(OF_FEED), store, position]).toString('base64url')
}

/** Reads what `feedCursor` wrote, in the engine of any store. Throws BadCursorError. */
export function readFeedCursor(cursor: FeedCursor): FeedPosition {
  const bytes = readBytes(cursor, OF_FEED)
  if (bytes.length <= 1 + STORE_BYTES) throw new BadCursorError()
  return { store: bytes.subarray(1, 1 + STORE_BYTES), position: bytes.subarray(1 + STORE_BYTES) }
}

function readBytes(cursor: string, kind: number): Buffer {
  if (typeof cursor !== 'string') throw new BadCursorError()
  const bytes = Buffer.from(cursor, 'base64url')
  // The decoder skips characters it does not know, so compare with the canonical encoding.
  if (bytes[0] !== kind || bytes.toString('base64url') !== cursor) throw new BadCursorError()
  return bytes
}

function readText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new BadCursorError()
  }
}
