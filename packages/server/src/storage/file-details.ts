import {
  type AdminCaller,
  type Caller,
  type CloudPath,
  CloudsteadError,
  claimOf,
  formatFileId,
  NOBODY,
  objectIdOf,
  objectPathname,
  parseCloudPath,
  type UserCaller,
} from '@cloudstead/protocol'
import type { Text } from '@cloudstead/rules'
import { allowsEverybody, explainAccess, type StorageAccess } from './authorize.ts'
import type { FileRecord } from './file-record.ts'
import type { StorageOptions } from './options.ts'
import { loadFile } from './store.ts'
import type { TemporaryUrls } from './temporary-urls.ts'

/** Whether a caller of some kind may read a file now, and why. */
interface Reader {
  readonly who: 'nobody' | 'anonymous' | 'user' | 'owner'
  readonly allowed: boolean
  readonly reason: Text
}

export interface FileDetails {
  readonly file: FileRecord
  readonly fileId: string
  /** The {id} of `users/{id}/`. */
  readonly owner?: string
  /** Path of the permanent URL, if everybody may read the file. */
  readonly publicPathname?: string
  readonly readers: readonly Reader[]
}

/** @throws CloudsteadError INVALID_FILE_NAME or STORAGE_FILE_NONEXIST */
export async function fileDetails(options: StorageOptions, input: string): Promise<FileDetails> {
  const path = parseCloudPath(input)
  const file = (await loadFile(options, path))?.file
  if (file === undefined) throw new CloudsteadError('STORAGE_FILE_NONEXIST')
  const { acl } = options.settings().storage
  const now = options.now()
  const access: StorageAccess = { operation: 'read', path, file }
  const owner = claimOf(path)
  const isPublic = allowsEverybody(acl, access, now)
  return {
    file,
    fileId: formatFileId(options.env, path),
    ...(owner === undefined ? {} : { owner }),
    ...(isPublic ? { publicPathname: objectPathname(objectIdOf(options.env, path), path) } : {}),
    readers: examplesFor(path, file).map(([who, caller]) => {
      const { allowed, reason } = explainAccess(acl, caller, access, now)
      return { who, allowed, reason }
    }),
  }
}

export interface FileUrl {
  readonly pathAndQuery: string
  /** Milliseconds since the epoch; null when it is permanent. */
  readonly expiresAt: number | null
}

/**
 * A temporary URL with the given lifetime, which the maxAge of the rules may shorten.
 *
 * @param maxAge seconds
 * @throws CloudsteadError INVALID_FILE_NAME, STORAGE_FILE_NONEXIST or STORAGE_EXCEED_AUTHORITY
 */
export async function fileUrl(
  { env }: Pick<StorageOptions, 'env'>,
  temporaryUrls: TemporaryUrls,
  caller: Caller,
  path: string,
  maxAge: number | undefined,
): Promise<FileUrl> {
  const [result] = await temporaryUrls(caller, [{ fileId: formatFileId(env, parseCloudPath(path)), maxAge }])
  if (result?.ok !== true) throw result?.error ?? new CloudsteadError('STORAGE_FILE_NONEXIST')
  const { pathAndQuery, expires } = result
  return { pathAndQuery, expiresAt: expires === undefined ? null : expires * 1000 }
}

type Example = readonly [who: Reader['who'], caller: Exclude<Caller, AdminCaller>]

/** A caller of each kind, as the rules see it. Callers other than the owner have ids that the file does not name. */
function examplesFor(path: CloudPath, file: FileRecord): readonly Example[] {
  const claim = claimOf(path)
  const { creator = [] } = file
  const named = new Set(claim === undefined ? creator : [claim, ...creator])
  const stranger = unlike('another-user', named)
  const owner = ownerOf(claim, creator)
  return [
    ['nobody', NOBODY],
    ['anonymous', { kind: 'user', uid: unlike('anonymous-user', named), loginType: 'ANONYMOUS', sessionId: '' }],
    ['user', customUser(stranger, stranger)],
    ...(owner === undefined ? [] : [['owner', owner] as const]),
  ]
}

/** The user whom the path names. If that user also uploaded the file: with the ids of that time. */
function ownerOf(claim: string | undefined, creator: readonly string[]): UserCaller | undefined {
  const [first] = creator
  const last = creator.at(-1)
  const byCreator = first === undefined || last === undefined ? undefined : customUser(last, first)
  if (claim === undefined || creator.includes(claim)) return byCreator
  return customUser(claim, claim)
}

function customUser(uid: string, customUserId: string): UserCaller {
  return { kind: 'user', uid, customUserId, loginType: 'CUSTOM', sessionId: '' }
}

function unlike(id: string, named: ReadonlySet<string>): string {
  return named.has(id) ? unlike(`${id}-2`, named) : id
}
