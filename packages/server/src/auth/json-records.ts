import type { IndexEntry, PutWrite, RecordKey, Records } from '../engines/records/records.ts'

/** A record whose value is JSON, with the version to expect when it is written again. */
export interface Stored<T> {
  readonly value: T
  readonly version: number
}

/** Reads one JSON record. The type is not checked: each space has one writer, which guarantees it. */
export async function readJson<T>(records: Records, key: RecordKey): Promise<Stored<T> | undefined> {
  const [record] = await records.get([key])
  return record === undefined ? undefined : { value: JSON.parse(record.value) as T, version: record.version }
}

/** The write that puts a JSON record. */
export function putJson<T>(key: RecordKey, value: T, entries: readonly IndexEntry[] = []): PutWrite {
  return { op: 'put', ...key, value: JSON.stringify(value), entries }
}
