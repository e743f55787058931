import {
  type Caller,
  type CloudPath,
  CloudsteadError,
  NOBODY,
  parseCloudPath,
  verifyObjectSignature,
} from '@cloudstead/protocol'
import { allowsEverybody, authorize, refusal } from './authorize.ts'
import { type Body, bodyOf } from './body.ts'
import type { FileRecord } from './file-record.ts'
import type { KnownFiles } from './known-files.ts'
import type { StorageOptions } from './options.ts'
import { loadFile } from './store.ts'

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

/** Opens the file of an object URL. */
export type ObjectOpener = (request: ObjectRequest) => Promise<OpenedObject>

/**
 * Makes a function that opens the file of an object URL. A signature is the permission to read; for a bare URL the rules
 * decide, with nobody as the caller.
 *
 * It remembers which requests have a valid signature, by identity: a caller that keeps the request of a URL has it verified
 * once. The keys are those of the process, so only the time can make a signature invalid.
 *
 * The function throws CloudsteadError CDN_SIGNATURE_MISSING, CDN_INVALID_SIGNATURE, CDN_SIGNATURE_EXPIRED or
 * STORAGE_FILE_NONEXIST.
 */
export function createObjectOpener(options: StorageOptions, files: KnownFiles): ObjectOpener {
  const verified = new WeakSet<ObjectRequest>()
  return async function openObject(request) {
    const { pathname, objectId, sign, t } = request
    const isSigned = sign !== undefined || t !== undefined
    const now = options.now()
    const { acl } = options.settings().storage
    if (isSigned && !(verified.has(request) && now < Number(t) * 1000)) {
      checkSignature(options, objectId, sign ?? '', t ?? '', now)
      verified.add(request)
    }
    const [known] = await files([objectId])
    const isAddress = known?.pathname === pathname
    // The signature covers the object only, so another spelling of its path has to be refused here.
    if (isSigned && known !== undefined && !isAddress) throw new CloudsteadError('CDN_INVALID_SIGNATURE')
    if (known === undefined || !isAddress) {
      // Do not reveal whether a private file exists: anybody can compute the bare URL of a path.
      const mayKnow = isSigned || allowsEverybody(acl, { operation: 'read', path: UNKNOWN_PATH }, now)
      throw new CloudsteadError(mayKnow ? 'STORAGE_FILE_NONEXIST' : 'CDN_SIGNATURE_MISSING')
    }
    const { file, body } = known
    if (isSigned) return { file, body, remaining: Math.max(0, Math.floor(Number(t) - now / 1000)) }
    const refused = refusal(acl, NOBODY, { operation: 'read', path: file.path, file }, now, 'CDN_SIGNATURE_MISSING')
    if (refused !== undefined) throw refused
    return { file, body }
  }
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
