/** What there is to say about each setting: its value, where it comes from, and what does not hold. */
import type { Setting, SettingSource } from '@cloudstead/admin-api'
import { inWords } from './catalog.ts'
import type { ConfigFileState } from './config-file.ts'
import { collectionsOf, defaultOf, FIXED_KEYS, isSettingKey, keysOfCollection, SECRET_KEY, valueAt } from './keys.ts'
import type { Layered, SavedValue } from './layers.ts'
import type { ConfigContext } from './settings-of.ts'

/** Stands for a secret where somebody may know that there is one. */
export const SECRET_TEXT = '(secret)'

export interface Layers {
  readonly file: ConfigFileState
  readonly context: ConfigContext
  readonly saved: ReadonlyMap<string, SavedValue>
  readonly layered: Layered
}

/** Every setting that there is: those that every environment has, then two for each collection that is declared. */
export function describeAll(layers: Layers): readonly Setting[] {
  const declared = collectionsOf(layers.layered.raw).flatMap(keysOfCollection)
  const keys = new Set([...FIXED_KEYS, ...declared, ...[...layers.saved.keys()].filter(isSettingKey)])
  return [...keys].map((key) => describeOne(key, layers))
}

/** Where the value of a key comes from. */
export function sourceOf(key: string, { file, context, saved, layered }: Layers): SettingSource {
  if (file.written.has(key)) return 'file'
  if (key === SECRET_KEY && context.wechatSecret !== undefined) return 'environment'
  return saved.has(key) && !layered.aside.has(key) ? 'console' : 'default'
}

/** @param key of a setting that there is; nothing needs to be set there */
export function describeOne(key: string, layers: Layers): Setting {
  const { file, saved, layered } = layers
  const source = sourceOf(key, layers)
  const locked = source === 'file' || source === 'environment'
  const value = source === 'environment' ? SECRET_TEXT : (valueAt(layered.raw, key) ?? defaultOf(key))
  const secret = key === SECRET_KEY
  const written = source === 'file' ? file.written.get(key) : source === 'console' ? saved.get(key)?.text : undefined
  const idle = source === 'console' ? undefined : saved.get(key)?.text
  const refused = layered.aside.get(key)
  return {
    key,
    ...inWords(key),
    source,
    locked,
    secret,
    set: value !== undefined,
    ...(secret || value === undefined ? {} : { value, text: written ?? JSON.stringify(value) }),
    ...(idle === undefined ? {} : { kept: secret ? SECRET_TEXT : idle }),
    ...(refused === undefined ? {} : { refused }),
  }
}
