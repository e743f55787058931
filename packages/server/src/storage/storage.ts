import type { Readable } from 'node:stream'
import type { AdminCaller, Caller, CloudPath, UploadTicket } from '@cloudstead/protocol'
import type { Simulated } from '../decisions/simulated.ts'
import type { ByteRange } from '../engines/blobs/blobs.ts'
import { createHotCache } from '../engines/blobs/hot-cache.ts'
import { type FilePage, type ListRequest, listFiles } from './browse.ts'
import {
  type ObjectRequest,
  type OpenedObject,
  openObject,
  temporaryUrls,
  type UrlRequest,
  type UrlResult,
} from './downloads.ts'
import { type FileDetails, type FileUrl, fileDetails, fileUrl } from './file-details.ts'
import type { FileRecord } from './file-record.ts'
import { type CopyRequest, copyFiles, type ItemResult, removeFiles } from './files.ts'
import { createFolder } from './folders.ts'
import { type FileQuestion, simulateFile } from './simulate.ts'
import type { StorageParts } from './store.ts'
import { planSweep, type Sweep } from './sweep.ts'
import { countFiles, type FileCount } from './tree.ts'
import { deleteFiles, type MoveRequest, moveFiles, type TreeProgress } from './tree-changes.ts'
import type { TreePath } from './tree-path.ts'
import {
  admitUpload,
  type IssuedUpload,
  issueUpload,
  type ReceivedUpload,
  receiveUpload,
  type UploadMeta,
  type UploadWishes,
} from './uploads.ts'
import { createZip, type OpenedZip, openZip } from './zip-requests.ts'

/** Small hot objects are served from memory: a stream costs open, stat, read and close through the thread pool. */
const HOT_CACHE_BYTES = 48 * 1024 * 1024
const HOT_ITEM_BYTES = 256 * 1024

/** The storage service: every decision about files, for whichever dialect asks. */
export interface Storage {
  issueUpload(caller: Caller, cloudPath: unknown, wishes?: UploadWishes): Promise<IssuedUpload>
  admitUpload(ticket: string, length: number | undefined): Promise<UploadTicket>
  receiveUpload(ticket: UploadTicket, body: AsyncIterable<Uint8Array>, meta: UploadMeta): Promise<ReceivedUpload>
  temporaryUrls(caller: Caller, requests: readonly UrlRequest[]): Promise<readonly UrlResult[]>
  remove(caller: Caller, fileIds: readonly string[]): Promise<readonly ItemResult[]>
  copy(caller: Caller, requests: readonly CopyRequest[]): Promise<readonly ItemResult[]>
  openObject(request: ObjectRequest): Promise<OpenedObject>
  /** The bytes of an opened object: from memory when it is small, else a stream. */
  bytes(file: FileRecord, range?: ByteRange): Promise<Uint8Array | Readable>
  /** What rules would say to a request; changes nothing. @throws CloudsteadError INVALID_FILE_NAME */
  simulate(question: FileQuestion): Promise<Simulated>
  /** Notes which bytes may be orphaned and returns the work of removing them. `atStart`: before the first upload. */
  planSweep(atStart: boolean): Promise<Sweep>

  // What administrators do with folders. What takes no Caller is for them only: rules judge files, and know no right to list.
  listFiles(administrator: AdminCaller, request: ListRequest): Promise<FilePage>
  countFiles(administrator: AdminCaller, paths: readonly TreePath[]): Promise<FileCount>
  fileDetails(administrator: AdminCaller, path: string): Promise<FileDetails>
  fileUrl(caller: Caller, path: string, maxAge?: number): Promise<FileUrl>
  createFolder(caller: Caller, path: string): Promise<void>
  moveFiles(caller: Caller, request: MoveRequest, signal: AbortSignal): AsyncIterable<TreeProgress>
  deleteFiles(caller: Caller, paths: readonly CloudPath[], signal: AbortSignal): AsyncIterable<TreeProgress>
  /** Resolves to an id for `openZip`. */
  createZip(administrator: AdminCaller, paths: readonly TreePath[], name?: string): Promise<string>
  openZip(administrator: AdminCaller, id: string, signal: AbortSignal): Promise<OpenedZip>
}

export function createStorage(parts: StorageParts): Storage {
  const hot = createHotCache({ maxBytes: HOT_CACHE_BYTES, maxItemBytes: HOT_ITEM_BYTES })
  return {
    issueUpload: (caller, cloudPath, wishes) => issueUpload(parts, caller, cloudPath, wishes),
    admitUpload: (ticket, length) => admitUpload(parts, ticket, length),
    receiveUpload: (ticket, body, meta) => receiveUpload(parts, ticket, body, meta),
    temporaryUrls: (caller, requests) => temporaryUrls(parts, caller, requests),
    remove: (caller, fileIds) => removeFiles(parts, caller, fileIds),
    copy: (caller, requests) => copyFiles(parts, caller, requests),
    openObject: (request) => openObject(parts, request),
    async bytes(file, range) {
      if (file.size > HOT_ITEM_BYTES) return parts.blobs.read(file.blob, range ?? { start: 0, end: file.size - 1 })
      const whole = await hot.load(file.blob, () => parts.blobs.readAll(file.blob))
      return range === undefined ? whole : whole.subarray(range.start, range.end + 1)
    },
    simulate: (question) => simulateFile(parts, question),
    planSweep: (atStart) => planSweep(parts, atStart),
    listFiles: (_administrator, request) => listFiles(parts, request),
    countFiles: (_administrator, paths) => countFiles(parts, paths),
    fileDetails: (_administrator, path) => fileDetails(parts, path),
    fileUrl: (caller, path, maxAge) => fileUrl(parts, caller, path, maxAge),
    createFolder: (caller, path) => createFolder(parts, caller, path),
    moveFiles: (caller, request, signal) => moveFiles(parts, caller, request, signal),
    deleteFiles: (caller, paths, signal) => deleteFiles(parts, caller, paths, signal),
    createZip: (administrator, paths, name) => createZip(parts, administrator, paths, name),
    openZip: (administrator, id, signal) => openZip(parts, administrator, id, signal),
  }
}
