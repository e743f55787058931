/** The text of a configuration: JSON as people write it, and what it means. */
import { checkDatabaseRules, checkStorageRules, parseRulesText, RuleError, type RuleFinding } from '@cloudstead/rules'
import type { Settings } from '../settings.ts'
import { keysSetIn, pathOf } from './keys.ts'
import { maskSecrets } from './mask-secrets.ts'
import { ConfigError, checkShape, type RawConfig } from './raw-config.ts'
import { type ConfigContext, DEFAULTS, settingsOf } from './settings-of.ts'

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

/** The settings of an empty configuration. */
export function defaultSettings(context: ConfigContext): Settings {
  return settingsOf(EMPTY.raw, context)
}

/** A finding about the rules of a configuration. */
export interface RuleWarning extends RuleFinding {
  /** Where the rule stands: `storage.acl.read`, `database.collections.orders.acl.write`. */
  readonly path: string
}

/**
 * What the rules of a configuration let through, or keep out, that their author may not have meant.
 *
 * @throws ConfigError as `readConfig` does
 */
export function ruleWarnings(text: string): readonly RuleWarning[] {
  const { storage = {}, database = {}, auth = {} } = readConfig(text).raw
  const { acl = DEFAULTS.storage.acl, resourceOpenid = DEFAULTS.storage.resourceOpenid } = storage
  const { anonymous = DEFAULTS.auth.anonymous } = auth
  const ofDocuments = Object.entries(database.collections ?? {}).flatMap(([name, { acl = DEFAULTS.collection.acl }]) =>
    placed(`database.collections.${name}.acl`, checkDatabaseRules(acl, { anonymous, collection: name })),
  )
  const ofFiles = placed('storage.acl', checkStorageRules(acl, { resourceOpenid, anonymous }))
  return [...ofFiles, ...ofDocuments].filter(({ severity }) => severity !== 'note')
}

function placed(path: string, findings: readonly RuleFinding[]): readonly RuleWarning[] {
  return findings.map((finding) => ({ ...finding, path: finding.key === undefined ? path : `${path}.${finding.key}` }))
}

/** A value as it would stand at the left margin: the indentation that all lines but the first share is taken away. */
function outdented(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const margins = rest.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)
  const margin = Math.min(...margins)
  return [first, ...rest.map((line) => line.slice(margin))].join('\n')
}
