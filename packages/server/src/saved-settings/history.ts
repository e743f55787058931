/** What was changed of the settings: one record for each change, the newest of each key kept. */
import type { SettingChange } from '@cloudstead/admin-api'
import { CloudsteadError } from '@cloudstead/protocol'
import { BadCursorError } from '../engines/records/cursor.ts'
import { encodeKey } from '../engines/records/key-encoding.ts'
import { keyPrefixRange } from '../engines/records/key-ranges.ts'
import type { FindRequest, Records, RecordWrite, StoredRecord } from '../engines/records/records.ts'

const SPACE = 'console:settings-history'
/** Changes of one key by their number, oldest first. */
const BY_KEY = 'key'
/** Changes that are kept of one key. More than anybody reads, and few enough to keep for ever. */
export const KEPT_OF_KEY = 500
/** Bytes of a page, which its last change may pass: a change of rules can have 200 kB. */
const PAGE_BYTES = 4 * 1024 * 1024
/** Digits of a number in an id, so that ids sort as numbers do. */
const DIGITS = 12

/** A change that is about to be recorded. Secrets are not in it. */
export type Change = Omit<SettingChange, 'id'>

interface Recorded extends Change {
  /** Counts the changes of this key. */
  readonly count: number
}

/**
 * The writes that record changes of different keys, and forget what is too old; to be committed with the changes.
 *
 * @param first the number of the first of them; the numbers of all changes grow
 */
export async function recordChanges(
  records: Records,
  changes: readonly Change[],
  first: number,
): Promise<readonly RecordWrite[]> {
  const writes = await Promise.all(changes.map((change, at) => recordChange(records, change, first + at)))
  return writes.flat()
}

async function recordChange(records: Records, change: Change, number: number): Promise<readonly RecordWrite[]> {
  const ofKey = (reverse: boolean): FindRequest => ({
    space: SPACE,
    index: BY_KEY,
    ranges: [keyPrefixRange([change.key])],
    reverse,
    limit: 1,
  })
  const [newest, oldest] = await Promise.all([records.find(ofKey(true)), records.find(ofKey(false))])
  const count = countOf(newest.records) + 1
  const [forgotten] = count - countOf(oldest.records) >= KEPT_OF_KEY ? oldest.records : []
  const recorded: Recorded = { ...change, count }
  return [
    {
      op: 'put',
      space: SPACE,
      id: String(number).padStart(DIGITS, '0'),
      value: JSON.stringify(recorded),
      entries: [{ index: BY_KEY, key: encodeKey([change.key, number]) }],
    },
    ...(forgotten === undefined ? [] : [{ op: 'delete', space: SPACE, id: forgotten.id } as const]),
  ]
}

function countOf([record]: readonly StoredRecord[]): number {
  return record === undefined ? 0 : (JSON.parse(record.value) as Recorded).count
}

/**
 * A page of changes, newest first; of all keys or of one. It may hold fewer than were asked for; `next` is absent at the
 * end, and only there.
 *
 * @throws CloudsteadError INVALID_PARAM when `after` is not the `next` of such a page
 */
export async function listChanges(
  records: Records,
  {
    key,
    after,
    limit,
  }: { readonly key?: string | undefined; readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly SettingChange[]; readonly next?: string }> {
  const request: FindRequest = {
    space: SPACE,
    ...(key === undefined ? {} : { index: BY_KEY, ranges: [keyPrefixRange([key])] }),
    reverse: true,
    ...(after === undefined ? {} : { after }),
    limit,
    maxBytes: PAGE_BYTES,
  }
  const { records: found, next } = await records.find(request).catch((error: unknown) => {
    if (!(error instanceof BadCursorError)) throw error
    throw new CloudsteadError('INVALID_PARAM', 'after is not the next of a former page')
  })
  return { items: found.map(changeOf), ...(next === undefined ? {} : { next }) }
}

function changeOf({ id, value }: StoredRecord): SettingChange {
  const { at, by, key, before, after } = JSON.parse(value) as Recorded
  return { id, at, by, key, before, after }
}
