import type { ByteRange } from './blobs.ts'

/** @throws RangeError when it is no range of bytes */
export function checkRange({ start, end }: ByteRange): void {
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start
  if (!isRange) throw new RangeError(`bytes ${start} to ${end} are not a range`)
}
