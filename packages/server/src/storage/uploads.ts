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
import { authorize } from './authorize.ts'
import { contentTypeFor } from './content-type.ts'
import { type FileRecord, filePut, type StoredFile } from './file-record.ts'
import { commitFiles, dropUnreferenced, expectFile, loadFile, type StorageParts } from './store.ts'

/** Long enough for a slow phone to begin, short enough that a leaked URL is soon worthless. Judged when bytes arrive. */
const TICKET_LIFETIME_MS = 15 * 60 * 1000
/** Two writers of one path settle in one or two rounds; more means that something is wrong. */
const COMMIT_ATTEMPTS = 20

export interface IssuedUpload {
  readonly fileId: string
  /** The text of the ticket, to be put into the upload URL. */
  readonly ticket: string
  readonly objectId: string
  /** Path of the bare URL that the file will have. */
  readonly pathname: string
}

/** What came with the bytes. Nothing in it decides where they go: the ticket does. */
export interface UploadMeta {
  /** Bytes that the sender announced. */
  readonly length?: number | undefined
  readonly contentType?: string | undefined
  readonly cacheControl?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** Base64 of the MD5 that the body must have. */
  readonly contentMd5?: string | undefined
}

export interface ReceivedUpload {
  readonly fileId: string
  readonly path: CloudPath
  readonly sha256: string
  readonly size: number
}

export interface UploadWishes {
  /** Refuse with STORAGE_FILE_EXIST when there is such a file at this moment. */
  readonly onlyNew?: boolean
  /** Bytes that are to come: more than the environment accepts are refused with EXCEED_UPLOAD_MAXFILESIZE. */
  readonly size?: number | undefined
}

/** Checks the right to write a path and hands out a ticket for it. Throws INVALID_FILE_NAME or STORAGE_EXCEED_AUTHORITY. */
export async function issueUpload(
  parts: StorageParts,
  caller: Caller,
  cloudPath: unknown,
  { onlyNew = false, size = 0 }: UploadWishes = {},
): Promise<IssuedUpload> {
  const path = parseCloudPath(cloudPath)
  const { acl, maxFileSize } = parts.settings().storage
  if (size > maxFileSize) throw tooLarge(maxFileSize)
  const stored = await loadFile(parts, path)
  const now = parts.now()
  // Without a size: a rule on resource.size is judged when the bytes are here, with the size of these bytes.
  authorize(acl, caller, { operation: 'write', path, file: stored?.file }, now)
  if (onlyNew && stored !== undefined) throw new CloudsteadError('STORAGE_FILE_EXIST')
  const ticket: UploadTicket = {
    env: parts.env,
    path,
    caller,
    maxSize: maxFileSize,
    expires: now + TICKET_LIFETIME_MS,
  }
  const objectId = objectIdOf(parts.env, path)
  return {
    fileId: formatFileId(parts.env, path),
    ticket: sealUploadTicket(parts.secrets.uploadTicket.current, ticket),
    objectId,
    pathname: objectPathname(objectId, path),
  }
}

/** Opens a ticket and checks, before a byte is read, that its holder may still write. */
export async function admitUpload(
  parts: StorageParts,
  ticketText: string,
  length: number | undefined,
): Promise<UploadTicket> {
  const now = parts.now()
  const ticket = openUploadTicket((kid) => parts.secrets.uploadTicket.find(kid), parts.env, ticketText, now)
  if (!(await parts.stillValid(ticket.caller))) throw new CloudsteadError('CHECK_LOGIN_FAILED')
  const stored = await loadFile(parts, ticket.path)
  authorize(
    parts.settings().storage.acl,
    ticket.caller,
    { operation: 'write', path: ticket.path, file: stored?.file, size: length },
    now,
  )
  return ticket
}

/**
 * Takes the bytes of an admitted upload: stores them durably, then makes them visible in one commit. Whatever fails
 * leaves the former file, or nothing.
 */
export async function receiveUpload(
  parts: StorageParts,
  ticket: UploadTicket,
  body: AsyncIterable<Uint8Array>,
  meta: UploadMeta,
): Promise<ReceivedUpload> {
  const limit = Math.min(ticket.maxSize, parts.settings().storage.maxFileSize)
  const blob = await writeBlob(parts, body, meta, limit)
  try {
    checkMd5(blob, meta)
    const replaced = await commitUpload(parts, ticket, blob, meta)
    if (replaced !== undefined) void dropUnreferenced(parts, [replaced.file.blob])
  } catch (error) {
    await dropUnreferenced(parts, [blob.id])
    throw error
  }
  return { fileId: formatFileId(parts.env, ticket.path), path: ticket.path, sha256: blob.sha256, size: blob.size }
}

async function writeBlob(
  parts: StorageParts,
  body: AsyncIterable<Uint8Array>,
  meta: UploadMeta,
  limit: number,
): Promise<WrittenBlob> {
  try {
    return await parts.blobs.write(body, {
      limit,
      ...(meta.length === undefined ? {} : { length: meta.length }),
      ...(meta.contentMd5 === undefined ? {} : { md5: true }),
    })
  } catch (error) {
    if (error instanceof BlobTooLargeError) {
      throw tooLarge(limit)
    }
    if (error instanceof BlobLengthError) {
      throw new CloudsteadError('STORAGE_REQUEST_FAIL', 'the body is not as long as its Content-Length says')
    }
    throw error
  }
}

function tooLarge(limit: number): CloudsteadError {
  return new CloudsteadError('EXCEED_UPLOAD_MAXFILESIZE', `the file is larger than ${limit} bytes`)
}

function checkMd5(blob: WrittenBlob, meta: UploadMeta): void {
  if (meta.contentMd5 === undefined) return
  if (Buffer.from(meta.contentMd5, 'base64').toString('hex') !== blob.md5) {
    throw new CloudsteadError('INVALID_PARAM', 'the body does not have the MD5 that Content-MD5 says')
  }
}

/** Returns the file that was replaced. Judges the rights once more against what is stored at this moment. */
async function commitUpload(
  parts: StorageParts,
  ticket: UploadTicket,
  blob: WrittenBlob,
  meta: UploadMeta,
): Promise<StoredFile | undefined> {
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS; attempt += 1) {
    const stored = await loadFile(parts, ticket.path)
    const now = parts.now()
    const access = { operation: 'write', path: ticket.path, file: stored?.file, size: blob.size } as const
    authorize(parts.settings().storage.acl, ticket.caller, access, now)
    const put = filePut(parts.env, newFile(ticket, blob, meta, stored?.file, now))
    if (await commitFiles(parts, [put], [expectFile(parts, ticket.path, stored)])) return stored
  }
  throw new CloudsteadError('STORAGE_REQUEST_FAIL', 'too many uploads to this cloudPath at once; try again')
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

/** An administrator who replaces a user's file does not take it away from them. */
function creatorOf(caller: Caller, former: FileRecord | undefined): readonly string[] | undefined {
  return caller.kind === 'user' ? idsOf(caller) : former?.creator
}
