import { type DocumentValue, isDocumentObject } from '@cloudstead/protocol'

/** Bytes that numbers, dates and other values of fixed size count, about the length of their text. */
const PLAIN = 8
/** Bytes for quotes, colon and comma around a name or a value. */
const MARKS = 4

/** Estimates the bytes of a value's stored text. Never far too low, and much cheaper than writing the text. */
export function sizeOf(value: DocumentValue): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + MARKS
  if (Array.isArray(value)) {
    return (value as readonly DocumentValue[]).reduce<number>((sum, item) => sum + sizeOf(item), MARKS)
  }
  if (!isDocumentObject(value)) return PLAIN
  let size = MARKS
  for (const [name, item] of Object.entries(value)) size += Buffer.byteLength(name) + MARKS + sizeOf(item)
  return size
}
