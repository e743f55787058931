import type { EntryList } from '../entry-list.ts'
import { uniqueEntries } from '../entry-list.ts'
import { type StoredKey, shorten, viewOf } from './bytes.ts'
import { type Job, NO_ENTRIES, type QueuedKey } from './jobs.ts'
import { type BatchState, type RecordState, uniqueText } from './judge.ts'
import type { Row, Send, Statement } from './statements.ts'

/** What a batch begins with: everything it has to know, locked. */
export interface LockedBatch extends BatchState {
  /** The spaces whose changes are recorded. */
  readonly followed: ReadonlySet<string>
}

/** The row of a lane is gone, or too old to go on with: the writer needs another lane. */
export class LaneGoneError extends Error {
  override readonly name = 'LaneGoneError'
}

/** The version of a lane is lower than what was acknowledged to its writer. */
export class LostCommitsError extends Error {
  override readonly name = 'LostCommitsError'

  constructor() {
    super(
      'the database has lost commits that it had acknowledged, as a failover to a standby that lags behind does: make replication synchronous',
    )
  }
}

/** A row was removed between two statements: run the batch again. */
export class RowGoneError extends Error {
  override readonly name = 'RowGoneError'
}

type Key = QueuedKey & StoredKey

interface UniqueKey {
  readonly text: string
  readonly space: Buffer
  readonly index: Buffer
  readonly key: Buffer
}

/** Locks the lane first: whoever follows a space waits for the transactions that have not seen that (feed.ts). */
export const LOCK_LANE = `SELECT version, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now FROM lanes
  WHERE lane = $1 AND used > now() - $2 * interval '1 ms' FOR NO KEY UPDATE`
/** In the order of the keys, so that two batches do not wait for each other. */
const heads = (lock: string) => `SELECT k.n, r.version, r.entries, r.value IS NOT NULL AS live
  FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY k(space, id, n) JOIN records r USING (space, id)
  ORDER BY k.n ${lock} OF r`
export const WRITTEN = heads('FOR NO KEY UPDATE')
const EXPECTED = heads('FOR SHARE')
const HOLDERS = `SELECT k.n, u.id FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) WITH ORDINALITY k(space, idx, key, n)
  JOIN uniques u USING (space, idx, key)`
export const FOLLOWED = 'SELECT space FROM feeds WHERE space = ANY($1::bytea[])'
const PLACE_ROWS = `INSERT INTO records (space, id, version, entries, bytes, value)
  SELECT k.space, k.id, $3::bigint, $4::bytea, 0, NULL FROM unnest($1::bytea[], $2::bytea[]) k(space, id) ON CONFLICT DO NOTHING`
const PLACE_TOMBSTONES = `INSERT INTO tombstones (version, space, id)
  SELECT $3::bigint, k.space, k.id FROM unnest($1::bytea[], $2::bytea[]) k(space, id) ON CONFLICT DO NOTHING`

/**
 * Reads and locks what a batch needs, in one round trip, and in two more when it expects that a record does not exist
 * which never did: the lock needs a row, so a deleted record is put there.
 *
 * @param acknowledged the version of the lane as its writer remembers it
 * @param laneMs lanes that were not used for this long are not used again
 * @throws LaneGoneError, LostCommitsError, RowGoneError
 */
export async function lockBatch(
  send: Send,
  jobs: readonly Job[],
  { lane, acknowledged, laneMs }: { readonly lane: number; readonly acknowledged: number; readonly laneMs: number },
): Promise<LockedBatch> {
  const writes = jobs.flatMap((job) => job.writes)
  const written = keysOf(writes)
  const expected = keysOf(
    jobs.flatMap((job) => job.expectations),
    new Set(written.map(({ text }) => text)),
  )
  const uniques = uniqueKeysOf(jobs)
  const spaces = [...new Set(writes.map(({ space }) => space))].map((space) => Buffer.from(space))
  const [laneRows = [], writtenRows = [], expectedRows = [], holderRows = [], followedRows = []] = await sendSome(
    send,
    [
      { text: LOCK_LANE, values: [lane, laneMs] },
      written.length > 0 && headsStatement(WRITTEN, written),
      expected.length > 0 && headsStatement(EXPECTED, expected),
      uniques.length > 0 && {
        text: HOLDERS,
        values: [uniques.map(({ space }) => space), uniques.map(({ index }) => index), uniques.map(({ key }) => key)],
      },
      spaces.length > 0 && { text: FOLLOWED, values: [spaces] },
    ],
  )
  const version = Number(laneRows[0]?.version)
  if (laneRows.length === 0) throw new LaneGoneError('the row of the lane is gone')
  if (version < acknowledged) throw new LostCommitsError()
  const now = Math.max(version, Number(laneRows[0]?.now))

  const records = new Map<string, RecordState>()
  for (const key of [...written, ...expected]) records.set(key.text, absent(key))
  for (const [keys, rows] of [
    [written, writtenRows],
    [expected, expectedRows],
  ] as const) {
    for (const row of rows) addState(records, keys, row)
  }
  const missing = unheld(jobs, records)
  if (missing.length > 0) await placeRows(send, missing, now, records)
  const holders = new Map<string, string>()
  for (const { n, id } of holderRows) {
    const unique = uniques[Number(n) - 1]
    if (unique) holders.set(unique.text, String(id))
  }
  return { records, holders, version: now, followed: new Set(followedRows.map(({ space }) => String(space))) }
}

/** Sends those that have something to look for; the others have no rows. */
async function sendSome(send: Send, statements: readonly (Statement | false)[]): Promise<readonly (readonly Row[])[]> {
  const results = (await send(statements.filter((statement) => statement !== false))).values()
  return statements.map((statement) => (statement === false ? [] : (results.next().value ?? [])))
}

/** The keys that a commit expects not to exist and does not write itself, and that nothing holds. */
function unheld(jobs: readonly Job[], records: ReadonlyMap<string, RecordState>): Key[] {
  const keys = jobs.flatMap(({ writes, expectations }) => {
    const own = new Set(writes.map(({ text }) => text))
    return expectations.filter(
      ({ text, version }) => version === null && records.get(text)?.hasRow === false && !own.has(text),
    )
  })
  return keysOf(keys)
}

async function placeRows(
  send: Send,
  keys: readonly Key[],
  version: number,
  records: Map<string, RecordState>,
): Promise<void> {
  const columns = [keys.map(({ spaceBytes }) => spaceBytes), keys.map(({ idBytes }) => idBytes)]
  const [, , rows = []] = await send([
    { text: PLACE_ROWS, values: [...columns, version, NO_ENTRIES] },
    { text: PLACE_TOMBSTONES, values: [...columns, version] },
    headsStatement(WRITTEN, keys),
  ])
  if (rows.length < keys.length) throw new RowGoneError('a row that was just put there is gone')
  for (const row of rows) addState(records, keys, row)
}

function addState(records: Map<string, RecordState>, keys: readonly Key[], row: Row): void {
  const key = keys[Number(row.n) - 1]
  if (!key) throw new Error('the database answered for a key that was not asked for')
  const live = row.live === true
  records.set(key.text, {
    ...key,
    hasRow: true,
    version: Number(row.version),
    live,
    entries: live ? (row.entries as EntryList) : NO_ENTRIES,
  })
}

function absent(key: Key): RecordState {
  return { ...key, hasRow: false, version: 0, live: false, entries: NO_ENTRIES }
}

function headsStatement(text: string, keys: readonly Key[]): Statement {
  return { text, values: [keys.map(({ spaceBytes }) => spaceBytes), keys.map(({ idBytes }) => idBytes)] }
}

/** Each key once, in the order of their bytes. */
function keysOf(keys: readonly QueuedKey[], without: ReadonlySet<string> = new Set()): Key[] {
  const unique = new Map(keys.map((key) => [key.text, key]))
  return [...unique.values()]
    .filter(({ text }) => !without.has(text))
    .map(({ space, id, text }) => ({ space, id, text, spaceBytes: Buffer.from(space), idBytes: Buffer.from(id) }))
    .sort((a, b) => Buffer.compare(a.spaceBytes, b.spaceBytes) || Buffer.compare(a.idBytes, b.idBytes))
}

function uniqueKeysOf(jobs: readonly Job[]): UniqueKey[] {
  const keys = new Map<string, UniqueKey>()
  for (const { space, entries } of jobs.flatMap((job) => job.writes)) {
    for (const entry of uniqueEntries(entries)) {
      const text = uniqueText(space, entry)
      keys.set(text, {
        text,
        space: Buffer.from(space),
        index: shorten(Buffer.from(entry.index)),
        key: shorten(viewOf(entry.key)),
      })
    }
  }
  return [...keys.values()]
}
