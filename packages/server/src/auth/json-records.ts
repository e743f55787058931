import type { IndexEntry, PutWrite, RecordKey, Records } from '../engines/records/records.ts'

/** A record whose value is JSON, with the version to expect when it is written back. */
export interface Stored<T> {
  readonly value: T
  readonly version: number
}

/** Reads one JSON record. The type is a promise of the one who wrote the space, nobody else writes it. */
export async function readJson<T>(records: Records, key: RecordKey): Promise<Stored<T> | undefined> {
  const [record] = await records.get([key])
  return record === undefined ? undefined : { value: JSON.parse(record.value) as T, version: record.version }
}

/** The write that puts a JSON record. */
export function putJson<T>(key: RecordKey, value: T, entries: readonly IndexEntry[] = []): PutWrite {
  return { op: 'put', ...key, value: JSON.stringify(value), entries }
}
