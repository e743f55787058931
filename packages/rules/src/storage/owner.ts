import { idOf } from '../caller/identity.ts'
import type { StorageResource } from './context.ts'

/** The {id} of `users/{id}/...`, when the path has one. */
export function claimOf(resource: StorageResource): string | undefined {
  return idOf(resource, 'claim')
}

/** Ids of whoever uploaded the stored file; none for a new file and for an upload by an administrator. */
export function creatorOf(resource: StorageResource): readonly string[] {
  const creator: unknown = Object.hasOwn(resource, 'creator') ? resource.creator : undefined
  if (resource.exists !== true || !Array.isArray(creator)) return []
  return creator.filter((id) => typeof id === 'string' && id !== '')
}
