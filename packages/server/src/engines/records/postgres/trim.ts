import type { Database } from './database.ts'

export interface TrimOptions {
  readonly database: Database
  /** How long changes and deleted records are kept, in ms. */
  readonly keptMs: number
}

/** Rows removed by one statement, so that none holds its locks for long. */
const STEP = 1_000
/** Lanes go when they were not used for this multiple of `keptMs`: long after every cursor that names them. */
const LANES_KEPT = 7

/** Versions are microseconds of the database's clock, or ahead of it. */
const CUTOFF = `(extract(epoch FROM now() - $1 * interval '1 ms') * 1000000)::bigint`
const EXPIRED_FEEDS = 'DELETE FROM feeds WHERE expires < now()'
const OLD_CHANGES = `DELETE FROM changes c USING lanes l WHERE c.lane = l.lane AND c.version < ${CUTOFF}`
const OLD_LANES = `DELETE FROM lanes WHERE used < now() - $1 * interval '1 ms'`
const OLD_TOMBSTONES = `WITH old AS (
    SELECT version, space, id FROM tombstones WHERE version < ${CUTOFF} ORDER BY version LIMIT ${STEP} FOR UPDATE SKIP LOCKED
  ), forgotten AS (
    DELETE FROM tombstones t USING old o WHERE t.version = o.version AND t.space = o.space AND t.id = o.id RETURNING 1
  ), removed AS (
    DELETE FROM records r USING old o
    WHERE r.space = o.space AND r.id = o.id AND r.version = o.version AND r.value IS NULL
  ) SELECT count(*) AS count FROM forgotten`

/**
 * Removes spaces that nobody follows any more, old changes, old lanes and what deleted records have left. Any number of
 * processes may do it at once. The clock keeps versions growing after a deleted record is gone.
 */
export async function trimOnce({ database, keptMs }: TrimOptions): Promise<void> {
  await database.query({ text: EXPIRED_FEEDS })
  await database.query({ text: OLD_CHANGES, values: [keptMs] })
  await database.query({ text: OLD_LANES, values: [keptMs * LANES_KEPT] })
  for (;;) {
    const [row] = await database.query({ text: OLD_TOMBSTONES, values: [keptMs] })
    if (Number(row?.count) < STEP) return
  }
}
