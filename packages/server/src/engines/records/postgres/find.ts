import { checkLimit, checkMaxBytes } from '../checks.ts'
import { entryCursor, idCursor, readEntryCursor, readIdCursor } from '../cursor.ts'
import type { FindRequest, FindResult, FoundRecord, KeyRange } from '../records.ts'
import { PREFIX_BYTES, shorten, unescapeText } from './bytes.ts'
import type { Database } from './database.ts'
import { following, type Place, spanOf } from './spans.ts'
import type { Row, Statement } from './statements.ts'

const EVERYTHING: readonly KeyRange[] = [{}]
/** Larger than every stored prefix of a key, as SQL. */
const AFTER_ALL_PREFIXES = `decode(repeat('ff', ${PREFIX_BYTES + 1}), 'hex')`
/** Larger than every id: no byte of UTF-8 has this value. */
const AFTER_ALL_IDS = Buffer.of(0xff)

/** One statement finds a page: a snapshot, and one round trip. */
export function finder(database: Database): (request: FindRequest<boolean>) => Promise<FindResult<boolean>> {
  async function byId(request: FindRequest<boolean>): Promise<FindResult<boolean>> {
    const { space, reverse, after, limit } = request
    const start = after === undefined ? undefined : Buffer.from(readIdCursor(after).id)
    const direction = reverse ? ' DESC' : ''
    const from = start && !reverse ? following(start) : Buffer.alloc(0)
    const to = start && reverse ? start : AFTER_ALL_IDS
    const walk = `SELECT 1 AS n, r.id AS key, r.id, r.version, r.bytes, r.value FROM records r
      WHERE r.space = $1 AND r.value IS NOT NULL AND r.id >= $2 AND r.id < $3 ORDER BY r.id${direction} LIMIT $4`
    const rows = await database.search(pageStatement(walk, [Buffer.from(space), from, to], request))
    return pageOf(request, rows, (row) => idCursor({ id: textOf(row.id) }), limit)
  }

  async function byEntry(
    request: FindRequest<boolean>,
    index: string,
    ranges: readonly KeyRange[],
  ): Promise<FindResult<boolean>> {
    const { space, reverse = false, after, limit } = request
    const start = after === undefined ? undefined : readEntryCursor(after, ranges.length)
    const first = start?.range ?? 0
    const place: Place | undefined = start && { key: Buffer.from(start.key), id: Buffer.from(start.id) }
    const spans = ranges.slice(first).map((range, at) => spanOf(range, at === 0 ? place : undefined, reverse))
    if (spans.length === 0) return { records: [] }
    const rows = await database.search(
      pageStatement(
        entryWalk(reverse),
        [
          Buffer.from(space),
          shorten(Buffer.from(index)),
          spans.map(({ from }) => from.key),
          spans.map(({ from }) => from.id),
          spans.map(({ to }) => to?.key ?? null),
          spans.map(({ to }) => to?.id ?? Buffer.alloc(0)),
        ],
        request,
      ),
    )
    const cursorOf = (row: Row) =>
      entryCursor({ range: first + Number(row.n) - 1, key: row.key as Buffer, id: textOf(row.id) })
    return pageOf(request, rows, cursorOf, limit)
  }

  return async (request) => {
    const { space, index, ranges = EVERYTHING, limit, maxBytes } = request
    checkLimit(limit)
    checkMaxBytes(maxBytes)
    if (!space.isWellFormed() || index?.isWellFormed() === false) return { records: [] }
    return index === undefined ? byId(request) : byEntry(request, index, ranges)
  }
}

/**
 * The entries of the ranges $3 to $6, each range in index order. Entries whose key is stored whole come from the B-tree in
 * that order; the few others are sorted. The number of rows is the last parameter. From version 13 on (incremental sort)
 * the server walks the ranges in turn and stops when the page is full, however many there are. A condition `hash = ''` would be part of
 * the search in the B-tree, which then starts at the key and not at the id, and a page deep among equal keys would be slow.
 */
function entryWalk(reverse: boolean): string {
  const direction = reverse ? ' DESC' : ''
  const limit = 'LIMIT $7'
  const to = `coalesce(k.to_key, ${AFTER_ALL_PREFIXES})`
  const whole = `SELECT e.key, e.id FROM entries e WHERE e.space = $1 AND e.idx = $2 AND (e.hash > '') IS NOT TRUE
    AND (e.key, e.hash, e.id) >= (k.from_key, ''::bytea, k.from_id) AND (e.key, e.hash, e.id) < (${to}, ''::bytea, k.to_id)
    ORDER BY e.key${direction}, e.hash${direction}, e.id${direction} ${limit}`
  const long = `SELECT e.key || e.tail AS key, e.id FROM entries e WHERE e.space = $1 AND e.idx = $2 AND e.hash <> ''
    AND e.key >= substring(k.from_key FOR ${PREFIX_BYTES}) AND e.key <= substring(${to} FOR ${PREFIX_BYTES})
    AND (e.key || e.tail, e.id) >= (k.from_key, k.from_id)
    AND (k.to_key IS NULL OR (e.key || e.tail, e.id) < (k.to_key, k.to_id))
    ORDER BY 1${direction}, 2${direction} ${limit}`
  return `SELECT p.n, p.key, p.id, r.version, r.bytes, r.value FROM (
      SELECT k.n, f.key, f.id FROM unnest($3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[])
        WITH ORDINALITY k(from_key, from_id, to_key, to_id, n)
      CROSS JOIN LATERAL (SELECT * FROM ((${whole}) UNION ALL (${long})) u ORDER BY 1${direction}, 2${direction} ${limit}) f
      ORDER BY k.n, f.key${direction}, f.id${direction} ${limit}
    ) p JOIN records r ON r.space = $1 AND r.id = p.id`
}

/**
 * A statement for the rows of a walk, one more than the limit, which tells whether there is another page. With `maxBytes`
 * it counts the bytes before each record, and leaves out the values that do not belong to the page.
 */
function pageStatement(
  walk: string,
  values: NonNullable<Statement['values']>,
  request: FindRequest<boolean>,
): Statement {
  const { reverse, limit, maxBytes, values: wantsValues = true } = request
  const order = `n, key${reverse ? ' DESC' : ''}, id${reverse ? ' DESC' : ''}`
  const all = [...values, limit + 1]
  if (!wantsValues) return { text: `SELECT n, key, id, version FROM (${walk}) w ORDER BY ${order}`, values: all }
  if (maxBytes === undefined) {
    return { text: `SELECT n, key, id, version, value FROM (${walk}) w ORDER BY ${order}`, values: all }
  }
  return {
    text: `SELECT n, key, id, version, before, CASE WHEN before < $${all.length + 1} THEN value END AS value FROM (
      SELECT w.*, coalesce(sum(bytes) OVER (ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
      FROM (${walk}) w) b ORDER BY ${order}`,
    values: [...all, maxBytes],
  }
}

function pageOf(
  { space, maxBytes = Number.POSITIVE_INFINITY, values = true }: FindRequest<boolean>,
  rows: readonly Row[],
  cursorOf: (row: Row) => string,
  limit: number,
): FindResult<boolean> {
  const records: FoundRecord<boolean>[] = []
  let last: Row | undefined
  for (const row of rows) {
    if (last && (records.length === limit || Number(row.before ?? 0) >= maxBytes)) {
      return { records, next: cursorOf(last) }
    }
    const head = { space, id: textOf(row.id), version: Number(row.version) }
    records.push(values ? { ...head, value: unescapeText(String(row.value)) } : head)
    last = row
  }
  return { records }
}

function textOf(bytes: unknown): string {
  return (bytes as Buffer).toString()
}
