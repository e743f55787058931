import { checkLimit, checkMaxBytes } from '../checks.ts'
import { unpackEntries } from '../entry-list.ts'
import type { DumpedRecord, DumpRequest, DumpResult } from '../records.ts'
import { unescapeText } from './bytes.ts'
import type { Database } from './database.ts'

/** Larger than every id: no byte of UTF-8 has this value. */
const AFTER_ALL_IDS = Buffer.of(0xff)

/** A walk from space to space, each step one search in the index. A space may have only deleted records. */
const SPACES = `WITH RECURSIVE s AS (
    (SELECT space FROM records ORDER BY space LIMIT 1)
    UNION ALL SELECT (SELECT r.space FROM records r WHERE r.space > s.space ORDER BY r.space LIMIT 1)
    FROM s WHERE s.space IS NOT NULL
  ) SELECT space FROM s WHERE EXISTS (SELECT 1 FROM records r WHERE r.space = s.space AND r.value IS NOT NULL) ORDER BY space`
/** The bytes before each record; those that do not belong to the page are left out. */
const PAGE = `SELECT id, version, before,
    CASE WHEN before < $5 THEN entries END AS entries, CASE WHEN before < $5 THEN value END AS value
  FROM (
    SELECT r.*, coalesce(sum(bytes + octet_length(entries)) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM (
      SELECT id, version, entries, bytes, value FROM records
      WHERE space = $1 AND id >= $2 AND id < $3 AND value IS NOT NULL ORDER BY id LIMIT $4
    ) r
  ) b ORDER BY id`

/** Makes the functions behind `Records.spaces` and `Records.dump`. */
export function dumper(database: Database) {
  return {
    async spaces(): Promise<readonly string[]> {
      return (await database.query({ text: SPACES })).map(({ space }) => String(space))
    },
    async dump({ space, from = '', to, limit, maxBytes }: DumpRequest): Promise<DumpResult> {
      checkLimit(limit)
      checkMaxBytes(maxBytes)
      if (!space.isWellFormed()) return { records: [] }
      const end = to === undefined ? AFTER_ALL_IDS : Buffer.from(to)
      const values = [Buffer.from(space), Buffer.from(from), end, limit + 1, maxBytes]
      const records: DumpedRecord[] = []
      for (const row of await database.query({ text: PAGE, values })) {
        const id = String(row.id)
        if (records.length === limit || Number(row.before) >= maxBytes) return { records, next: id }
        const entries = [...unpackEntries(row.entries as Buffer).values()]
        records.push({ space, id, version: Number(row.version), value: unescapeText(String(row.value)), entries })
      }
      return { records }
    },
  }
}
