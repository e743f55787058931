import type { DatabaseSync } from 'node:sqlite'
import { checkLimit, checkMaxBytes } from '../checks.ts'
import { entryCursor, idCursor, readEntryCursor, readIdCursor } from '../cursor.ts'
import type { Cursor, FindRequest, FindResult, FoundRecord, KeyRange } from '../records.ts'
import { prepareRows, type RowStatement } from './rows.ts'

/** A number as value stands for a large one: it is the rid to read it by. Absent in a find without values. */
type RecordRow = readonly [id: string, version: number, value?: string | number]

/**
 * The key is in hexadecimal digits: only the last one of a page is needed as bytes, which cost more to make than the rest
 * of a row.
 */
type EntryRow = readonly [key: string, id: string, version: number, value?: string | number]

/** A row of a walk, as a place to continue from. */
interface EntryPlace {
  readonly range: number
  readonly row: EntryRow
}

type Bound = NonNullable<KeyRange['from']>
interface Place {
  readonly key: Uint8Array
  readonly id: string
}

/** A page that is being filled. */
interface Page {
  readonly records: readonly FoundRecord<boolean>[]
  /** Larger values are read one by one, when their turn comes. */
  readonly inlineBytes: number
  isFull(): boolean
  add(id: string, version: number, value: string | number | undefined): void
}

const EVERYTHING: readonly KeyRange[] = [{}]

/**
 * A statement returns all its rows at once, which is much faster than one by one. To bound their bytes, it leaves out
 * values larger than its first parameter (`octet_length` does not read them).
 */
const VALUE = 'CASE WHEN octet_length(r.value) <= ? THEN r.value ELSE r.rid END AS value'

/** The columns of a record besides its id, and their parameters. */
function columnsOf({ values = true }: FindRequest<boolean>, inlineBytes: number) {
  return values
    ? { columns: `r.version, ${VALUE}`, parameters: [inlineBytes] }
    : { columns: 'r.version', parameters: [] }
}

/**
 * Makes the function behind `Records.find`: one statement per range, and one snapshot for all of them and for the values
 * that are read one by one.
 */
export function finder(db: DatabaseSync): (request: FindRequest<boolean>) => FindResult<boolean> {
  const statements = new Map<string, RowStatement<RecordRow | EntryRow>>()
  const begin = db.prepare('BEGIN')
  const commit = db.prepare('COMMIT')
  const largeValue = db.prepare('SELECT value FROM records WHERE rid = ?')

  /** There is one statement per shape of a walk, so all are kept. */
  function prepared<Row extends RecordRow | EntryRow>(sql: string): RowStatement<Row> {
    const known = statements.get(sql) as RowStatement<Row> | undefined
    if (known) return known
    const statement = prepareRows<Row>(db, sql)
    statements.set(sql, statement)
    return statement
  }

  function openPage({ space, limit, maxBytes = Number.MAX_SAFE_INTEGER }: FindRequest<boolean>): Page {
    const records: FoundRecord<boolean>[] = []
    let hasLarge = false
    let counted = 0
    let bytes = 0
    return {
      records,
      // So that all rows of a statement together are no larger than the page may be.
      inlineBytes: Math.floor(maxBytes / limit),
      isFull() {
        if (records.length === limit) return true
        // Small values alone cannot fill a page before its limit does, so most pages need no counting.
        if (!hasLarge) return false
        for (const record of records.slice(counted)) bytes += 'value' in record ? Buffer.byteLength(record.value) : 0
        counted = records.length
        return bytes >= maxBytes
      },
      add(id, version, value) {
        if (value === undefined) records.push({ space, id, version })
        else if (typeof value === 'string') records.push({ space, id, version, value })
        else {
          hasLarge = true
          records.push({ space, id, version, value: String(largeValue.get(value)?.value) })
        }
      },
    }
  }

  function byId(request: FindRequest<boolean>): FindResult<boolean> {
    const { space, reverse, after, limit } = request
    const start = after === undefined ? undefined : readIdCursor(after)
    const page = openPage(request)
    const { columns, parameters } = columnsOf(request, page.inlineBytes)
    const sql = `SELECT r.id, ${columns} FROM records r WHERE space = ?${
      start ? ` AND id ${reverse ? '<' : '>'} ?` : ''
    } ORDER BY id${reverse ? ' DESC' : ''} LIMIT ?`
    const values = [...parameters, space, ...(start ? [start.id] : [])]
    let last: RecordRow | undefined
    // One row more than the limit tells whether there is another page.
    for (const row of prepared<RecordRow>(sql).all(...values, limit + 1)) {
      if (last && page.isFull()) return { records: page.records, next: idCursor({ id: last[0] }) }
      page.add(row[0], row[1], row[2])
      last = row
    }
    return { records: page.records }
  }

  function rangeRows(
    request: FindRequest<boolean>,
    index: string,
    range: KeyRange,
    after: Place | undefined,
    inlineBytes: number,
    limit: number,
  ): readonly EntryRow[] {
    const { space, reverse = false } = request
    const { from, to, place } = startAt(range, after, reverse)
    const { columns, parameters } = columnsOf(request, inlineBytes)
    let sql = `SELECT hex(e.key) AS key, e.id, ${columns} FROM entries e CROSS JOIN records r ON r.rid = e.rid
      WHERE e.space = ? AND e.idx = ?`
    const values: (string | number | Uint8Array)[] = [...parameters, space, index]
    if (from) {
      sql += ` AND e.key ${from.inclusive ? '>=' : '>'} ?`
      values.push(from.key)
    }
    if (to) {
      sql += ` AND e.key ${to.inclusive ? '<=' : '<'} ?`
      values.push(to.key)
    }
    if (place) {
      sql += ` AND (e.key, e.id) ${reverse ? '<' : '>'} (?, ?)`
      values.push(place.key, place.id)
    }
    sql += reverse ? ' ORDER BY e.key DESC, e.id DESC LIMIT ?' : ' ORDER BY e.key, e.id LIMIT ?'
    return prepared<EntryRow>(sql).all(...values, limit)
  }

  function byEntry(request: FindRequest<boolean>, index: string, ranges: readonly KeyRange[]): FindResult<boolean> {
    const { after, limit } = request
    const start = after === undefined ? undefined : readEntryCursor(after, ranges.length)
    const page = openPage(request)
    let last: EntryPlace | undefined
    for (const [number, range] of ranges.entries()) {
      if (start && number < start.range) continue
      const place = start?.range === number ? start : undefined
      const wanted = page.isFull() ? 1 : limit + 1 - page.records.length
      for (const row of rangeRows(request, index, range, place, page.inlineBytes, wanted)) {
        if (last && page.isFull()) return { records: page.records, next: cursorAt(last) }
        page.add(row[1], row[2], row[3])
        last = { range: number, row }
      }
    }
    return { records: page.records }
  }

  return (request) => {
    const { space, index, ranges = EVERYTHING, limit, maxBytes } = request
    checkLimit(limit)
    checkMaxBytes(maxBytes)
    if (!space.isWellFormed() || index?.isWellFormed() === false) return { records: [] }
    const walk = () => (index === undefined ? byId(request) : byEntry(request, index, ranges))
    if (maxBytes === undefined && (index === undefined || ranges.length === 1)) return walk()
    begin.run()
    try {
      return walk()
    } finally {
      commit.run()
    }
  }
}

function cursorAt({ range, row }: EntryPlace): Cursor {
  const [key, id] = row
  return entryCursor({ range, key: Buffer.from(key, 'hex'), id })
}

/**
 * Narrows a range to what follows a place. One bound is left on that side, so that the walk starts there and not at the
 * start of the range. A place outside the range, as in a forged cursor, does not widen it.
 */
function startAt(range: KeyRange, after: Place | undefined, reverse: boolean): KeyRange & { place?: Place } {
  if (!after) return range
  const passed: Bound | undefined = reverse ? range.to : range.from
  if (passed) {
    const order = Buffer.compare(after.key, passed.key) * (reverse ? -1 : 1)
    if (order < 0 || (order === 0 && !passed.inclusive)) return range
  }
  const other = reverse ? range.from : range.to
  return { ...(other && (reverse ? { from: other } : { to: other })), place: after }
}
