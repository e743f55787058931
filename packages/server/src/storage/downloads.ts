import {
  type Caller,
  type CloudPath,
  CloudsteadError,
  NOBODY,
  type ObjectPermit,
  objectIdOf,
  objectPathname,
  parseCloudPath,
  parseFileId,
  signObjects,
  verifyObjectSignature,
} from '@cloudstead/protocol'
import { allowsEverybody, refusal } from './authorize.ts'
import type { FileRecord } from './file-record.ts'
import { loadObjects, type StorageParts } from './store.ts'

/** Seconds; the platform's documented range. */
const MIN_MAX_AGE_S = 1
const MAX_MAX_AGE_S = 86_400

export interface UrlRequest {
  readonly fileId: string
  /** Seconds that the caller wants the URL to live; checked by {@link checkMaxAge}. */
  readonly maxAge?: number | undefined
}

export type UrlResult =
  | {
      readonly fileId: string
      readonly ok: true
      readonly pathAndQuery: string
      readonly maxAge: number
      /** The unix second in which it ends; absent for a permanent URL. */
      readonly expires?: number
    }
  | { readonly fileId: string; readonly ok: false; readonly error: CloudsteadError }

/** Stands for a path that nothing is known of: no rule that looks at the path allows it. */
const UNKNOWN_PATH = parseCloudPath('unknown')

/** @throws CloudsteadError `INVALID_PARAM` */
export function checkMaxAge(maxAge: unknown): number | undefined {
  if (maxAge === undefined || maxAge === null) return undefined
  if (!Number.isInteger(maxAge) || (maxAge as number) < MIN_MAX_AGE_S || (maxAge as number) > MAX_MAX_AGE_S) {
    throw new CloudsteadError(
      'INVALID_PARAM',
      `maxAge must be a whole number of seconds, ${MIN_MAX_AGE_S} to ${MAX_MAX_AGE_S}`,
    )
  }
  return maxAge as number
}

/** A URL for each file that the caller may read: bare and permanent when everybody may, else signed and expiring. */
export async function temporaryUrls(
  parts: StorageParts,
  caller: Caller,
  requests: readonly UrlRequest[],
): Promise<readonly UrlResult[]> {
  const items = requests.map((request) => {
    const path = parseItem(parts.env, request.fileId)
    return path instanceof CloudsteadError ? path : { path, objectId: objectIdOf(parts.env, path) }
  })
  const named = items.flatMap((item) => (item instanceof CloudsteadError ? [] : [item]))
  const files = await loadObjects(
    parts,
    named.map((item) => item.objectId),
  )
  const fileOf = new Map(named.map((item, index) => [item, files[index]?.file]))
  const results = requests.map((request, index): UrlResult | PrivateUrl => {
    const item = items[index]
    if (item === undefined || item instanceof CloudsteadError) {
      return { fileId: request.fileId, ok: false, error: item ?? new CloudsteadError('INVALID_PARAM') }
    }
    return urlOf(parts, caller, request, item, fileOf.get(item))
  })
  return signed(parts, results)
}

/**
 * The cloudPath of one item of a list. A name that breaks the naming rules fails the whole call (the platform's way);
 * anything else that is wrong with an id concerns that item alone, so that one bad id does not empty a page of pictures.
 */
export function parseItem(env: string, fileId: string): CloudPath | CloudsteadError {
  try {
    return parseFileId(env, fileId)
  } catch (error) {
    if (error instanceof CloudsteadError && error.code !== 'INVALID_FILE_NAME') return error
    throw error
  }
}

function urlOf(
  parts: StorageParts,
  caller: Caller,
  request: UrlRequest,
  { path, objectId }: { readonly path: CloudPath; readonly objectId: string },
  file: FileRecord | undefined,
): UrlResult | PrivateUrl {
  const { fileId } = request
  const { acl, tempUrlMaxAge } = parts.settings().storage
  const now = parts.now()
  const access = { operation: 'read', path, file } as const
  // Judged before it is looked at whether the file exists, so that a refusal says nothing about foreign files.
  const refused = refusal(acl, caller, access, now)
  if (refused !== undefined) return { fileId, ok: false, error: refused }
  if (file === undefined) return { fileId, ok: false, error: new CloudsteadError('STORAGE_FILE_NONEXIST') }
  const pathname = objectPathname(objectId, path)
  const maxAge = effectiveMaxAge(request.maxAge, acl.maxAge, tempUrlMaxAge)
  if (allowsEverybody(acl, access, now)) return { fileId, ok: true, pathAndQuery: pathname, maxAge }
  const expires = Math.ceil(now / 1000) + maxAge
  return { fileId, pathname, maxAge, permit: { objectId, expires } }
}

/** What may be read, but only through a signed URL. */
interface PrivateUrl {
  readonly fileId: string
  readonly pathname: string
  readonly maxAge: number
  readonly permit: ObjectPermit
}

/** Signs what has to be, all at once: that costs little more than signing one. */
function signed(parts: StorageParts, results: readonly (UrlResult | PrivateUrl)[]): readonly UrlResult[] {
  const permits = results.flatMap((result) => ('permit' in result ? [result.permit] : []))
  if (permits.length === 0) return results as readonly UrlResult[]
  const queries = signObjects(parts.secrets.objectUrl.current, parts.env, permits).values()
  return results.map((result): UrlResult => {
    if (!('permit' in result)) return result
    const { fileId, pathname, maxAge, permit } = result
    return { fileId, ok: true, pathAndQuery: `${pathname}?${queries.next().value}`, maxAge, expires: permit.expires }
  })
}

/** A rule's maxAge is a security setting: a caller may ask for less, never for more. Without one the caller decides. */
function effectiveMaxAge(requested: number | undefined, rule: number | undefined, environment: number): number {
  if (rule !== undefined) return Math.min(requested ?? rule, rule)
  return requested ?? environment
}

export interface ObjectRequest {
  /** The raw path of the request, not decoded. */
  readonly pathname: string
  readonly objectId: string
  readonly sign?: string | undefined
  readonly t?: string | undefined
}

export interface OpenedObject {
  readonly file: FileRecord
  /** For a signed URL: the seconds it still lives. Absent for a bare one, which everybody may read. */
  readonly remaining?: number
}

/**
 * The file behind an object URL. A signed URL carries its own permission; a bare one is judged by the rules as nobody.
 *
 * @throws CloudsteadError CDN_SIGNATURE_MISSING, CDN_INVALID_SIGNATURE, CDN_SIGNATURE_EXPIRED or STORAGE_FILE_NONEXIST
 */
export async function openObject(parts: StorageParts, request: ObjectRequest): Promise<OpenedObject> {
  const { pathname, objectId, sign, t } = request
  const isSigned = sign !== undefined || t !== undefined
  const now = parts.now()
  const { acl } = parts.settings().storage
  if (isSigned) checkSignature(parts, objectId, sign ?? '', t ?? '', now)
  const [stored] = await loadObjects(parts, [objectId])
  const file = stored?.file
  const isAddress = file !== undefined && objectPathname(objectId, file.path) === pathname
  // The signature is about the object; any other spelling of its address is refused all the same.
  if (isSigned && file !== undefined && !isAddress) throw new CloudsteadError('CDN_INVALID_SIGNATURE')
  if (!isAddress) {
    // Whether a file exists is nobody's business where files are private: the bare URL of any path can be computed.
    const known = isSigned || allowsEverybody(acl, { operation: 'read', path: UNKNOWN_PATH }, now)
    throw new CloudsteadError(known ? 'STORAGE_FILE_NONEXIST' : 'CDN_SIGNATURE_MISSING')
  }
  if (isSigned) return { file, remaining: Math.max(0, Math.floor(Number(t) - now / 1000)) }
  const refused = refusal(acl, NOBODY, { operation: 'read', path: file.path, file }, now, 'CDN_SIGNATURE_MISSING')
  if (refused !== undefined) throw refused
  return { file }
}

function checkSignature(parts: StorageParts, objectId: string, sign: string, t: string, now: number): void {
  switch (verifyObjectSignature(parts.secrets.objectUrl.all, parts.env, objectId, sign, t, now)) {
    case 'valid':
      return
    case 'expired':
      throw new CloudsteadError('CDN_SIGNATURE_EXPIRED')
    case 'invalid':
      throw new CloudsteadError('CDN_INVALID_SIGNATURE')
  }
}
