/**
 * The bytes of a segment: a page with the marks of the removed bodies, then the bodies, each after a header, then an index
 * when the segment is complete. A group of bodies that is written together begins on a page of its own: what has been synced is
 * never written again, but for the marks.
 *
 *     page 0   a name of the format, then from byte 64 on one byte per body: 0 living, 1 dead
 *     body     header (48 bytes), bytes; after the last of a group zeros up to the next page
 *     index    16 bytes per body, then the trailer (32 bytes), which ends the file
 */
import { crc32 } from 'node:zlib'

export const PAGE_BYTES = 4096
const MARKS_AT = 64
/** As many as page 0 has marks for. */
export const MAX_BODIES = PAGE_BYTES - MARKS_AT
const LIVING = 0
export const DEAD = 1

export const HEADER_BYTES = 48
const HEADER_MAGIC = 0x31425343
/** The bytes that the checksum of a header covers; it follows them. */
const HEADER_CHECKED = 40
const ENTRY_BYTES = 16
export const TRAILER_BYTES = 32
/** The bytes that the checksum of a trailer covers; it follows them. */
const TRAILER_CHECKED = 28
const PAGE_MAGIC = Buffer.from('CSSEG001')
const TRAILER_MAGIC = Buffer.from('CSEND001')

/** A body in a segment. The first has number 0. */
export interface SmallBody {
  /** Where its header begins, in bytes. */
  readonly offset: number
  /** Bytes of the body. */
  readonly length: number
  /** When it was written, in milliseconds since the epoch. */
  readonly time: number
}

export interface Header extends SmallBody {
  readonly number: number
  /** From this header to the next one, in bytes. */
  readonly span: number
  /** CRC-32 of the body. */
  readonly crc: number
}

/** Page 0 of a new segment: all bodies living. */
export function emptyPage(): Buffer {
  const page = Buffer.alloc(PAGE_BYTES, LIVING)
  PAGE_MAGIC.copy(page)
  return page
}

/** Where the mark of a body is. */
export function markAt(number: number): number {
  return MARKS_AT + number
}

/** The first offset from `offset` on at which a page begins. */
export function pageFrom(offset: number): number {
  return Math.ceil(offset / PAGE_BYTES) * PAGE_BYTES
}

export function encodeHeader(run: string, { number, length, span, crc, time, offset }: Header): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.writeUInt32LE(HEADER_MAGIC, 0)
  bytes.writeUInt32LE(number, 4)
  bytes.writeUInt32LE(length, 8)
  bytes.writeUInt32LE(span, 12)
  bytes.writeUInt32LE(crc, 16)
  bytes.writeUIntLE(time, 20, 6)
  bytes.writeUIntLE(offset, 26, 6)
  bytes.write(run, 32, 'hex')
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEADER_CHECKED)), HEADER_CHECKED)
  return bytes
}

/** The header at the begin of the bytes, which are at `offset` of the segment. Undefined when there is none of this segment. */
export function parseHeader(run: string, bytes: Buffer, offset: number): Header | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== HEADER_MAGIC) return undefined
  if (bytes.readUInt32LE(HEADER_CHECKED) !== crc32(bytes.subarray(0, HEADER_CHECKED))) return undefined
  if (bytes.toString('hex', 32, HEADER_CHECKED) !== run || bytes.readUIntLE(26, 6) !== offset) return undefined
  return {
    number: bytes.readUInt32LE(4),
    length: bytes.readUInt32LE(8),
    span: bytes.readUInt32LE(12),
    crc: bytes.readUInt32LE(16),
    time: bytes.readUIntLE(20, 6),
    offset,
  }
}

/** The index with its trailer, for the end of the segment. */
export function encodeIndex(run: string, bodies: readonly SmallBody[]): Buffer {
  const size = bodies.length * ENTRY_BYTES
  const bytes = Buffer.alloc(size + TRAILER_BYTES)
  for (const [number, { offset, length, time }] of bodies.entries()) {
    const at = number * ENTRY_BYTES
    bytes.writeUIntLE(offset, at, 6)
    bytes.writeUIntLE(time, at + 6, 6)
    bytes.writeUInt32LE(length, at + 12)
  }
  TRAILER_MAGIC.copy(bytes, size)
  bytes.writeUInt32LE(bodies.length, size + 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, size)), size + 12)
  bytes.write(run, size + 16, 'hex')
  bytes.writeUInt32LE(crc32(bytes.subarray(size, size + TRAILER_CHECKED)), size + TRAILER_CHECKED)
  return bytes
}

/** The length of the index before a trailer, in bytes. Undefined when these are not the bytes of a trailer of this segment. */
export function indexBytes(run: string, trailer: Buffer): number | undefined {
  if (trailer.length !== TRAILER_BYTES || !trailer.subarray(0, 8).equals(TRAILER_MAGIC)) return undefined
  if (trailer.readUInt32LE(TRAILER_CHECKED) !== crc32(trailer.subarray(0, TRAILER_CHECKED))) return undefined
  if (trailer.toString('hex', 16, 24) !== run) return undefined
  return trailer.readUInt32LE(8) * ENTRY_BYTES
}

/** The bodies in an index. Undefined when the index does not belong to the trailer. */
export function parseIndex(index: Buffer, trailer: Buffer): SmallBody[] | undefined {
  if (crc32(index) !== trailer.readUInt32LE(12)) return undefined
  return Array.from({ length: index.length / ENTRY_BYTES }, (_, number) => {
    const at = number * ENTRY_BYTES
    return {
      offset: index.readUIntLE(at, 6),
      time: index.readUIntLE(at + 6, 6),
      length: index.readUInt32LE(at + 12),
    }
  })
}
