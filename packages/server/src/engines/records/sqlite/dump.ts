import type { DatabaseSync } from 'node:sqlite'
import { checkLimit, checkMaxBytes } from '../checks.ts'
import { type EntryList, unpackEntries } from '../entry-list.ts'
import type { DumpedRecord, DumpRequest, DumpResult } from '../records.ts'

interface Row {
  readonly version: number
  readonly entries: EntryList
  readonly value: string
}

/** A walk from space to space, each step one search in the index. */
const SPACES = `WITH RECURSIVE s(space) AS (
    SELECT min(space) FROM records
    UNION ALL SELECT (SELECT min(space) FROM records r WHERE r.space > s.space) FROM s WHERE s.space IS NOT NULL
  ) SELECT space FROM s WHERE space IS NOT NULL`

/** Makes the functions behind `Records.spaces` and `Records.dump`. */
export function dumper(db: DatabaseSync) {
  const statements = {
    begin: db.prepare('BEGIN'),
    commit: db.prepare('COMMIT'),
    spaces: db.prepare(SPACES),
    ids: db.prepare('SELECT rid, id FROM records WHERE space = ? AND id >= ? ORDER BY id LIMIT ?'),
    idsBefore: db.prepare('SELECT rid, id FROM records WHERE space = ? AND id >= ? AND id < ? ORDER BY id LIMIT ?'),
    record: db.prepare('SELECT version, entries, value FROM records WHERE rid = ?'),
  }

  function page({ space, from = '', to, limit, maxBytes }: DumpRequest): DumpResult {
    const rows =
      to === undefined
        ? statements.ids.all(space, from, limit + 1)
        : statements.idsBefore.all(space, from, to, limit + 1)
    const records: DumpedRecord[] = []
    let bytes = 0
    // Each record is read on its own, so that no more is read than the page may hold.
    for (const { rid, id } of rows as unknown as { readonly rid: number; readonly id: string }[]) {
      if (records.length > 0 && (records.length === limit || bytes >= maxBytes)) return { records, next: id }
      const { version, entries, value } = statements.record.get(rid) as unknown as Row
      records.push({ space, id, version, value, entries: [...unpackEntries(entries).values()] })
      bytes += Buffer.byteLength(value) + entries.length
    }
    return { records }
  }

  return {
    spaces: (): readonly string[] => statements.spaces.all().map(({ space }) => String(space)),
    dump(request: DumpRequest): DumpResult {
      checkLimit(request.limit)
      checkMaxBytes(request.maxBytes)
      if (!request.space.isWellFormed()) return { records: [] }
      statements.begin.run()
      try {
        return page(request)
      } finally {
        statements.commit.run()
      }
    },
  }
}
