import { type CloudPath, objectIdOf } from '@cloudstead/protocol'
import type { BlobId } from '../engines/blobs/blobs.ts'
import { encodeKey } from '../engines/records/key-encoding.ts'
import type { PutWrite, RecordKey, StoredRecord } from '../engines/records/records.ts'

/** The space of file records. A record's id is the object id of its path, the name that URLs carry. */
export const FILES_SPACE = 'files'
/** Index over the cloudPath: a folder listing is one walk. */
export const PATH_INDEX = 'path'
/** Index over the blob id: which files need a blob, and all blobs that files need in the order of their ids. */
export const BLOB_INDEX = 'blob'

/** A stored file. The bytes are in a blob of their own; an overwrite names a new blob. */
export interface FileRecord {
  readonly path: CloudPath
  readonly blob: BlobId
  /** Bytes. */
  readonly size: number
  /** Of the content, lower-case hex. */
  readonly sha256: string
  /** Without quotes. Absent: the sha256. */
  readonly etag?: string
  readonly contentType: string
  readonly cacheControl?: string
  /** What the uploader sent as `x-cos-metadata-metadata`, decoded. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Every id of whoever uploaded it first; absent for an administrator's upload. */
  readonly creator?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** A file together with the version of its record. */
export interface StoredFile {
  readonly file: FileRecord
  readonly version: number
}

export function fileKey(env: string, path: CloudPath): RecordKey {
  return { space: FILES_SPACE, id: objectIdOf(env, path) }
}

/** The ETag of a file, without quotes. */
export function etagOf({ etag, sha256 }: FileRecord): string {
  return etag ?? sha256
}

export function filePut(env: string, file: FileRecord): PutWrite {
  return {
    op: 'put',
    ...fileKey(env, file.path),
    value: JSON.stringify(file),
    entries: [
      { index: PATH_INDEX, key: encodeKey([file.path]) },
      { index: BLOB_INDEX, key: encodeKey([file.blob]) },
    ],
  }
}

export function fileOf(record: StoredRecord): FileRecord {
  return JSON.parse(record.value) as FileRecord
}
