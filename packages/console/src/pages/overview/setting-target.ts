import type { Target } from '../../app/route.ts'
import { collectionOfAclKey } from '../../data/acl-key.ts'

/** The page on which a setting is changed. */
export function settingTarget(key: string): Target {
  const collection = collectionOfAclKey(key)
  if (collection === undefined) return { to: 'settings', query: { key } }
  return { to: 'permissions', query: collection === null ? {} : { collection } }
}
