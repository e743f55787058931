/** The text of a configuration: JSON as people write it, and what it means. */
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
  /** The value of each setting in it as it is written there, comments included, by key. */
  readonly written: ReadonlyMap<string, string>
}

/** The configuration that says nothing. */
export const EMPTY: ConfigText = { raw: {}, written: new Map() }

/**
 * Reads a configuration text: JSON, in which comments and trailing commas are tolerated, because rules are pasted with
 * them, and a key that stands twice is not, because JSON would silently drop the first rule.
 *
 * @throws ConfigError naming each key that is wrong, and for an unknown key the nearest valid one
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
    const place = error.line === undefined ? '' : `line ${error.line}, column ${error.column}: `
    // What is said of a key that stands twice quotes its values.
    throw new ConfigError(`not valid JSON: ${place}${maskSecrets(error.text.en)}`)
  }
}

/**
 * The settings that a configuration text means.
 *
 * @throws ConfigError as `readConfig` does, and naming what cannot be used of rules, sizes and indexes
 */
export function parseConfig(text: string, context: ConfigContext): Settings {
  return settingsOf(readConfig(text).raw, context)
}

/** A value as it would stand at the left margin: the indentation that all lines but the first share is taken away. */
function outdented(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const margins = rest.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)
  const margin = Math.min(...margins)
  return [first, ...rest.map((line) => line.slice(margin))].join('\n')
}
