import { bucketOf, type Caller, CloudsteadError, parseCloudPath } from '@cloudstead/protocol'
import { allowsEverybody } from './authorize.ts'
import { filesFrom } from './file-walk.ts'
import { listReadable } from './list-readable.ts'
import type { StorageOptions } from './options.ts'

/** Entries of the first level that are read for a list at most. */
const MAX_PAGES = 50
const PAGE = 200

/** The bucket of the environment, or a folder of the first level, which is a bucket to the bucket API of the SDK. */
export interface Bucket {
  readonly id: string
  /** Whether everybody may read a file in it whose name no rule knows. */
  readonly isPublic: boolean
  /** Bytes. */
  readonly maxFileSize: number
}

/** The bucket of the environment; for administrators also the folders among the first 10,000 entries of the first level. */
export async function listBuckets(options: StorageOptions, caller: Caller): Promise<readonly Bucket[]> {
  const ids = new Set([bucketOf(options.env)])
  if (caller.kind === 'admin') {
    const request = { prefix: '', folders: true, descending: false, limit: PAGE }
    let cursor: string | undefined
    for (let pages = 0; pages === 0 || (cursor !== undefined && pages < MAX_PAGES); pages += 1) {
      const page = await listReadable(options, caller, { ...request, cursor })
      for (const entry of page.entries) if (typeof entry === 'string') ids.add(entry.slice(0, -1))
      cursor = page.next
    }
  }
  return [...ids].map((id) => bucketWith(options, id))
}

/** @throws CloudsteadError NOT_FOUND when it does not exist, or the caller may not know */
export async function getBucket(options: StorageOptions, caller: Caller, id: string): Promise<Bucket> {
  const exists =
    id === bucketOf(options.env) ||
    (caller.kind === 'admin' && (await filesFrom(options, `${id}/`, undefined, 1)).length > 0)
  if (!exists) {
    throw new CloudsteadError('NOT_FOUND', {
      en: 'The bucket does not exist, or you may not see it.',
      zh: '存储桶不存在，或您无权查看。',
    })
  }
  return bucketWith(options, id)
}

function bucketWith(options: StorageOptions, id: string): Bucket {
  const { acl, maxFileSize } = options.settings().storage
  const path = parseCloudPath(id === bucketOf(options.env) ? 'unknown' : `${id}/`)
  return { id, isPublic: allowsEverybody(acl, { operation: 'read', path }, options.now()), maxFileSize }
}
