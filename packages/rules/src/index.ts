export type { RuleAuth } from './caller/rule-auth.ts'
export { checkDatabaseRules, type DatabaseCheckOptions } from './check/check-database-rules.ts'
export { type CheckOptions, checkStorageRules } from './check/check-storage-rules.ts'
export type { RuleFinding, RuleFindingCode, Severity } from './check/finding.ts'
export {
  type DatabaseOperation,
  type DatabaseRuleContext,
  type DocumentData,
  type DocumentKey,
  type Documents,
  Lookups,
} from './database/context.ts'
export type { Reach } from './database/presets.ts'
export { createdData, replacedData, updatedData } from './database/request-data.ts'
export { compileDatabaseRules, type DatabaseRules } from './database/rules.ts'
export type { Decision } from './decision.ts'
export { type Explanation, renderExplanation } from './explanation.ts'
export type { ExplainedNode, Outcome } from './language/explain-tree.ts'
export { nearest } from './nearest.ts'
export { isPresetAcl, PRESET_ACLS, type PresetAcl } from './acl.ts'
export { RuleError } from './rule-error.ts'
export { parseRulesText, type RulesText, type TextRange } from './rules-text/rules-text.ts'
export type { StorageOperation, StorageResource, StorageRuleContext } from './storage/context.ts'
export { storageFacts } from './storage/facts.ts'
export { compileStorageRules, type StorageRules, type StorageRulesOptions } from './storage/rules.ts'
export type { Language, Text } from './text.ts'
