import { signObjects } from '@cloudstead/protocol'
import { allowsEverybody } from './authorize.ts'
import type { FileRecord } from './file-record.ts'
import type { StorageOptions } from './options.ts'

export interface ObjectUrlRequest {
  readonly file: FileRecord
  readonly objectId: string
  /** Path of the bare URL. */
  readonly pathname: string
  /** The unix time in seconds at which the URL expires, if it is signed. */
  readonly expires: number
}

export interface ObjectUrl {
  readonly pathAndQuery: string
  /** Absent for a permanent URL. */
  readonly expires?: number
}

/**
 * The URLs of files, in the order of the requests: bare and permanent when everybody may read the file, else signed and
 * expiring. Does not check any caller. Signs all of them at once, which costs little more than signing one.
 */
export function objectUrls(
  options: StorageOptions,
  requests: readonly (ObjectUrlRequest | undefined)[],
): readonly (ObjectUrl | undefined)[] {
  const { env, secrets } = options
  const { acl } = options.settings().storage
  const now = options.now()
  const objects = requests.map((request) => {
    if (request === undefined) return undefined
    const { file, objectId, pathname, expires } = request
    const isPublic = allowsEverybody(acl, { operation: 'read', path: file.path, file }, now)
    return { objectId, expires, isPublic, pathname }
  })
  const permits = objects.flatMap((object) => (object === undefined || object.isPublic ? [] : [object]))
  const queries = (permits.length === 0 ? [] : signObjects(secrets.objectUrl.current, env, permits)).values()
  return objects.map((object) => {
    if (object === undefined) return undefined
    const { pathname, expires, isPublic } = object
    return isPublic ? { pathAndQuery: pathname } : { pathAndQuery: `${pathname}?${queries.next().value}`, expires }
  })
}
