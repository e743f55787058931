import type { Caller, CloudPath } from '@cloudstead/protocol'
import type { BlobId, Blobs } from '../engines/blobs/blobs.ts'
import { encodeKey } from '../engines/records/key-encoding.ts'
import type { Expectation, Records, RecordWrite } from '../engines/records/records.ts'
import type { Secrets } from '../secrets.ts'
import type { CurrentSettings } from '../settings.ts'
import { BLOB_INDEX, FILES_SPACE, fileKey, objectKey, type StoredFile, storedFile } from './file-record.ts'

/** What the parts of the storage service share: the two engines, the keys, the settings and the clock. */
export interface StorageParts {
  readonly env: string
  readonly records: Records
  readonly blobs: Blobs
  readonly secrets: Secrets
  readonly settings: CurrentSettings
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Whether the login behind a caller still holds: a session that was revoked no longer uploads. */
  readonly stillValid: (caller: Caller) => Promise<boolean>
  /** Told of things that went wrong behind a request that was answered. */
  readonly onBackgroundError: (error: unknown, what: string) => void
}

export async function loadFile(parts: StorageParts, path: CloudPath): Promise<StoredFile | undefined> {
  const [record] = await parts.records.get([fileKey(parts.env, path)])
  return storedFile(record)
}

/** Loads several at once, in their order. */
export async function loadObjects(
  parts: StorageParts,
  objectIds: readonly string[],
): Promise<readonly (StoredFile | undefined)[]> {
  const records = await parts.records.get(objectIds.map(objectKey))
  return records.map(storedFile)
}

export function expectFile(parts: StorageParts, path: CloudPath, stored: StoredFile | undefined): Expectation {
  return { ...fileKey(parts.env, path), version: stored?.version ?? null }
}

/**
 * Commits changes of file records. False when one of them changed since it was read: read and decide again.
 * A file record has no unique index, so the only other outcome is a conflict.
 */
export async function commitFiles(
  parts: StorageParts,
  writes: readonly RecordWrite[],
  expectations: readonly Expectation[],
): Promise<boolean> {
  return (await parts.records.commit(writes, expectations)).done
}

/**
 * Removes the bytes that no record names any more. Copies share bytes, so each blob is looked up first. A failure is not
 * the caller's: the sweep finds what stays behind.
 */
export async function dropUnreferenced(parts: StorageParts, ids: readonly BlobId[]): Promise<void> {
  try {
    const orphans: BlobId[] = []
    for (const id of ids) if (!(await isReferenced(parts, id))) orphans.push(id)
    await parts.blobs.remove(orphans)
  } catch (error) {
    parts.onBackgroundError(error, 'removing bytes that are no longer needed')
  }
}

export async function isReferenced(parts: StorageParts, id: BlobId): Promise<boolean> {
  const key = encodeKey([id])
  const { records } = await parts.records.find({
    space: FILES_SPACE,
    index: BLOB_INDEX,
    ranges: [{ from: { key, inclusive: true }, to: { key, inclusive: true } }],
    limit: 1,
  })
  return records.length > 0
}
