/** The keys of the settings that hold permissions. */

/** The key for a collection, or without one for files. */
export function aclKey(collection: string | undefined): string {
  return collection === undefined ? 'storage.acl' : `database.collections.${collection}.acl`
}

/** The collection whose permissions a key holds; null for the permissions of files, undefined for other keys. */
export function collectionOfAclKey(key: string): string | null | undefined {
  return key === 'storage.acl' ? null : /^database\.collections\.(.+)\.acl$/.exec(key)?.[1]
}
