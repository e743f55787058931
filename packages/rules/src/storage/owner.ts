import type { StorageResource } from './context.ts'

const BASE: { readonly claim?: unknown } = Object.prototype

/** The {id} of `users/{id}/...`, when the path has one. */
export function claimOf(resource: StorageResource): string | undefined {
  const owned =
    (Object.getPrototypeOf(resource) === BASE && BASE.claim === undefined) || Object.hasOwn(resource, 'claim')
  const claim = owned ? resource.claim : undefined
  return typeof claim === 'string' && claim.length > 0 ? claim : undefined
}

/** Ids of whoever uploaded the stored file; none for a new file and for an upload by an administrator. */
export function creatorOf(resource: StorageResource): readonly string[] {
  const creator: unknown = Object.hasOwn(resource, 'creator') ? resource.creator : undefined
  if (resource.exists !== true || !Array.isArray(creator)) return []
  return creator.filter((id) => typeof id === 'string' && id !== '')
}
