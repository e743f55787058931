import {
  type Caller,
  type CloudPath,
  CloudsteadError,
  formatFileId,
  idsOf,
  objectIdOf,
  objectPathname,
  openUploadTicket,
  parseCloudPath,
  sealUploadTicket,
  type UploadTicket,
} from '@cloudstead/protocol'
import { BlobLengthError, BlobTooLargeError, type WrittenBlob } from '../engines/blobs/blobs.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { authorize } from './authorize.ts'
import { contentTypeFor } from './content-type.ts'
import { etagOf, type FileRecord, filePut } from './file-record.ts'
import type { StorageOptions } from './options.ts'
import { expectFile, loadFile } from './store.ts'
import { dropBlob } from './sweep.ts'
import { commitWithout } from './trash.ts'

/** Long enough for a slow phone to begin, and short enough to limit a leaked URL. Checked when the bytes arrive. */
const TICKET_LIFETIME_MS = 15 * 60 * 1000
/** Far more than the server lets a request take, and far less than the sweep waits. */
const MAX_UPLOAD_MS = 12 * 60 * 60 * 1000

export interface IssuedUpload {
  readonly fileId: string
  /** The sealed ticket, for the upload URL. */
  readonly ticket: string
  readonly objectId: string
  /** Path of the bare URL of the file. */
  readonly pathname: string
}

/** What the sender requires of the file that the upload would replace, which may not exist. */
export type UploadCondition = (stored: FileRecord | undefined) => boolean

/** What the sender says about the bytes. It never decides where they are stored: the ticket does. */
export interface UploadMeta {
  /** The announced length in bytes. */
  readonly length?: number | undefined
  readonly contentType?: string | undefined
  readonly cacheControl?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** The MD5 that the body must have, in base64. */
  readonly contentMd5?: string | undefined
  /** Evaluated again when the bytes are there. */
  readonly condition?: UploadCondition | undefined
}

export interface ReceivedUpload {
  readonly fileId: string
  readonly path: CloudPath
  /** Without quotes. */
  readonly etag: string
}

export interface UploadWishes {
  /** Refuses with STORAGE_FILE_EXIST when the file exists now, and again when its bytes arrive. */
  readonly onlyNew?: boolean
  /** The size in bytes, if known. Refuses with EXCEED_UPLOAD_MAXFILESIZE when it is more than the environment accepts. */
  readonly size?: number | undefined
}

/** Checks the right to write a path and issues a ticket for it. Throws INVALID_FILE_NAME or STORAGE_EXCEED_AUTHORITY. */
export async function issueUpload(
  options: StorageOptions,
  caller: Caller,
  cloudPath: unknown,
  { onlyNew = false, size = 0 }: UploadWishes = {},
): Promise<IssuedUpload> {
  const path = parseCloudPath(cloudPath)
  const { acl, maxFileSize } = options.settings().storage
  if (size > maxFileSize) throw tooLarge(maxFileSize)
  const stored = await loadFile(options, path)
  const now = options.now()
  // Without a size: a rule on resource.size is checked when the bytes have arrived.
  authorize(acl, caller, { operation: 'write', path, file: stored?.file }, now)
  if (onlyNew && stored !== undefined) throw new CloudsteadError('STORAGE_FILE_EXIST')
  const ticket: UploadTicket = {
    env: options.env,
    path,
    caller,
    maxSize: maxFileSize,
    ...(onlyNew ? { onlyNew } : {}),
    expires: now + TICKET_LIFETIME_MS,
  }
  const objectId = objectIdOf(options.env, path)
  return {
    fileId: formatFileId(options.env, path),
    ticket: sealUploadTicket(options.secrets.uploadTicket.current, ticket),
    objectId,
    pathname: objectPathname(objectId, path),
  }
}

/**
 * Opens a ticket and checks that its holder may still write, and the condition of the sender, before any byte is read.
 *
 * @throws CloudsteadError PRECONDITION_FAILED
 */
export async function admitUpload(
  options: StorageOptions,
  ticketText: string,
  length: number | undefined,
  condition?: UploadCondition,
): Promise<UploadTicket> {
  const now = options.now()
  const ticket = openUploadTicket((kid) => options.secrets.uploadTicket.find(kid), options.env, ticketText, now)
  if (!(await options.stillValid(ticket.caller))) throw new CloudsteadError('CHECK_LOGIN_FAILED')
  const stored = await loadFile(options, ticket.path)
  authorize(
    options.settings().storage.acl,
    ticket.caller,
    { operation: 'write', path: ticket.path, file: stored?.file, size: length },
    now,
  )
  checkCondition(condition, stored?.file)
  refuseToReplace(ticket, stored?.file)
  return ticket
}

function checkCondition(condition: UploadCondition | undefined, stored: FileRecord | undefined): void {
  if (condition?.(stored) === false) throw new CloudsteadError('PRECONDITION_FAILED')
}

/**
 * Receives the bytes of an admitted upload: stores them durably, then makes them visible in one commit. A failure leaves the
 * former file, or none.
 *
 * @param body its chunks are used up: nobody else may read them
 */
export async function receiveUpload(
  options: StorageOptions,
  ticket: UploadTicket,
  body: AsyncIterable<Uint8Array>,
  meta: UploadMeta,
): Promise<ReceivedUpload> {
  const limit = Math.min(ticket.maxSize, options.settings().storage.maxFileSize)
  const begunAt = options.now()
  const blob = await writeBlob(options, body, meta, limit)
  try {
    checkMd5(blob, meta)
    refuseStale(begunAt, options.now())
    const file = await commitUpload(options, ticket, blob, meta)
    return { fileId: formatFileId(options.env, file.path), path: file.path, etag: etagOf(file) }
  } catch (error) {
    // Otherwise the commit may still happen; the sweep removes the bytes if it does not.
    if (error instanceof CloudsteadError) await dropBlob(options, blob.id)
    throw error
  }
}

async function writeBlob(
  options: StorageOptions,
  body: AsyncIterable<Uint8Array>,
  meta: UploadMeta,
  limit: number,
): Promise<WrittenBlob> {
  try {
    return await options.blobs.write(body, {
      limit,
      disposable: true,
      ...(meta.length === undefined ? {} : { length: meta.length }),
      ...(meta.contentMd5 === undefined ? {} : { md5: true }),
    })
  } catch (error) {
    if (error instanceof BlobTooLargeError) {
      throw tooLarge(limit)
    }
    if (error instanceof BlobLengthError) {
      throw new CloudsteadError('STORAGE_REQUEST_FAIL', {
        en: 'the body is not as long as its Content-Length says',
        zh: '请求体的长度与 Content-Length 不符',
      })
    }
    throw error
  }
}

function tooLarge(limit: number): CloudsteadError {
  return new CloudsteadError('EXCEED_UPLOAD_MAXFILESIZE', {
    en: `the file is larger than ${limit} bytes`,
    zh: `文件超过 ${limit} 字节`,
  })
}

function checkMd5(blob: WrittenBlob, meta: UploadMeta): void {
  if (meta.contentMd5 === undefined) return
  if (Buffer.from(meta.contentMd5, 'base64').toString('hex') !== blob.md5) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'the body does not have the MD5 that Content-MD5 says',
      zh: '请求体的 MD5 与 Content-MD5 不符',
    })
  }
}

/**
 * The sweep removes bytes that no record names a day after they were written, so a process that was suspended in between
 * must not name them then.
 */
function refuseStale(begunAt: number, now: number): void {
  if (now - begunAt < MAX_UPLOAD_MS) return
  throw new CloudsteadError('STORAGE_REQUEST_FAIL', {
    en: 'the upload took too long; try again',
    zh: '上传用时过长，请重试',
  })
}

/** Makes the file visible. Checks the rights again, against what is stored now. */
async function commitUpload(
  options: StorageOptions,
  ticket: UploadTicket,
  blob: WrittenBlob,
  meta: UploadMeta,
): Promise<FileRecord> {
  const { path, caller } = ticket
  return retryOnConflict(
    async () => {
      const stored = await loadFile(options, path)
      const now = options.now()
      const access = { operation: 'write', path, file: stored?.file, size: blob.size } as const
      authorize(options.settings().storage.acl, caller, access, now)
      checkCondition(meta.condition, stored?.file)
      refuseToReplace(ticket, stored?.file)
      const file = newFile(ticket, blob, meta, stored?.file, now)
      const writes = [filePut(options.env, file)]
      const seen = [expectFile(options, path, stored)]
      return (await commitWithout(options, stored?.file.blob, writes, seen)) ? file : CONFLICT
    },
    {
      exhausted: () =>
        new CloudsteadError('STORAGE_REQUEST_FAIL', {
          en: 'too many uploads to this cloudPath at once; try again',
          zh: '同时上传到该 cloudPath 的请求过多，请重试',
        }),
    },
  )
}

function refuseToReplace({ onlyNew }: UploadTicket, former: FileRecord | undefined): void {
  if (onlyNew === true && former !== undefined) throw new CloudsteadError('STORAGE_FILE_EXIST')
}

function newFile(
  ticket: UploadTicket,
  blob: WrittenBlob,
  meta: UploadMeta,
  former: FileRecord | undefined,
  now: number,
): FileRecord {
  const creator = creatorOf(ticket.caller, former)
  return {
    path: ticket.path,
    blob: blob.id,
    size: blob.size,
    sha256: blob.sha256,
    contentType: contentTypeFor(ticket.path, meta.contentType),
    ...(meta.cacheControl === undefined ? {} : { cacheControl: meta.cacheControl }),
    ...(meta.metadata === undefined ? {} : { metadata: meta.metadata }),
    ...(creator === undefined ? {} : { creator }),
    createdAt: former?.createdAt ?? now,
    updatedAt: now,
  }
}

/** A file that an administrator replaces keeps its creator. */
function creatorOf(caller: Caller, former: FileRecord | undefined): readonly string[] | undefined {
  return caller.kind === 'user' ? idsOf(caller) : former?.creator
}
