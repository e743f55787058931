import type { IndexEntry } from './records.ts'

/**
 * The index entries of one record as one byte string. They travel to the writer in this form and are stored with the
 * record, so that a later write finds the entries to drop. The format (u8), then per entry: unique (u8), length of the
 * index name (u16), length of the key (u32), name, key.
 */
export type EntryList = Uint8Array

const FORMAT = 1
const HEADER = 7
const MAX_NAME_BYTES = 0xffff

/** Packs entries into bytes. */
export function packEntries(entries: readonly IndexEntry[]): EntryList {
  let size = 1
  for (const entry of entries) size += HEADER + Buffer.byteLength(entry.index) + entry.key.length
  const bytes = Buffer.allocUnsafe(size)
  bytes.writeUInt8(FORMAT, 0)
  let at = 1
  for (const entry of entries) {
    const nameLength = bytes.write(entry.index, at + HEADER)
    if (nameLength > MAX_NAME_BYTES) throw new RangeError('the name of an index is too long')
    bytes.writeUInt8(entry.unique === true ? 1 : 0, at)
    bytes.writeUInt16BE(nameLength, at + 1)
    bytes.writeUInt32BE(entry.key.length, at + 3)
    at += HEADER + nameLength
    bytes.set(entry.key, at)
    at += entry.key.length
  }
  return bytes
}

/**
 * The entries of a list, by a text that is equal for equal entries; duplicates are dropped. Empty without a list. Throws
 * when the bytes are not such a list.
 */
export function unpackEntries(list: EntryList | undefined): Map<string, Required<IndexEntry>> {
  const entries = new Map<string, Required<IndexEntry>>()
  if (!list) return entries
  const bytes = Buffer.from(list.buffer, list.byteOffset, list.byteLength)
  if (bytes[0] !== FORMAT) throw new Error('the index entries of a record are kept in a format of another version')
  let at = 1
  while (at < bytes.length) {
    const unique = bytes.readUInt8(at) === 1
    const nameEnd = at + HEADER + bytes.readUInt16BE(at + 1)
    const end = nameEnd + bytes.readUInt32BE(at + 3)
    const index = bytes.toString('utf8', at + HEADER, nameEnd)
    const text = `${index}\0${bytes.toString('latin1', nameEnd, end)}`
    entries.set(text, { index, key: bytes.subarray(nameEnd, end), unique })
    at = end
  }
  return entries
}

/** The unique entries of a list. Most lists have none, which is seen without unpacking them. */
export function uniqueEntries(list: EntryList): readonly Required<IndexEntry>[] {
  return hasUnique(list) ? [...unpackEntries(list).values()].filter(({ unique }) => unique) : NONE
}

const NONE: readonly Required<IndexEntry>[] = []

/** Looks at the headers only. */
function hasUnique(list: EntryList): boolean {
  for (let at = 1; at < list.length; ) {
    if (list[at] === 1) return true
    at += HEADER + number(list, at + 1, 2) + number(list, at + 3, 4)
  }
  return false
}

/** A number of some bytes, the most significant first. */
function number(list: EntryList, at: number, bytes: number): number {
  let value = 0
  for (let next = at; next < at + bytes; next += 1) value = value * 256 + (list[next] ?? 0)
  return value
}
