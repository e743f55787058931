import { type Caller, type CloudPath, CloudsteadError, formatFileId, idsOf, parseCloudPath } from '@cloudstead/protocol'
import type { RecordWrite } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { allows, authorize } from './authorize.ts'
import { type FileRecord, fileKey, filePut, type StoredFile } from './file-record.ts'
import { type ItemResult, itemError, parsed, parseItem } from './list-items.ts'
import type { StorageOptions } from './options.ts'
import { expectFile, loadFile } from './store.ts'
import { commitWithout } from './trash.ts'

export interface CopyRequest {
  readonly source: CloudPath
  readonly target: CloudPath
  readonly overwrite: boolean
  /** Makes it a move: removes the source in the same commit. */
  readonly removeSource: boolean
  /** Takes the place of the metadata of the source. */
  readonly metadata?: FileRecord['metadata'] | undefined
}

/** One item of a list of copies, with unchecked names. */
export interface CopyItem extends Omit<CopyRequest, 'source' | 'target'> {
  readonly source: unknown
  readonly target: unknown
}

/** Deletes files independently: a failure does not affect the other files. */
export async function removeFiles(
  options: StorageOptions,
  caller: Caller,
  fileIds: readonly string[],
): Promise<readonly ItemResult[]> {
  return Promise.all(
    fileIds.map((fileId) =>
      itemResult(fileId, async () => {
        const path = parseItem(options.env, fileId)
        if (path instanceof CloudsteadError) throw path
        await removeFile(options, caller, path)
      }),
    ),
  )
}

/**
 * Copies or moves files one after the other: a later item may read what an earlier one wrote.
 *
 * @throws CloudsteadError INVALID_PARAM when the source and the target of an item are the same; nothing has been done then
 */
export async function copyFiles(
  options: StorageOptions,
  caller: Caller,
  items: readonly CopyItem[],
): Promise<readonly ItemResult[]> {
  const requests = items.map((item) =>
    parsed(() => ({ ...item, source: parseCloudPath(item.source), target: parseCloudPath(item.target) })),
  )
  if (requests.some((request) => !(request instanceof CloudsteadError) && request.source === request.target)) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'the source and the target are the same file',
      zh: '源文件和目标文件相同',
    })
  }
  const results: ItemResult[] = []
  for (const [at, request] of requests.entries()) {
    const target = items[at]?.target
    const fileId = formatFileId(options.env, (typeof target === 'string' ? target : '') as CloudPath)
    results.push(
      await itemResult(fileId, async () => {
        if (request instanceof CloudsteadError) throw request
        await copyFile(options, caller, request)
      }),
    )
  }
  return results
}

async function itemResult(fileId: string, work: () => Promise<void>): Promise<ItemResult> {
  const error = await itemError(work)
  return error === undefined ? { fileId } : { fileId, error }
}

export interface RemovedFile {
  readonly file: FileRecord
  /** Whether the caller might read it: who may only write must not learn what it was. */
  readonly isReadable: boolean
}

/** Like {@link removeFiles}. Resolves to the deleted file, or to the reason, for each path. */
export async function removePaths(
  options: StorageOptions,
  caller: Caller,
  paths: readonly CloudPath[],
): Promise<readonly (RemovedFile | CloudsteadError)[]> {
  return Promise.all(
    paths.map(async (path) => {
      let removed: RemovedFile | undefined
      const error = await itemError(async () => {
        const file = await removeFile(options, caller, path)
        const access = { operation: 'read', path, file } as const
        removed = { file, isReadable: allows(options.settings().storage.acl, caller, access, options.now()) }
      })
      return error ?? (removed as RemovedFile)
    }),
  )
}

/**
 * @returns the deleted file
 * @throws CloudsteadError STORAGE_EXCEED_AUTHORITY or STORAGE_FILE_NONEXIST
 */
export async function removeFile(options: StorageOptions, caller: Caller, path: CloudPath): Promise<FileRecord> {
  const { file } = await untilCommitted(async () => {
    const stored = await loadFile(options, path)
    const access = { operation: 'write', path, file: stored?.file } as const
    authorize(options.settings().storage.acl, caller, access, options.now())
    if (stored === undefined) throw new CloudsteadError('STORAGE_FILE_NONEXIST')
    const remove = { op: 'delete', ...fileKey(options.env, path) } as const
    const done = await commitWithout(options, stored.file.blob, [remove], [expectFile(options, path, stored)])
    return done ? stored : CONFLICT
  })
  return file
}

/**
 * Copies or moves one file in one commit, so that it always exists. The rules must allow reading the source and writing the
 * target, and for a move writing the source.
 *
 * @throws CloudsteadError STORAGE_EXCEED_AUTHORITY, STORAGE_FILE_NONEXIST or STORAGE_FILE_EXIST
 */
export async function copyFile(options: StorageOptions, caller: Caller, request: CopyRequest): Promise<void> {
  const { source, target, overwrite, removeSource, metadata } = request
  await untilCommitted<void>(async () => {
    const { acl } = options.settings().storage
    const now = options.now()
    const from = await loadFile(options, source)
    const to = await loadFile(options, target)
    authorize(acl, caller, { operation: 'read', path: source, file: from?.file }, now)
    if (removeSource) authorize(acl, caller, { operation: 'write', path: source, file: from?.file }, now)
    authorize(acl, caller, { operation: 'write', path: target, file: to?.file, size: from?.file.size }, now)
    if (from === undefined)
      throw new CloudsteadError('STORAGE_FILE_NONEXIST', { en: 'the source file does not exist', zh: '源文件不存在' })
    if (to !== undefined && !overwrite) throw new CloudsteadError('STORAGE_FILE_EXIST')
    const writes: RecordWrite[] = [filePut(options.env, copyOf(caller, from.file, { target, to, metadata, now }))]
    if (removeSource) writes.push({ op: 'delete', ...fileKey(options.env, source) })
    const seen = [expectFile(options, source, from), expectFile(options, target, to)]
    return (await commitWithout(options, to?.file.blob, writes, seen)) ? undefined : CONFLICT
  })
}

interface Copy extends Pick<CopyRequest, 'target' | 'metadata'> {
  readonly to: StoredFile | undefined
  readonly now: number
}

/** The copy shares the blob of its source: a blob never changes, and is removed only when no file needs it. */
function copyOf(caller: Caller, from: FileRecord, { target, to, metadata, now }: Copy): FileRecord {
  const { creator: sourceCreator, ...bytes } = from
  const creator = caller.kind === 'user' ? idsOf(caller) : (to?.file.creator ?? sourceCreator)
  return {
    ...bytes,
    path: target,
    ...(metadata === undefined ? {} : { metadata }),
    ...(creator === undefined ? {} : { creator }),
    createdAt: to?.file.createdAt ?? now,
    updatedAt: now,
  }
}

/** @throws CloudsteadError STORAGE_REQUEST_FAIL after too many conflicts */
function untilCommitted<T>(attempt: () => Promise<T | typeof CONFLICT>): Promise<T> {
  return retryOnConflict(attempt, {
    exhausted: () =>
      new CloudsteadError('STORAGE_REQUEST_FAIL', {
        en: 'the file is being changed by too many writers; try again',
        zh: '同时修改该文件的请求过多，请重试',
      }),
  })
}
