import { type Caller, type CloudPath, CloudsteadError, objectIdOf } from '@cloudstead/protocol'
import type { StorageRules } from '@cloudstead/rules'
import { Recent } from '../recent.ts'
import { refusal } from './authorize.ts'
import type { KnownFile, KnownFiles } from './known-files.ts'
import { parseItem } from './list-items.ts'
import { type ObjectUrl, objectUrls } from './object-urls.ts'
import type { StorageOptions } from './options.ts'

/** In seconds: the documented range of the platform. */
const MIN_MAX_AGE_S = 1
const MAX_MAX_AGE_S = 86_400

export interface UrlRequest {
  readonly fileId: string
  /** The requested lifetime in seconds, checked by {@link checkMaxAge}. */
  readonly maxAge?: number | undefined
}

export type UrlResult = UrlItem | { readonly fileId: string; readonly ok: false; readonly error: CloudsteadError }

interface UrlItem extends ObjectUrl {
  readonly fileId: string
  readonly ok: true
  /** Seconds. */
  readonly maxAge: number
}

/** @throws CloudsteadError `INVALID_PARAM` */
export function checkMaxAge(maxAge: unknown, name = 'maxAge'): number | undefined {
  if (maxAge === undefined || maxAge === null) return undefined
  if (!Number.isInteger(maxAge) || (maxAge as number) < MIN_MAX_AGE_S || (maxAge as number) > MAX_MAX_AGE_S) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `${name} must be a whole number of seconds, ${MIN_MAX_AGE_S} to ${MAX_MAX_AGE_S}`,
      zh: `${name} 必须是整数秒，${MIN_MAX_AGE_S} 到 ${MAX_MAX_AGE_S}`,
    })
  }
  return maxAge as number
}

/**
 * A URL for each file that the caller may read: bare and permanent when everybody may read it, else signed and expiring. In
 * the order of the requests.
 */
export type TemporaryUrls = (caller: Caller, requests: readonly UrlRequest[]) => Promise<readonly UrlResult[]>

/** The names that were asked for a moment ago. */
const RECENT_NAMES = 4_000
/** A longer fileID is not remembered. */
const MAX_NAME = 300

/** What a fileID names. */
interface Named {
  readonly path: CloudPath
  readonly objectId: string
}

export function createTemporaryUrls(options: StorageOptions, files: KnownFiles): TemporaryUrls {
  const { env } = options
  const recent = new Recent<string, Named>(RECENT_NAMES)

  function named(fileId: string): Named | CloudsteadError {
    const known = recent.get(fileId)
    if (known !== undefined) return known
    const path = parseItem(env, fileId)
    if (path instanceof CloudsteadError) return path
    const parsed = { path, objectId: objectIdOf(env, path) }
    if (fileId.length <= MAX_NAME) recent.set(fileId, parsed)
    return parsed
  }

  return async (caller, requests) => {
    const asked = requests.map((request) => ({ ...request, name: named(request.fileId) }))
    const objectIds = asked.flatMap(({ name }) => (name instanceof CloudsteadError ? [] : [name.objectId]))
    const known = (await files(objectIds)).values()
    const { acl, tempUrlMaxAge } = options.settings().storage
    const now = options.now()
    const items = asked.map(({ fileId, maxAge: wanted, name }) => {
      const read = name instanceof CloudsteadError ? name : readable(acl, caller, name.path, known.next().value, now)
      if (read instanceof CloudsteadError) return { fileId, ok: false, error: read } as const
      const { file, objectId, pathname } = read
      const maxAge = effectiveMaxAge(wanted, acl.maxAge, tempUrlMaxAge)
      const expires = Math.ceil(now / 1000) + maxAge
      return { fileId, ok: true, maxAge, file, objectId, pathname, expires } as const
    })
    const urls = objectUrls(
      options,
      items.map((item) => (item.ok ? item : undefined)),
    )
    return items.map((item, at) => {
      if (!item.ok) return item
      const { fileId, ok, maxAge } = item
      return { fileId, ok, maxAge, ...(urls[at] as ObjectUrl) }
    })
  }
}

/** The file, or why the caller cannot read it. */
function readable(
  acl: StorageRules,
  caller: Caller,
  path: CloudPath,
  known: KnownFile | undefined,
  now: number,
): KnownFile | CloudsteadError {
  // Rights come before existence, so that a refusal reveals nothing about files of others.
  const refused = refusal(acl, caller, { operation: 'read', path, file: known?.file }, now)
  return refused ?? known ?? new CloudsteadError('STORAGE_FILE_NONEXIST')
}

/** The maxAge of the rules is a security setting: a caller may ask for less, never for more. Without it the caller decides. */
function effectiveMaxAge(requested: number | undefined, rule: number | undefined, environment: number): number {
  if (rule !== undefined) return Math.min(requested ?? rule, rule)
  return requested ?? environment
}
