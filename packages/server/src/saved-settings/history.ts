/** The history of the settings: one record for each change. The newest changes of each key are kept. */
import { CloudsteadError } from '@cloudstead/protocol'
import { BadCursorError } from '../engines/records/cursor.ts'
import { encodeKey } from '../engines/records/key-encoding.ts'
import { keyPrefixRange } from '../engines/records/key-ranges.ts'
import type { FindRequest, Records, RecordWrite, StoredRecord } from '../engines/records/records.ts'

const SPACE = 'console:settings-history'
/** Changes of one key by their number, oldest first. */
const BY_KEY = 'key'
/** Changes that are kept of each key: more than anyone reads, and few enough to store. */
const KEPT_OF_KEY = 500
/** Bytes of a page; its last change may exceed them. A change of rules can have 200 kB. */
const PAGE_BYTES = 4 * 1024 * 1024
/** Digits of a number in an id, so that ids sort like numbers. */
const DIGITS = 12

/** Changes in a page when the query does not say. */
const DEFAULT_PAGE = 50

/** A change of a setting. Values are text as it was written, null where nothing was set, and never a secret. */
export interface Change {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Who changed it: the operator, the id of a key, or `file` for the configuration file. */
  readonly by: string
  readonly key: string
  readonly before: string | null
  readonly after: string | null
}

export interface ChangeQuery {
  /** Only changes of this key. */
  readonly key?: string | undefined
  /** `next` of the previous page. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

/** May hold fewer changes than the limit; `next` is absent at the end, and only there. */
export interface ChangePage {
  readonly items: readonly (Change & { readonly id: string })[]
  readonly next?: string
}

interface Recorded extends Change {
  /** Counts the changes of this key. */
  readonly count: number
}

/**
 * The writes that record changes of different keys and delete the oldest ones; to be committed with the changes.
 *
 * @param first the number of the first change; numbers increase over all keys
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
 * A page of changes, newest first.
 *
 * @throws CloudsteadError INVALID_PARAM when `after` is not the `next` of a previous page
 */
export async function listChanges(
  records: Records,
  { key, after, limit = DEFAULT_PAGE }: ChangeQuery,
): Promise<ChangePage> {
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
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'after is not the next of a previous page',
      zh: 'after 不是上一页返回的 next',
    })
  })
  return { items: found.map(changeOf), ...(next === undefined ? {} : { next }) }
}

function changeOf({ id, value }: StoredRecord): ChangePage['items'][number] {
  const { at, by, key, before, after } = JSON.parse(value) as Recorded
  return { id, at, by, key, before, after }
}
