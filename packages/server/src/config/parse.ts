/** Reads the text of a configuration. */
import { parseRulesText, RuleError } from '@cloudstead/rules'
import type { Settings } from '../settings.ts'
import { ConfigError } from './config-error.ts'
import { keysSetIn, pathOf } from './keys.ts'
import { maskSecrets } from './mask-secrets.ts'
import type { RawConfig } from './raw-config.ts'
import { checkShape } from './schema.ts'
import { type ConfigContext, settingsOf } from './settings-of.ts'

/** A configuration text that has been read. */
export interface ConfigText {
  readonly raw: RawConfig
  /** The text of each value as written, with comments, by key. */
  readonly written: ReadonlyMap<string, string>
}

/** The empty configuration. */
export const EMPTY: ConfigText = { raw: {}, written: new Map() }

/**
 * Reads a configuration text: JSON that may have comments and trailing commas, because rules are pasted with them.
 * Duplicate keys are refused, because JSON would silently drop the first rule.
 *
 * @throws ConfigError naming each invalid key, and for an unknown key the closest valid one
 */
export function readConfig(text: string): ConfigText {
  try {
    const { value, rangeOf } = parseRulesText(text)
    const raw = checkShape(value)
    const written = keysSetIn(raw).map((key) => {
      const { from, to } = rangeOf(pathOf(key)) ?? { from: 0, to: 0 }
      return [key, outdented(text.slice(from, to))] as const
    })
    return { raw, written: new Map(written) }
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    const { line, column, text: reason } = error
    const place = line === undefined ? '' : `line ${line}, column ${column}: `
    const placeZh = line === undefined ? '' : `第 ${line} 行第 ${column} 列：`
    // The message about a duplicate key quotes its values.
    throw new ConfigError({
      en: `not valid JSON: ${place}${maskSecrets(reason.en)}`,
      zh: `不是有效的 JSON：${placeZh}${maskSecrets(reason.zh)}`,
    })
  }
}

/**
 * The settings of a configuration text.
 *
 * @throws ConfigError as `readConfig` and `settingsOf` do
 */
export function parseConfig(text: string, context: ConfigContext): Settings {
  return settingsOf(readConfig(text).raw, context)
}

/** Removes the indentation that all lines but the first share. */
function outdented(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const margins = rest.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)
  const margin = Math.min(...margins)
  return [first, ...rest.map((line) => line.slice(margin))].join('\n')
}
