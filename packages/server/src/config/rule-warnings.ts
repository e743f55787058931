/** Warnings about rules that may allow or deny more than intended. */
import { checkDatabaseRules, checkFunctionRules, checkStorageRules, type RuleFinding } from '@cloudstead/rules'
import { DEFAULTS } from './defaults.ts'
import { readConfig } from './parse.ts'

/** A finding about the rules of a configuration. */
export interface RuleWarning extends Omit<RuleFinding, 'path'> {
  /** Where the rule is: `storage.acl.read`, `database.collections.orders.acl.write`,
   * `functions.rules.pay.invoke`. */
  readonly path: string
}

/**
 * Checks the rules of a configuration text. Findings that are mere notes are left out.
 *
 * @throws ConfigError as `readConfig` does
 */
export function ruleWarnings(text: string): readonly RuleWarning[] {
  const { storage = {}, database = {}, auth = {}, functions = {} } = readConfig(text).raw
  const { acl = DEFAULTS.storage.acl, resourceOpenid = DEFAULTS.storage.resourceOpenid } = storage
  const { anonymous = DEFAULTS.auth.anonymous } = auth
  const ofDocuments = Object.entries(database.collections ?? {}).flatMap(([name, { acl = DEFAULTS.collection.acl }]) =>
    placed(`database.collections.${name}.acl`, checkDatabaseRules(acl, { anonymous, collection: name })),
  )
  const ofFiles = placed('storage.acl', checkStorageRules(acl, { resourceOpenid, anonymous }))
  const { rules = DEFAULTS.functions.rules } = functions
  const ofFunctions = placed('functions.rules', checkFunctionRules(rules, { anonymous }))
  return [...ofFiles, ...ofDocuments, ...ofFunctions].filter(({ severity }) => severity !== 'note')
}

function placed(path: string, findings: readonly RuleFinding[]): readonly RuleWarning[] {
  return findings.map((finding) => ({ ...finding, path: finding.key === undefined ? path : `${path}.${finding.key}` }))
}
