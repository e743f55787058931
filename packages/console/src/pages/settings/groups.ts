/** The settings in the groups in which they are shown. Pure. */
import type { Setting } from '@cloudstead/admin-api'

export interface CollectionSettings {
  readonly name: string
  readonly acl: Setting
  readonly indexes: Setting
}

export interface Grouped {
  readonly storage: readonly Setting[]
  readonly login: readonly Setting[]
  readonly wechat: readonly Setting[]
  readonly collections: readonly CollectionSettings[]
}

/** A setting that this page does not know belongs nowhere, and is left out. */
export function grouped(values: readonly Setting[]): Grouped {
  const below = (prefix: string) => values.filter(({ key }) => key.startsWith(prefix))
  const collections = below('database.collections.').flatMap((acl) => {
    const name = /^database\.collections\.([^.]+)\.acl$/.exec(acl.key)?.[1]
    const indexes = values.find(({ key }) => key === `database.collections.${name}.indexes`)
    return name === undefined || indexes === undefined ? [] : [{ name, acl, indexes }]
  })
  return {
    storage: below('storage.'),
    login: values.filter(({ key }) => key.startsWith('auth.') && !key.startsWith('auth.wechat.')),
    wechat: below('auth.wechat.'),
    collections: collections.sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** The collection whose permissions a key is about; null for those of files, undefined for anything else. */
export function rulesOf(key: string): string | null | undefined {
  return key === 'storage.acl' ? null : /^database\.collections\.([^.]+)\.acl$/.exec(key)?.[1]
}
