/** Stored files in the answers of the bucket API. */
import { objectIdOf } from '@cloudstead/protocol'
import { etagOf, type FileRecord } from '../../storage/file-record.ts'
import type { RemovedFile } from '../../storage/files.ts'
import { type BucketRef, objectName } from './object-names.ts'

/** An object of a list. Both of its names are valid arguments of the other calls. */
export function listedObject(env: string, bucket: BucketRef, file: FileRecord) {
  const name = objectName(bucket, file.path)
  return {
    key: name,
    name,
    id: objectIdOf(env, file.path),
    updated_at: timeOf(file.updatedAt),
    created_at: timeOf(file.createdAt),
    last_accessed_at: null,
    metadata: systemMetadata(file),
  }
}

/** An object that was deleted. Only its names for a caller who could not read it. */
export function removedObject(env: string, bucket: BucketRef, { file, isReadable }: RemovedFile) {
  const { key: _, ...listed } = listedObject(env, bucket, file)
  const about = { bucket_id: bucket.id, owner_id: null, version: null }
  if (!isReadable) return { name: listed.name, id: listed.id, ...about }
  return { ...listed, ...about, user_metadata: file.metadata ?? {} }
}

/** The answer of `info`. */
export function objectInfo(env: string, bucket: BucketRef, file: FileRecord) {
  return {
    id: objectIdOf(env, file.path),
    name: objectName(bucket, file.path),
    version: null,
    bucket_id: bucket.id,
    size: file.size,
    content_type: file.contentType,
    cache_control: file.cacheControl ?? null,
    etag: quotedEtag(file),
    metadata: file.metadata ?? {},
    last_modified: timeOf(file.updatedAt),
    created_at: timeOf(file.createdAt),
  }
}

function systemMetadata(file: FileRecord) {
  return {
    eTag: quotedEtag(file),
    size: file.size,
    contentLength: file.size,
    mimetype: file.contentType,
    cacheControl: file.cacheControl ?? null,
    lastModified: timeOf(file.updatedAt),
  }
}

function quotedEtag(file: FileRecord): string {
  return `"${etagOf(file)}"`
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
