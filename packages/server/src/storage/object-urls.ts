import { objectIdOf, objectPathname, signObjects } from '@cloudstead/protocol'
import { allowsEverybody } from './authorize.ts'
import type { FileRecord } from './file-record.ts'
import type { StorageOptions } from './options.ts'

export interface ObjectUrlRequest {
  readonly file: FileRecord
  /** The unix second in which the URL ends, if it has to be signed. */
  readonly expires: number
}

export interface ObjectUrl {
  readonly pathAndQuery: string
  /** Absent for a permanent URL. */
  readonly expires?: number
}

/**
 * URLs of files, in the places of their requests: bare and permanent where everybody may read, else signed and expiring.
 * Judges no caller. Signs all of them at once: that costs little more than signing one.
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
    const { file, expires } = request
    const objectId = objectIdOf(env, file.path)
    const isPublic = allowsEverybody(acl, { operation: 'read', path: file.path, file }, now)
    return { objectId, expires, isPublic, pathname: objectPathname(objectId, file.path) }
  })
  const permits = objects.flatMap((object) => (object === undefined || object.isPublic ? [] : [object]))
  const queries = (permits.length === 0 ? [] : signObjects(secrets.objectUrl.current, env, permits)).values()
  return objects.map((object) => {
    if (object === undefined) return undefined
    const { pathname, expires, isPublic } = object
    return isPublic ? { pathAndQuery: pathname } : { pathAndQuery: `${pathname}?${queries.next().value}`, expires }
  })
}
