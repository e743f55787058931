import { type DocumentValue, isDocumentObject } from '@cloudstead/protocol'

/** What numbers, dates and the like count; about what their text takes. */
const PLAIN = 8
/** Quotes, colon and comma around a name or a value. */
const MARKS = 4

/** About how many bytes the stored text of a value would have; never far below, and much cheaper than writing it. */
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
