import { type Caller, type CloudPath, CloudsteadError, formatFileId, idsOf, parseCloudPath } from '@cloudstead/protocol'
import type { Expectation, RecordWrite } from '../engines/records/records.ts'
import { authorize } from './authorize.ts'
import { parseItem } from './downloads.ts'
import { type FileRecord, fileKey, filePut, type StoredFile } from './file-record.ts'
import { commitFiles, dropUnreferenced, expectFile, loadFile, type StorageParts } from './store.ts'

const COMMIT_ATTEMPTS = 20

/** What became of one item of a batch: its error, or nothing. */
export interface ItemResult {
  readonly fileId: string
  readonly error?: CloudsteadError
}

export interface CopyRequest {
  readonly source: CloudPath
  readonly target: CloudPath
  readonly overwrite: boolean
  /** Move: the source is removed in the same commit. */
  readonly removeSource: boolean
}

/** Deletes files, each by itself: one that fails does not hold up the others. */
export async function removeFiles(
  parts: StorageParts,
  caller: Caller,
  fileIds: readonly string[],
): Promise<readonly ItemResult[]> {
  const items = fileIds.map((fileId) => ({ fileId, path: parseItem(parts.env, fileId) }))
  return Promise.all(
    items.map(({ fileId, path }) =>
      itemResult(fileId, async () => {
        if (path instanceof CloudsteadError) throw path
        await removeFile(parts, caller, path)
      }),
    ),
  )
}

/** @throws CloudsteadError `INVALID_PARAM` or `INVALID_FILE_NAME` */
export function parseCopy(item: {
  readonly source: unknown
  readonly target: unknown
  readonly overwrite: boolean
  readonly removeSource: boolean
}): CopyRequest {
  const source = parseCloudPath(item.source)
  const target = parseCloudPath(item.target)
  if (source === target) throw new CloudsteadError('INVALID_PARAM', 'the source and the target are the same file')
  return { source, target, overwrite: item.overwrite, removeSource: item.removeSource }
}

/** Copies or moves files, one after the other, because a later item may read what an earlier one wrote. */
export async function copyFiles(
  parts: StorageParts,
  caller: Caller,
  requests: readonly CopyRequest[],
): Promise<readonly ItemResult[]> {
  const results: ItemResult[] = []
  for (const request of requests) {
    const fileId = formatFileId(parts.env, request.target)
    results.push(await itemResult(fileId, () => copyFile(parts, caller, request)))
  }
  return results
}

async function itemResult(fileId: string, work: () => Promise<void>): Promise<ItemResult> {
  try {
    await work()
    return { fileId }
  } catch (error) {
    if (error instanceof CloudsteadError) return { fileId, error }
    throw error
  }
}

/** @throws CloudsteadError STORAGE_EXCEED_AUTHORITY or STORAGE_FILE_NONEXIST */
export async function removeFile(parts: StorageParts, caller: Caller, path: CloudPath): Promise<void> {
  await untilCommitted(async () => {
    const stored = await loadFile(parts, path)
    authorize(parts.settings().storage.acl, caller, { operation: 'write', path, file: stored?.file }, parts.now())
    if (stored === undefined) throw new CloudsteadError('STORAGE_FILE_NONEXIST')
    const done = await commitFiles(
      parts,
      [{ op: 'delete', ...fileKey(parts.env, path) }],
      [expectFile(parts, path, stored)],
    )
    if (done) await dropUnreferenced(parts, [stored.file.blob])
    return done
  })
}

/**
 * Copies or moves one file, in one commit: there is no moment without it. Reading the source and writing the target are
 * judged by the rules, and for a move writing the source too.
 *
 * @throws CloudsteadError STORAGE_EXCEED_AUTHORITY, STORAGE_FILE_NONEXIST or STORAGE_FILE_EXIST
 */
export async function copyFile(parts: StorageParts, caller: Caller, request: CopyRequest): Promise<void> {
  const { source, target, overwrite, removeSource } = request
  await untilCommitted(async () => {
    const { acl } = parts.settings().storage
    const now = parts.now()
    const from = await loadFile(parts, source)
    const to = await loadFile(parts, target)
    authorize(acl, caller, { operation: 'read', path: source, file: from?.file }, now)
    if (removeSource) authorize(acl, caller, { operation: 'write', path: source, file: from?.file }, now)
    authorize(acl, caller, { operation: 'write', path: target, file: to?.file, size: from?.file.size }, now)
    if (from === undefined) throw new CloudsteadError('STORAGE_FILE_NONEXIST', 'the source file does not exist')
    if (to !== undefined && !overwrite) throw new CloudsteadError('STORAGE_FILE_EXIST')
    const writes: RecordWrite[] = [filePut(parts.env, copyOf(caller, from.file, target, to, now))]
    if (removeSource) writes.push({ op: 'delete', ...fileKey(parts.env, source) })
    const seen: Expectation[] = [expectFile(parts, source, from), expectFile(parts, target, to)]
    const done = await commitFiles(parts, writes, seen)
    if (done && to !== undefined) await dropUnreferenced(parts, [to.file.blob])
    return done
  })
}

/** The copy shares the bytes of its source: blobs never change, and one is removed only when no file names it. */
function copyOf(
  caller: Caller,
  from: FileRecord,
  target: CloudPath,
  to: StoredFile | undefined,
  now: number,
): FileRecord {
  const { creator: sourceCreator, ...bytes } = from
  const creator = caller.kind === 'user' ? idsOf(caller) : (to?.file.creator ?? sourceCreator)
  return {
    ...bytes,
    path: target,
    ...(creator === undefined ? {} : { creator }),
    createdAt: to?.file.createdAt ?? now,
    updatedAt: now,
  }
}

async function untilCommitted(attempt: () => Promise<boolean>): Promise<void> {
  for (let attempts = 0; attempts < COMMIT_ATTEMPTS; attempts += 1) if (await attempt()) return
  throw new CloudsteadError('STORAGE_REQUEST_FAIL', 'the file is being changed by too many writers; try again')
}
