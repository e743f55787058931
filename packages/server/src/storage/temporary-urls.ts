import { type Caller, type CloudPath, CloudsteadError } from '@cloudstead/protocol'
import type { StorageRules } from '@cloudstead/rules'
import { refusal } from './authorize.ts'
import type { FileRecord } from './file-record.ts'
import { parseItem } from './list-items.ts'
import { type ObjectUrl, objectUrls } from './object-urls.ts'
import type { StorageOptions } from './options.ts'
import { loadFiles } from './store.ts'

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

/** A URL for each file that the caller may read: bare and permanent when everybody may read it, else signed and expiring. */
export async function temporaryUrls(
  options: StorageOptions,
  caller: Caller,
  requests: readonly UrlRequest[],
): Promise<readonly UrlResult[]> {
  const named = requests.map((request) => ({ ...request, path: parseItem(options.env, request.fileId) }))
  const files = await loadFiles(
    options,
    named.flatMap(({ path }) => (path instanceof CloudsteadError ? [] : [path])),
  )
  const { acl, tempUrlMaxAge } = options.settings().storage
  const now = options.now()
  const items = named.map(({ fileId, maxAge: wanted, path }) => {
    const file = path instanceof CloudsteadError ? path : readable(acl, caller, path, files.get(path), now)
    if (file instanceof CloudsteadError) return { fileId, ok: false, error: file } as const
    const maxAge = effectiveMaxAge(wanted, acl.maxAge, tempUrlMaxAge)
    return { fileId, ok: true, maxAge, file, expires: Math.ceil(now / 1000) + maxAge } as const
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

/** The file, or why the caller cannot read it. */
function readable(
  acl: StorageRules,
  caller: Caller,
  path: CloudPath,
  file: FileRecord | undefined,
  now: number,
): FileRecord | CloudsteadError {
  // Rights come before existence, so that a refusal reveals nothing about files of others.
  const refused = refusal(acl, caller, { operation: 'read', path, file }, now)
  return refused ?? file ?? new CloudsteadError('STORAGE_FILE_NONEXIST')
}

/** The maxAge of the rules is a security setting: a caller may ask for less, never for more. Without it the caller decides. */
function effectiveMaxAge(requested: number | undefined, rule: number | undefined, environment: number): number {
  if (rule !== undefined) return Math.min(requested ?? rule, rule)
  return requested ?? environment
}
