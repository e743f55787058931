/** Describes settings: the value, its source, and a saved value that does not apply. */
import type { Text } from '@cloudstead/rules'
import { type CatalogEntry, catalogEntry } from './catalog.ts'
import type { ConfigFileState } from './config-file.ts'
import {
  collectionsOf,
  defaultOf,
  FILE_ONLY,
  FIXED_KEYS,
  isSettingKey,
  keysOfCollection,
  SECRET_KEY,
  valueAt,
} from './keys.ts'
import type { MergedConfig, SavedValue } from './layers.ts'
import type { ConfigContext } from './settings-of.ts'

/** Shown instead of a secret that is set. */
export const SECRET_TEXT = '(secret)'

/** Where the value of a setting comes from; the file wins over `console`, both win over the default. */
export type SettingSource = 'file' | 'console' | 'default' | 'environment'

/** A setting as an administrator sees it. */
export interface Setting extends CatalogEntry {
  readonly key: string
  readonly source: SettingSource
  /** The file or the environment of the process sets it, or only the file may. */
  readonly locked: boolean
  /** Its value is never shown; `set` says whether there is one. */
  readonly secret: boolean
  readonly set: boolean
  /** Absent for secrets and where nothing is set. */
  readonly value?: unknown
  /** The value as it was written. */
  readonly text?: string
  /** The saved text that does not apply, because the file sets this key or because it cannot be used. */
  readonly kept?: string
  /** Why the saved text cannot be used. */
  readonly refused?: Text
}

export interface Layers {
  readonly file: ConfigFileState
  readonly context: ConfigContext
  readonly saved: ReadonlyMap<string, SavedValue>
  readonly merged: MergedConfig
}

/** Every setting: those that every environment has, then two for each declared collection. */
export function describeAll(layers: Layers): readonly Setting[] {
  const declared = collectionsOf(layers.merged.raw).flatMap(keysOfCollection)
  const keys = new Set([...FIXED_KEYS, ...declared, ...[...layers.saved.keys()].filter(isSettingKey)])
  return [...keys].map((key) => describeOne(key, layers))
}

/** @param key a valid key, set or not */
export function describeOne(key: string, layers: Layers): Setting {
  const { file, saved, merged } = layers
  const source = sourceOf(key, layers)
  const locked = source === 'file' || source === 'environment' || FILE_ONLY.has(key)
  const value = source === 'environment' ? SECRET_TEXT : (valueAt(merged.raw, key) ?? defaultOf(key))
  const secret = key === SECRET_KEY
  const written = source === 'file' ? file.written.get(key) : source === 'console' ? saved.get(key)?.text : undefined
  const kept = source === 'console' ? undefined : saved.get(key)?.text
  const refused = merged.setAside.get(key)
  return {
    key,
    ...catalogEntry(key),
    source,
    locked,
    secret,
    set: value !== undefined,
    ...(secret || value === undefined ? {} : { value, text: written ?? JSON.stringify(value) }),
    ...(kept === undefined ? {} : { kept: secret ? SECRET_TEXT : kept }),
    ...(refused === undefined ? {} : { refused }),
  }
}

function sourceOf(key: string, { file, context, saved, merged }: Layers): SettingSource {
  if (file.written.has(key)) return 'file'
  if (key === SECRET_KEY && context.wechatSecret !== undefined) return 'environment'
  return saved.has(key) && !merged.setAside.has(key) ? 'console' : 'default'
}
