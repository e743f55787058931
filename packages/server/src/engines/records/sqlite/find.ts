import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type EntryPosition, entryCursor, idCursor, readEntryCursor, readIdCursor } from '../cursor.ts'
import type { FindRequest, FindResult, KeyRange, StoredRecord } from '../records.ts'

interface RecordRow {
  readonly id: string
  readonly version: number
  /** A number: the value is so large that it is read by itself, by this rid. */
  readonly value: string | number
}

interface EntryRow extends RecordRow {
  readonly key: Uint8Array
}

type Bound = NonNullable<KeyRange['from']>
interface Place {
  readonly key: Uint8Array
  readonly id: string
}

/** A page that is being filled. */
interface Page {
  readonly records: readonly StoredRecord[]
  /** Larger values are read by themselves, once it is their turn. */
  readonly inlineBytes: number
  isFull(): boolean
  add(row: RecordRow): void
}

const EVERYTHING: readonly KeyRange[] = [{}]

/**
 * A statement answers all its rows at once, which is much faster than one after the other. So that they cannot be too
 * many bytes together, it leaves out values that are larger than its first parameter (`octet_length` does not read them).
 */
const VALUE = 'CASE WHEN octet_length(r.value) <= ? THEN r.value ELSE r.rid END AS value'

/**
 * Makes the function behind `Records.find`. One statement per range, and one snapshot of the data for all of them and for
 * the values that are read by themselves.
 */
export function finder(db: DatabaseSync): (request: FindRequest) => FindResult {
  const statements = new Map<string, StatementSync>()
  const begin = db.prepare('BEGIN')
  const commit = db.prepare('COMMIT')
  const largeValue = db.prepare('SELECT value FROM records WHERE rid = ?')

  /** There are as many statements as there are shapes of a walk, so all of them are kept. */
  function prepared(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known) return known
    const statement = db.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  function openPage({ space, limit, maxBytes = Number.MAX_SAFE_INTEGER }: FindRequest): Page {
    const records: StoredRecord[] = []
    let hasLarge = false
    let counted = 0
    let bytes = 0
    return {
      records,
      // All that a statement may answer together are no more than the page may hold.
      inlineBytes: Math.floor(maxBytes / limit),
      isFull() {
        if (records.length === limit) return true
        // Small values alone do not fill a page before they are as many as its limit, so most need no counting.
        if (!hasLarge) return false
        for (const { value } of records.slice(counted)) bytes += Buffer.byteLength(value)
        counted = records.length
        return bytes >= maxBytes
      },
      add({ id, version, value }) {
        const isLarge = typeof value === 'number'
        hasLarge ||= isLarge
        records.push({ space, id, version, value: isLarge ? String(largeValue.get(value)?.value) : value })
      },
    }
  }

  function byId(request: FindRequest): FindResult {
    const { space, reverse, after, limit } = request
    const start = after === undefined ? undefined : readIdCursor(after)
    const page = openPage(request)
    const sql = `SELECT r.id, r.version, ${VALUE} FROM records r WHERE space = ?${
      start ? ` AND id ${reverse ? '<' : '>'} ?` : ''
    } ORDER BY id${reverse ? ' DESC' : ''} LIMIT ?`
    const values = [page.inlineBytes, space, ...(start ? [start.id] : [])]
    let last: RecordRow | undefined
    // One more than asked for tells whether there is more.
    for (const row of prepared(sql).all(...values, limit + 1) as unknown as RecordRow[]) {
      if (last && page.isFull()) return { records: page.records, next: idCursor(last) }
      page.add(row)
      last = row
    }
    return { records: page.records }
  }

  function rangeRows(
    request: FindRequest,
    index: string,
    range: KeyRange,
    after: Place | undefined,
    inlineBytes: number,
    limit: number,
  ): EntryRow[] {
    const { space, reverse = false } = request
    const { from, to, place } = startAt(range, after, reverse)
    let sql = `SELECT e.key, e.id, r.version, ${VALUE} FROM entries e CROSS JOIN records r ON r.rid = e.rid
      WHERE e.space = ? AND e.idx = ?`
    const values: (string | number | Uint8Array)[] = [inlineBytes, space, index]
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
    const { after, limit } = request
    const start = after === undefined ? undefined : readEntryCursor(after, ranges.length)
    const page = openPage(request)
    let last: EntryPosition | undefined
    for (const [number, range] of ranges.entries()) {
      if (start && number < start.range) continue
      const place = start?.range === number ? start : undefined
      const wanted = page.isFull() ? 1 : limit + 1 - page.records.length
      for (const row of rangeRows(request, index, range, place, page.inlineBytes, wanted)) {
        if (last && page.isFull()) return { records: page.records, next: entryCursor(last) }
        page.add(row)
        last = { range: number, key: row.key, id: row.id }
      }
    }
    return { records: page.records }
  }

  return (request) => {
    if (!Number.isSafeInteger(request.limit) || request.limit < 1) {
      throw new RangeError('the limit of a find is a whole number from 1')
    }
    checkMaxBytes(request.maxBytes)
    const { index, ranges = EVERYTHING, maxBytes } = request
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

/** @throws RangeError for a `maxBytes` that is no whole number from 1 */
export function checkMaxBytes(maxBytes: number | undefined): void {
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes >= 1)) {
    throw new RangeError('maxBytes is a whole number from 1')
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
