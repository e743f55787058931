/** Groups the settings as they are shown. Pure. */
import type { Setting } from '@cloudstead/admin-api'
import { targetOfKey } from '../../data/rules-target.ts'

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
  readonly functions: readonly Setting[]
  readonly collections: readonly CollectionSettings[]
}

/** Settings that belong to no group are left out. */
export function groupSettings(values: readonly Setting[]): SettingGroups {
  const below = (prefix: string) => values.filter(({ key }) => key.startsWith(prefix))
  const collections = below('database.collections.').flatMap((acl) => {
    const name = targetOfKey(acl.key)?.collection
    const indexes = values.find(({ key }) => key === `database.collections.${name}.indexes`)
    return name === undefined || indexes === undefined ? [] : [{ name, acl, indexes }]
  })
  return {
    storage: below('storage.'),
    login: values.filter(({ key }) => key.startsWith('auth.') && !key.startsWith('auth.wechat.')),
    wechat: below('auth.wechat.'),
    security: below('security.'),
    functions: below('functions.'),
    collections: collections.sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
