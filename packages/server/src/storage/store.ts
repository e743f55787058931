import type { CloudPath } from '@cloudstead/protocol'
import type { BlobId } from '../engines/blobs/blobs.ts'
import { encodeKey } from '../engines/records/key-encoding.ts'
import { keyPrefixRange } from '../engines/records/key-ranges.ts'
import type { Expectation, Records } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import type { BlobOwner } from './blob-references.ts'
import { BLOB_INDEX, FILES_SPACE, fileKey, fileOf, type StoredFile } from './file-record.ts'
import type { StorageOptions } from './options.ts'

/** The file records of one page: reading it takes some milliseconds, then other requests get their turn. */
export const FILES_PER_PAGE = 500

export async function loadFile(options: StorageOptions, path: CloudPath): Promise<StoredFile | undefined> {
  const [record] = await options.records.get([fileKey(options.env, path)])
  return record && { file: fileOf(record), version: record.version }
}

/** Whether there is any file. */
export async function hasFiles(records: Records): Promise<boolean> {
  return (await records.find({ space: FILES_SPACE, limit: 1, values: false })).records.length > 0
}

/** The expectation that a file has not changed since it was read, or still does not exist. */
export function expectFile(options: StorageOptions, path: CloudPath, stored: StoredFile | undefined): Expectation {
  return { ...fileKey(options.env, path), version: stored?.version ?? null }
}

/** The files as an owner of blobs. Copies share a blob. */
export function filesAsBlobOwner(records: Records): BlobOwner {
  return {
    async *pages(signal, from) {
      const ranges = from === undefined ? [{}] : [{ from: { key: encodeKey([from]), inclusive: true } }]
      const all = { space: FILES_SPACE, index: BLOB_INDEX, ranges, limit: FILES_PER_PAGE, signal }
      for await (const page of walkPages(records, all)) yield page.map((record) => fileOf(record).blob)
    },
    async needs(id: BlobId) {
      const request = { space: FILES_SPACE, index: BLOB_INDEX, ranges: [keyPrefixRange([id])], limit: 1, values: false }
      return (await records.find(request)).records.length > 0
    },
  }
}
