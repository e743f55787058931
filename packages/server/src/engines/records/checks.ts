import {
  type Expectation,
  type FeedRequest,
  MAX_FEED_SPACES,
  MAX_ID_BYTES,
  MAX_INDEX_NAME_BYTES,
  MAX_KEY_BYTES,
  MAX_SPACE_BYTES,
  type RecordKey,
  type RecordWrite,
} from './records.ts'

/** Checks of requests that all engines share. */

/** A UTF-16 code unit takes at most three bytes of UTF-8; shorter texts need no counting. */
const MAX_BYTES_PER_UNIT = 3

/** @throws TypeError for text that is not well-formed Unicode, RangeError for names and keys beyond the limits */
export function checkCommit(writes: readonly RecordWrite[], expectations: readonly Expectation[]): void {
  for (const key of expectations) checkKey(key)
  for (const write of writes) {
    checkKey(write)
    if (write.op === 'delete') continue
    checkText(write.value)
    for (const { index, key } of write.entries) {
      checkName('index', index, MAX_INDEX_NAME_BYTES)
      if (key.length > MAX_KEY_BYTES)
        throw new RangeError(`the key of an index entry has at most ${MAX_KEY_BYTES} bytes`)
    }
  }
}

/** @throws RangeError for a wrong number of spaces or a name beyond the limit, TypeError like `checkCommit` */
export function checkSpaces({ spaces }: Pick<FeedRequest, 'spaces'>): void {
  if (spaces.length < 1 || spaces.length > MAX_FEED_SPACES) {
    throw new RangeError(`a feed follows 1 to ${MAX_FEED_SPACES} spaces`)
  }
  for (const space of spaces) checkName('space', space, MAX_SPACE_BYTES)
}

/** @throws RangeError unless the limit is a whole number from 1 */
export function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError('the limit is a whole number from 1')
}

/** @throws RangeError unless `maxBytes` is absent or a whole number from 1 */
export function checkMaxBytes(maxBytes: number | undefined): void {
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes >= 1)) {
    throw new RangeError('maxBytes is a whole number from 1')
  }
}

function checkKey({ space, id }: RecordKey): void {
  checkName('space', space, MAX_SPACE_BYTES)
  checkName('id', id, MAX_ID_BYTES)
}

function checkName(what: string, text: string, limit: number): void {
  checkText(text)
  if (text.length * MAX_BYTES_PER_UNIT > limit && Buffer.byteLength(text) > limit) {
    throw new RangeError(`the ${what} of a record has at most ${limit} bytes`)
  }
}

/** In UTF-8 a lone surrogate becomes another character: the write would hit another record, or keep another value. */
function checkText(text: string): void {
  if (!text.isWellFormed()) throw new TypeError('records hold well-formed Unicode only')
}
