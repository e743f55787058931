/** Groups the settings as they are shown. Pure. */
import type { Setting } from '@cloudstead/admin-api'
import { collectionOfAclKey } from '../../data/acl-key.ts'

interface CollectionSettings {
  readonly name: string
  readonly acl: Setting
  readonly indexes: Setting
}

interface SettingGroups {
  readonly storage: readonly Setting[]
  readonly login: readonly Setting[]
  readonly wechat: readonly Setting[]
  readonly security: readonly Setting[]
  readonly collections: readonly CollectionSettings[]
}

/** Settings that belong to no group are left out. */
export function groupSettings(values: readonly Setting[]): SettingGroups {
  const below = (prefix: string) => values.filter(({ key }) => key.startsWith(prefix))
  const collections = below('database.collections.').flatMap((acl) => {
    const name = collectionOfAclKey(acl.key)
    const indexes = values.find(({ key }) => key === `database.collections.${name}.indexes`)
    return typeof name !== 'string' || indexes === undefined ? [] : [{ name, acl, indexes }]
  })
  return {
    storage: below('storage.'),
    login: values.filter(({ key }) => key.startsWith('auth.') && !key.startsWith('auth.wechat.')),
    wechat: below('auth.wechat.'),
    security: below('security.'),
    collections: collections.sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
