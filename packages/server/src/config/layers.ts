/** Merges the configuration file and the values saved in the Console: the file wins. */
import { parseRulesText, RuleError, type Text } from '@cloudstead/rules'
import type { Settings } from '../settings.ts'
import { ConfigError } from './config-error.ts'
import { FILE_ONLY, isSettingKey, valueAt, withValue } from './keys.ts'
import type { RawConfig } from './raw-config.ts'
import { checkShape } from './schema.ts'
import { type ConfigContext, settingsOf } from './settings-of.ts'

/** A value that was saved in the Console. */
export interface SavedValue {
  readonly key: string
  /** JSON as it was written, with comments. */
  readonly text: string
}

export interface MergedConfig {
  readonly settings: Settings
  /** The merged configuration. */
  readonly raw: RawConfig
  /** Saved values that cannot be used, by key, with the reason. Values that the file overrides are not included. */
  readonly setAside: ReadonlyMap<string, Text>
}

/**
 * Merges the file with the saved values. A key that the file sets overrides the saved value. A saved value that cannot be
 * used is set aside, so it never keeps a server from starting; of two that contradict each other, the later one.
 *
 * @param saved in the order in which they were saved
 * @throws ConfigError when the file itself cannot be used
 */
export function mergeLayers(file: RawConfig, saved: readonly SavedValue[], context: ConfigContext): MergedConfig {
  const setAside = new Map<string, Text>()
  const candidates: Candidate[] = []
  for (const { key, text } of saved) {
    if (isSettingKey(key) && valueAt(file, key) !== undefined) continue
    const read = FILE_ONLY.has(key)
      ? { reason: { en: `${key} can only be set in the configuration file`, zh: `${key} 只能在配置文件中设置` } }
      : readValue(key, text)
    if ('reason' in read) setAside.set(key, read.reason)
    else candidates.push({ key, value: read.value })
  }
  const whole = candidates.reduce<RawConfig>(added, file)
  const together = attempt(whole, context)
  if ('settings' in together) return { settings: together.settings, raw: whole, setAside }
  // Something is invalid: each value in turn must be valid with the file and the values before it.
  let raw = file
  let settings = settingsOf(file, context)
  for (const candidate of candidates) {
    const more = added(raw, candidate)
    const result = attempt(more, context)
    if ('reason' in result) setAside.set(candidate.key, result.reason)
    else [raw, settings] = [more, result.settings]
  }
  return { settings, raw, setAside }
}

/**
 * Why a value cannot be used together with the current configuration; undefined when it can.
 *
 * @param raw the current configuration
 */
export function refusal(raw: RawConfig, { key, text }: SavedValue, context: ConfigContext): Text | undefined {
  const read = readValue(key, text)
  if ('reason' in read) return read.reason
  const result = attempt(added(raw, { key, value: read.value }), context)
  return 'reason' in result ? result.reason : undefined
}

interface Candidate {
  readonly key: string
  readonly value: unknown
}

function added(raw: RawConfig, { key, value }: Candidate): RawConfig {
  return withValue(raw, key, value)
}

function readValue(key: string, text: string): { readonly value: unknown } | { readonly reason: Text } {
  if (!isSettingKey(key)) return { reason: { en: `there is no setting ${key}`, zh: `没有设置项 ${key}` } }
  try {
    return { value: parseRulesText(text).value }
  } catch (error) {
    if (error instanceof RuleError) {
      const { en, zh } = error.located
      return { reason: { en: `${key} is not valid JSON: ${en}`, zh: `${key} 不是有效的 JSON：${zh}` } }
    }
    throw error
  }
}

function attempt(raw: RawConfig, context: ConfigContext): { readonly settings: Settings } | { readonly reason: Text } {
  try {
    return { settings: settingsOf(checkShape(raw), context) }
  } catch (error) {
    if (error instanceof ConfigError) return { reason: error.text }
    throw error
  }
}
