/** The keys of settings, such as `storage.maxFileSize` or `database.collections.orders.acl`. */
import { DEFAULTS } from './defaults.ts'
import type { RawConfig } from './raw-config.ts'

const FIXED = {
  'storage.acl': DEFAULTS.storage.acl,
  'storage.resourceOpenid': DEFAULTS.storage.resourceOpenid,
  'storage.tempUrlMaxAge': DEFAULTS.storage.tempUrlMaxAge,
  'storage.maxFileSize': DEFAULTS.storage.maxFileSize,
  'auth.anonymous': DEFAULTS.auth.anonymous,
  'auth.wechat.appid': undefined,
  'auth.wechat.secret': undefined,
  'auth.wechat.apiBase': DEFAULTS.auth.wechat.apiBase,
  'security.webDomains': DEFAULTS.security.webDomains,
  'security.hosts': DEFAULTS.security.hosts,
  'functions.rules': DEFAULTS.functions.rules,
} as const

/** A key that exists in every environment. */
export type FixedKey = keyof typeof FIXED

/** In the order in which they are shown. */
export const FIXED_KEYS = Object.keys(FIXED) as readonly FixedKey[]

/** The one key whose value is never shown. */
export const SECRET_KEY = 'auth.wechat.secret'

/**
 * Keys that only the file can set. Whoever can change settings must not be able to have the AppSecret sent to an address
 * of their choice.
 */
export const FILE_ONLY: ReadonlySet<string> = new Set<FixedKey>(['auth.wechat.apiBase'])

const OF_COLLECTION = /^database\.collections\.([A-Za-z0-9_-]+)\.(acl|indexes)$/

/** The parts of the key of a collection; undefined for all other keys. */
export function collectionKey(
  key: string,
): { readonly collection: string; readonly member: 'acl' | 'indexes' } | undefined {
  const [, collection, member] = OF_COLLECTION.exec(key) ?? []
  if (collection === undefined || (member !== 'acl' && member !== 'indexes')) return undefined
  return { collection, member }
}

/** The keys of a collection. */
export function keysOfCollection(name: string): readonly string[] {
  return [`database.collections.${name}.acl`, `database.collections.${name}.indexes`]
}

export function isSettingKey(key: string): boolean {
  return Object.hasOwn(FIXED, key) || collectionKey(key) !== undefined
}

/** The default of a key; undefined when it has none. */
export function defaultOf(key: string): unknown {
  const ofCollection = collectionKey(key)
  if (ofCollection !== undefined) return DEFAULTS.collection[ofCollection.member]
  return Object.hasOwn(FIXED, key) ? FIXED[key as FixedKey] : undefined
}

/** The path of a setting in a configuration. No name contains a dot. */
export function pathOf(key: string): readonly string[] {
  return key.split('.')
}

/** The value of a key in a configuration; undefined when it is not set. */
export function valueAt(raw: RawConfig, key: string): unknown {
  let value: unknown = raw
  for (const member of pathOf(key)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[member]
  }
  return value
}

/** A copy of the configuration with another value for a key. */
export function withValue(raw: RawConfig, key: string, value: unknown): RawConfig {
  return put(raw, pathOf(key), value) as RawConfig
}

function put(into: unknown, [member, ...rest]: readonly string[], value: unknown): unknown {
  if (member === undefined) return value
  const object = typeof into === 'object' && into !== null ? (into as Readonly<Record<string, unknown>>) : {}
  const former = Object.hasOwn(object, member) ? object[member] : undefined
  return { ...object, [member]: put(former, rest, value) }
}

/** The names of the collections that a configuration declares. */
export function collectionsOf(raw: RawConfig): readonly string[] {
  return Object.keys(raw.database?.collections ?? {})
}

/** The keys that a configuration sets. */
export function keysSetIn(raw: RawConfig): readonly string[] {
  const keys = [...FIXED_KEYS, ...collectionsOf(raw).flatMap(keysOfCollection)]
  return keys.filter((key) => valueAt(raw, key) !== undefined)
}
