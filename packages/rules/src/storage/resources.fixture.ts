import { claimOf, type StorageResource } from './context.ts'

/** A stored file with the claim of its path. */
export function fileAt(path: string, more: Partial<StorageResource> = {}): StorageResource {
  const claim = claimOf(path)
  return { path, exists: true, ...(claim === undefined ? {} : { claim }), ...more }
}
