import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { entryCursor, idCursor, readEntryCursor, readIdCursor } from '../cursor.ts'
import type { FindRequest, FindResult, KeyRange, StoredRecord } from '../records.ts'

interface RecordRow {
  readonly id: string
  readonly version: number
  readonly value: string
}

interface EntryRow extends RecordRow {
  readonly key: Uint8Array
}

type Bound = NonNullable<KeyRange['from']>
interface Place {
  readonly key: Uint8Array
  readonly id: string
}

const EVERYTHING: readonly KeyRange[] = [{}]

/** Makes the function behind `Records.find`. One statement per range, and one snapshot of the data for all of them. */
export function finder(db: DatabaseSync): (request: FindRequest) => FindResult {
  const statements = new Map<string, StatementSync>()
  const begin = db.prepare('BEGIN')
  const commit = db.prepare('COMMIT')

  /** There are as many statements as there are shapes of a walk, so all of them are kept. */
  function prepared(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known) return known
    const statement = db.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  function byId({ space, reverse, after, limit }: FindRequest): FindResult {
    const start = after === undefined ? undefined : readIdCursor(after)
    const sql = `SELECT id, version, value FROM records WHERE space = ?${
      start ? ` AND id ${reverse ? '<' : '>'} ?` : ''
    } ORDER BY id${reverse ? ' DESC' : ''} LIMIT ?`
    // One more than asked for tells whether there is more.
    const rows = prepared(sql).all(...(start ? [space, start.id] : [space]), limit + 1) as unknown as RecordRow[]
    const last = rows[limit - 1]
    const records = rows.slice(0, limit).map((row) => toRecord(space, row))
    return rows.length > limit && last ? { records, next: idCursor(last) } : { records }
  }

  function rangeRows(request: FindRequest, index: string, range: KeyRange, after: Place | undefined, limit: number) {
    const { space, reverse = false } = request
    const { from, to, place } = startAt(range, after, reverse)
    let sql = `SELECT e.key, e.id, r.version, r.value FROM entries e CROSS JOIN records r ON r.rid = e.rid
      WHERE e.space = ? AND e.idx = ?`
    const values: (string | number | Uint8Array)[] = [space, index]
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
    return prepared(sql).all(...values, limit) as unknown as EntryRow[]
  }

  function byEntry(request: FindRequest, index: string, ranges: readonly KeyRange[]): FindResult {
    const { space, after, limit } = request
    const start = after === undefined ? undefined : readEntryCursor(after, ranges.length)
    const records: StoredRecord[] = []
    let next: string | undefined
    for (const [number, range] of ranges.entries()) {
      if (start && number < start.range) continue
      const place = start?.range === number ? start : undefined
      for (const row of rangeRows(request, index, range, place, limit + 1 - records.length)) {
        if (records.length === limit) return { records, ...(next === undefined ? {} : { next }) }
        records.push(toRecord(space, row))
        if (records.length === limit) next = entryCursor({ range: number, key: row.key, id: row.id })
      }
    }
    return { records }
  }

  return (request) => {
    if (!Number.isSafeInteger(request.limit) || request.limit < 1) {
      throw new RangeError('the limit of a find is a whole number from 1')
    }
    const { index, ranges = EVERYTHING } = request
    if (index === undefined) return byId(request)
    if (ranges.length === 1) return byEntry(request, index, ranges)
    begin.run()
    try {
      return byEntry(request, index, ranges)
    } finally {
      commit.run()
    }
  }
}

/**
 * Narrows a range to what lies after a place. Only one bound is left on that side, so that the walk begins there and
 * not at the begin of the range; and a place outside the range, which a forged cursor may name, widens nothing.
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

function toRecord(space: string, row: RecordRow): StoredRecord {
  return { space, id: row.id, version: row.version, value: row.value }
}
