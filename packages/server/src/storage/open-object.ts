import {
  type Caller,
  type CloudPath,
  CloudsteadError,
  NOBODY,
  objectPathname,
  parseCloudPath,
  verifyObjectSignature,
} from '@cloudstead/protocol'
import { allowsEverybody, authorize, refusal } from './authorize.ts'
import { type Body, bodyOf } from './body.ts'
import type { FileRecord } from './file-record.ts'
import type { StorageOptions } from './options.ts'
import { loadFile, loadObject } from './store.ts'

/** Stands for an unknown path: a rule that depends on the path does not allow it. */
const UNKNOWN_PATH = parseCloudPath('unknown')

export interface ObjectRequest {
  /** The raw path of the request, not decoded. */
  readonly pathname: string
  readonly objectId: string
  readonly sign?: string | undefined
  readonly t?: string | undefined
}

export interface OpenedObject {
  readonly file: FileRecord
  /** The bytes to send. */
  readonly body: Body
  /** The seconds until the permission has to be checked again. Absent for a file that everybody may read. */
  readonly remaining?: number
}

/**
 * Opens the file of an object URL. A signature is the permission to read; for a bare URL the rules decide, with nobody as
 * the caller.
 *
 * @throws CloudsteadError CDN_SIGNATURE_MISSING, CDN_INVALID_SIGNATURE, CDN_SIGNATURE_EXPIRED or STORAGE_FILE_NONEXIST
 */
export async function openObject(options: StorageOptions, request: ObjectRequest): Promise<OpenedObject> {
  const { pathname, objectId, sign, t } = request
  const isSigned = sign !== undefined || t !== undefined
  const now = options.now()
  const { acl } = options.settings().storage
  if (isSigned) checkSignature(options, objectId, sign ?? '', t ?? '', now)
  const file = await loadObject(options, objectId)
  const isAddress = file !== undefined && objectPathname(objectId, file.path) === pathname
  // The signature covers the object only, so another spelling of its path has to be refused here.
  if (isSigned && file !== undefined && !isAddress) throw new CloudsteadError('CDN_INVALID_SIGNATURE')
  if (!isAddress) {
    // Do not reveal whether a private file exists: anybody can compute the bare URL of a path.
    const known = isSigned || allowsEverybody(acl, { operation: 'read', path: UNKNOWN_PATH }, now)
    throw new CloudsteadError(known ? 'STORAGE_FILE_NONEXIST' : 'CDN_SIGNATURE_MISSING')
  }
  const body = bodyOf(file)
  if (isSigned) return { file, body, remaining: Math.max(0, Math.floor(Number(t) - now / 1000)) }
  const refused = refusal(acl, NOBODY, { operation: 'read', path: file.path, file }, now, 'CDN_SIGNATURE_MISSING')
  if (refused !== undefined) throw refused
  return { file, body }
}

/**
 * Opens a file for a caller, as the rules decide.
 *
 * @throws CloudsteadError STORAGE_EXCEED_AUTHORITY or STORAGE_FILE_NONEXIST
 */
export async function openFile(options: StorageOptions, caller: Caller, path: CloudPath): Promise<OpenedObject> {
  const file = (await loadFile(options, path))?.file
  const { acl } = options.settings().storage
  const access = { operation: 'read', path, file } as const
  const now = options.now()
  // Rights come before existence, so that a refusal reveals nothing about files of others.
  authorize(acl, caller, access, now)
  if (file === undefined) throw new CloudsteadError('STORAGE_FILE_NONEXIST')
  const body = bodyOf(file)
  return allowsEverybody(acl, access, now) ? { file, body } : { file, body, remaining: 0 }
}

function checkSignature(options: StorageOptions, objectId: string, sign: string, t: string, now: number): void {
  switch (verifyObjectSignature(options.secrets.objectUrl.all, options.env, objectId, sign, t, now)) {
    case 'valid':
      return
    case 'expired':
      throw new CloudsteadError('CDN_SIGNATURE_EXPIRED')
    case 'invalid':
      throw new CloudsteadError('CDN_INVALID_SIGNATURE')
  }
}
