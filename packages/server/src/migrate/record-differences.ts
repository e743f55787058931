import type { DumpedRecord, DumpRequest, IndexEntry, RecordKey, Records } from '../engines/records/records.ts'

/** Differences of a page of records from another store. */
export interface RecordDifferences {
  /** Records that the other store does not have, or not like this. */
  readonly missing: readonly DumpedRecord[]
  /** Records that only the other store has. */
  readonly extra: readonly RecordKey[]
}

const PAGE = { limit: 500, maxBytes: 4 * 1024 * 1024 } as const
const NO_BYTES = { limit: 1, maxBytes: 1 } as const

/** Reads one record with its entries. */
export async function readOne(records: Records, { space, id }: RecordKey): Promise<DumpedRecord | undefined> {
  return (await records.dump({ space, from: id, to: `${id}\0`, ...NO_BYTES })).records[0]
}

/**
 * Compares the records of a range with those that another store has in this range, whatever their versions are. Yields the
 * differences in parts; without any, nothing.
 *
 * @param records all records of the range
 */
export async function* recordDifferences(
  records: readonly DumpedRecord[],
  other: Records,
  range: Pick<DumpRequest, 'space' | 'from' | 'to'>,
): AsyncGenerator<RecordDifferences, void, undefined> {
  const left = new Map(records.map((record) => [record.id, record]))
  const ids = new Set(left.keys())
  for (let from = range.from, more = true; more; ) {
    const page = await other.dump({ ...range, from, ...PAGE })
    const extra = page.records.filter(({ id }) => !ids.has(id))
    if (extra.length > 0) yield { missing: [], extra }
    for (const record of page.records) {
      const own = left.get(record.id)
      if (own && isSame(own, record)) left.delete(record.id)
    }
    from = page.next
    more = from !== undefined
  }
  if (left.size > 0) yield { missing: [...left.values()], extra: [] }
}

function isSame(a: DumpedRecord, b: DumpedRecord): boolean {
  return (
    a.value === b.value &&
    a.entries.length === b.entries.length &&
    a.entries.every((entry, at) => isSameEntry(entry, b.entries[at]))
  )
}

function isSameEntry(a: IndexEntry, b: IndexEntry | undefined): boolean {
  return b !== undefined && a.index === b.index && a.unique === b.unique && Buffer.compare(a.key, b.key) === 0
}
