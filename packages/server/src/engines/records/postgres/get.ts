import { checkMaxBytes } from '../checks.ts'
import type { RecordKey, StoredRecord } from '../records.ts'
import { unescapeText } from './bytes.ts'
import type { Database } from './database.ts'
import type { Row } from './statements.ts'

export const ONE = 'SELECT version, value FROM records WHERE space = $1 AND id = $2 AND value IS NOT NULL'
/** The bytes before each record; values that no longer belong to the answer are left out. */
const SEVERAL = `SELECT version, before, CASE WHEN before < $3::bigint THEN value END AS value FROM (
    SELECT k.n, r.version, r.value,
      coalesce(sum(coalesce(r.bytes, 0)) OVER (ORDER BY k.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY k(space, id, n)
    LEFT JOIN records r ON r.space = k.space AND r.id = k.id AND r.value IS NOT NULL
  ) b ORDER BY n`

/** Makes the function behind `Records.get`. */
export function getter(database: Database) {
  return async (keys: readonly RecordKey[], maxBytes?: number): Promise<readonly (StoredRecord | undefined)[]> => {
    checkMaxBytes(maxBytes)
    const [first] = keys
    if (!first) return []
    if (keys.length === 1) {
      if (!isText(first)) return [undefined]
      const values = [Buffer.from(first.space), Buffer.from(first.id)]
      return [toRecord(first, (await database.lookUp({ text: ONE, values }))[0])]
    }
    const limit = maxBytes ?? Number.MAX_SAFE_INTEGER
    const rows = await database.query({
      text: SEVERAL,
      values: [keys.map(({ space }) => Buffer.from(space)), keys.map(idOrNone), limit],
    })
    const after = rows.findIndex(({ before }) => Number(before) >= limit)
    return keys.slice(0, after < 0 ? undefined : after).map((key, at) => toRecord(key, rows[at]))
  }
}

function isText({ space, id }: RecordKey): boolean {
  return space.isWellFormed() && id.isWellFormed()
}

/** In UTF-8 a lone surrogate becomes another character, and would find another record. */
function idOrNone(key: RecordKey): Buffer | null {
  return isText(key) ? Buffer.from(key.id) : null
}

function toRecord({ space, id }: RecordKey, row: Row | undefined): StoredRecord | undefined {
  if (typeof row?.value !== 'string') return undefined
  return { space, id, version: Number(row.version), value: unescapeText(row.value) }
}
