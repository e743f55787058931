import type { Readable } from 'node:stream'
import type { AdminCaller, Caller, CloudPath, CloudsteadError, UploadTicket } from '@cloudstead/protocol'
import type { Simulated } from '../decisions/simulated.ts'
import type { ByteRange } from '../engines/blobs/blobs.ts'
import type { Loan } from '../engines/blobs/hot-cache.ts'
import { type Body, createBodyReader, largeFilePath } from './body.ts'
import { type ListRequest, listFiles } from './browse.ts'
import { type Bucket, getBucket, listBuckets } from './buckets.ts'
import { correctType } from './correct-type.ts'
import { countAll, countFiles, type FileCount, type StorageUsage } from './file-count.ts'
import { type FileDetails, type FileUrl, fileDetails, fileUrl } from './file-details.ts'
import { createFileIndex } from './file-index.ts'
import { type CopyItem, copyFiles, type RemovedFile, removeFiles, removePaths } from './files.ts'
import { createKnownFiles } from './known-files.ts'
import type { ItemResult } from './list-items.ts'
import { listReadable, type ReadableListRequest, type ReadablePage } from './list-readable.ts'
import type { FilePage } from './listed.ts'
import { createObjectOpener, type ObjectOpener, type OpenedObject, openFile } from './open-object.ts'
import type { StorageOptions } from './options.ts'
import { type FileQuestion, simulateFile } from './simulate.ts'
import { filesAsBlobOwner } from './store.ts'
import { sweepBlobs } from './sweep.ts'
import { createTemporaryUrls, type TemporaryUrls } from './temporary-urls.ts'
import { emptyTrash } from './trash.ts'
import { createFolder, deleteFiles, type MoveRequest, moveFiles, type TreeProgress } from './tree-changes.ts'
import type { TreePath } from './tree-path.ts'
import {
  admitUpload,
  type IssuedUpload,
  issueUpload,
  type ReceivedUpload,
  receiveUpload,
  type UploadCondition,
  type UploadMeta,
  type UploadWishes,
} from './uploads.ts'
import { createZip, type OpenedZip, openZip } from './zip-requests.ts'

/** The storage service: all decisions about files, for all dialects. */
export interface Storage {
  issueUpload(caller: Caller, cloudPath: unknown, wishes?: UploadWishes): Promise<IssuedUpload>
  admitUpload(ticket: string, length: number | undefined, condition?: UploadCondition): Promise<UploadTicket>
  receiveUpload(ticket: UploadTicket, body: AsyncIterable<Uint8Array>, meta: UploadMeta): Promise<ReceivedUpload>
  readonly temporaryUrls: TemporaryUrls
  remove(caller: Caller, fileIds: readonly string[]): Promise<readonly ItemResult[]>
  copy(caller: Caller, items: readonly CopyItem[]): Promise<readonly ItemResult[]>
  removePaths(caller: Caller, paths: readonly CloudPath[]): Promise<readonly (RemovedFile | CloudsteadError)[]>
  readonly openObject: ObjectOpener
  openFile(caller: Caller, path: CloudPath): Promise<OpenedObject>
  /**
   * The bytes of an opened object: in memory when it is small, else a stream. Undefined when the file has been overwritten or
   * deleted since: then open the object again.
   */
  bytes(body: Body, range?: ByteRange): Promise<Uint8Array | Readable | undefined>
  /** The bytes of a small opened object, for a reader that says when it is done. Undefined as with `bytes`. */
  lend(body: Body): Loan | Promise<Loan | undefined>
  /**
   * A URL at which anybody can read the bytes from the store itself, for a minute. Undefined when they have to be read by
   * `bytes`.
   */
  directUrl(
    body: Body,
    headers: { readonly cacheControl: string; readonly contentDisposition: string },
  ): string | undefined
  /**
   * The path of a large body's file below the directory of the files, for a proxy that shares the directory: `[a-z0-9/-]+`.
   * The file stays for some seconds when it is replaced. Undefined when the bytes have to be read by `bytes`.
   */
  filePath(body: Body): Promise<string | undefined>
  listReadable(caller: Caller, request: ReadableListRequest): Promise<ReadablePage>
  listBuckets(caller: Caller): Promise<readonly Bucket[]>
  getBucket(caller: Caller, id: string): Promise<Bucket>
  /** What the rules decide about a request; changes nothing. @throws CloudsteadError INVALID_FILE_NAME */
  simulate(question: FileQuestion): Promise<Simulated>
  /** Counts all files and their bytes. Yields the count so far, again and again. */
  usage(): AsyncIterable<StorageUsage>
  /** Removes blobs that uploads left behind when they failed; to be called about hourly. Resolves to their number. */
  sweep(signal: AbortSignal): Promise<number>
  /** Removes what uploads left behind that have not gone on for a day. */
  removeUnfinished(): Promise<void>
  /** Removes the blobs of files that were deleted or replaced a while ago. Resolves to their number. */
  emptyTrash(signal: AbortSignal): Promise<number>
  /** Indexes files that an older version of the program stored; to be called at every start. */
  settle(signal?: AbortSignal): Promise<void>

  // Folders. Methods that take an AdminCaller are for administrators only: they judge no file by the rules.
  listFiles(administrator: AdminCaller, request: ListRequest): Promise<FilePage>
  countFiles(administrator: AdminCaller, paths: readonly TreePath[]): Promise<FileCount>
  fileDetails(administrator: AdminCaller, path: string): Promise<FileDetails>
  fileUrl(caller: Caller, path: string, maxAge?: number): Promise<FileUrl>
  createFolder(caller: Caller, path: string): Promise<void>
  correctType(administrator: AdminCaller, path: string, contentType: string): Promise<void>
  moveFiles(caller: Caller, request: MoveRequest, signal: AbortSignal): AsyncIterable<TreeProgress>
  deleteFiles(caller: Caller, paths: readonly CloudPath[], signal: AbortSignal): AsyncIterable<TreeProgress>
  /** Resolves to the id for `openZip`. */
  createZip(administrator: AdminCaller, paths: readonly TreePath[], name?: string): Promise<string>
  openZip(administrator: AdminCaller, id: string, signal: AbortSignal): Promise<OpenedZip>
}

export function createStorage(options: StorageOptions): Storage {
  options.references.add(filesAsBlobOwner(options.records))
  const index = createFileIndex(options)
  const files = createKnownFiles(options)
  const temporaryUrls = createTemporaryUrls(options, files)
  const bodies = createBodyReader(options)
  return {
    issueUpload: (caller, cloudPath, wishes) => issueUpload(options, caller, cloudPath, wishes),
    admitUpload: (ticket, length, condition) => admitUpload(options, ticket, length, condition),
    receiveUpload: (ticket, body, meta) => receiveUpload(options, ticket, body, meta),
    temporaryUrls,
    remove: (caller, fileIds) => removeFiles(options, caller, fileIds),
    copy: (caller, items) => copyFiles(options, caller, items),
    removePaths: (caller, paths) => removePaths(options, caller, paths),
    openObject: createObjectOpener(options, files),
    openFile: (caller, path) => openFile(options, caller, path),
    listReadable: (caller, request) => listReadable(options, caller, request),
    listBuckets: (caller) => listBuckets(options, caller),
    getBucket: (caller, id) => getBucket(options, caller, id),
    bytes: bodies.bytes,
    lend: bodies.lend,
    directUrl: ({ blob, size, type }, headers) =>
      options.blobs.directUrl?.(blob, size, { ...headers, contentType: type }),
    filePath: (body) => largeFilePath(options, body),
    simulate: (question) => simulateFile(options, question),
    usage: () => countAll(options),
    sweep: (signal) => sweepBlobs(options, signal),
    removeUnfinished: () => options.blobs.removeUnfinished(),
    emptyTrash: (signal) => emptyTrash(options, signal),
    settle: index.settle,
    async listFiles(_administrator, request) {
      if (request.sort !== undefined) await index.ready()
      return listFiles(options, request)
    },
    countFiles: (_administrator, paths) => countFiles(options, paths),
    fileDetails: (_administrator, path) => fileDetails(options, path),
    fileUrl: (caller, path, maxAge) => fileUrl(options, temporaryUrls, caller, path, maxAge),
    createFolder: (caller, path) => createFolder(options, caller, path),
    correctType: (_administrator, path, contentType) => correctType(options, path, contentType),
    moveFiles: (caller, request, signal) => moveFiles(options, caller, request, signal),
    deleteFiles: (caller, paths, signal) => deleteFiles(options, caller, paths, signal),
    createZip: (administrator, paths, name) => createZip(options, administrator, paths, name),
    openZip: (administrator, id, signal) => openZip(options, administrator, id, signal),
  }
}
