import type { Records, StoredRecord } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import { BLOB_INDEX, FILES_SPACE, type FileRecord, fileOf } from './file-record.ts'

/** A blob, and what a record that names it says about its bytes. */
export type NamedBlob = Pick<FileRecord, 'blob' | 'size' | 'sha256'>

const PAGE = 500

/** The blob that a record names, for tools that copy records together with their bytes. */
export function namedBlob(record: StoredRecord): NamedBlob | undefined {
  return record.space === FILES_SPACE ? fileOf(record) : undefined
}

/** The blobs that all records name, in ascending order of their ids. Copies of a file name the same one. */
export async function* namedBlobs(records: Records): AsyncGenerator<NamedBlob, void, undefined> {
  for await (const page of walkPages(records, { space: FILES_SPACE, index: BLOB_INDEX, limit: PAGE })) {
    yield* page.map(fileOf)
  }
}
