import { type CloudPath, objectIdOf } from '@cloudstead/protocol'
import type { BlobId } from '../engines/blobs/blobs.ts'
import { encodeKey, type IndexValue } from '../engines/records/key-encoding.ts'
import type { IndexEntry, PutWrite, RecordKey, StoredRecord } from '../engines/records/records.ts'
import { essenceOf } from './content-type.ts'

/** The space of file records. The id of a record is the object id of its path, which URLs contain. */
export const FILES_SPACE = 'files'
/** Index over the cloudPath: a folder listing is one walk. */
export const PATH_INDEX = 'path'
/** Index over the blob id: finds the files that need a blob, and yields all needed blobs in the order of their ids. */
export const BLOB_INDEX = 'blob'

/** What the files of a folder can be sorted by. */
export type FileSort = 'name' | 'size' | 'type' | 'changed'

/**
 * Indexes over the folder, the property and the name: a sorted page of a folder is one walk. The marker of a folder is only
 * in `name`, with an empty name.
 */
export const SORT_INDEX: Readonly<Record<FileSort, string>> = {
  name: 'folder-name',
  size: 'folder-size',
  type: 'folder-type',
  changed: 'folder-changed',
}
/** Names the set of entries that `filePut` writes. A new name has those of all stored files written again. */
export const FILE_ENTRIES = 'files-1'
/** A stored file. Its bytes are in a blob. An overwrite makes a new blob. */
export interface FileRecord {
  readonly path: CloudPath
  readonly blob: BlobId
  /** Bytes. */
  readonly size: number
  /** The hash of the content, lower-case hex. */
  readonly sha256: string
  /** Without quotes. When absent, the ETag is the sha256. */
  readonly etag?: string
  readonly contentType: string
  readonly cacheControl?: string
  /** The decoded header `x-cos-metadata-metadata` of the upload. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** All ids of the user who first uploaded it; absent when an administrator did. */
  readonly creator?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** A file and the version of its record. */
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
    entries: entriesOf(file),
  }
}

function entriesOf({ path, blob, size, contentType, updatedAt }: FileRecord): readonly IndexEntry[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const name = path.slice(folder.length)
  const sorted = (by: FileSort, ...values: readonly IndexValue[]) => ({
    index: SORT_INDEX[by],
    key: encodeKey([folder, ...values, name]),
  })
  const all = [
    { index: PATH_INDEX, key: encodeKey([path]) },
    { index: BLOB_INDEX, key: encodeKey([blob]) },
    sorted('name'),
  ]
  if (name === '') return all
  return [...all, sorted('size', size), sorted('type', essenceOf(contentType)), sorted('changed', updatedAt)]
}

export function fileOf(record: StoredRecord): FileRecord {
  return JSON.parse(record.value) as FileRecord
}
