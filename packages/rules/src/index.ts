export { isPresetAcl, type PresetAcl } from './acl.ts'
export type { RuleAuth } from './caller/rule-auth.ts'
export { checkDatabaseRules, type DatabaseCheckOptions } from './check/check-database-rules.ts'
export { checkFunctionRules, type FunctionCheckOptions } from './check/check-function-rules.ts'
export { checkStorageRules, type StorageCheckOptions } from './check/check-storage-rules.ts'
export { placeOf, type RuleFinding, type RuleFindingCode, type Severity } from './check/finding.ts'
export type { DatabaseOperation, DatabaseRuleContext, DocumentData, Documents } from './database/context.ts'
export { type DocumentKey, Lookups } from './database/lookups.ts'
export type { Reach } from './database/presets.ts'
export { conjuncts, fixedId, fixedValue } from './database/query-conditions.ts'
export { createdData, replacedData, updatedData } from './database/request-data.ts'
export { compileDatabaseRules, type DatabaseRules } from './database/rules.ts'
export type { Decision } from './decision.ts'
export { type Explanation, renderExplanation } from './explanation.ts'
export { A_FUNCTION_NAME, type FunctionRuleContext, isFunctionName } from './functions/context.ts'
export { compileFunctionRules, DEFAULT_FUNCTION_RULES, type FunctionRules } from './functions/rules.ts'
export type { ExplainedNode, Outcome } from './language/explain-tree.ts'
export { nearest } from './nearest.ts'
export { RuleError } from './rule-error.ts'
export { parseRulesText, type RulesText, type TextRange } from './rules-text/rules-text.ts'
export {
  type StorageOperation,
  type StorageResource,
  type StorageRuleContext,
  storageFacts,
} from './storage/context.ts'
export { compileStorageRules, type StorageRules, type StorageRulesOptions } from './storage/rules.ts'
export type { Language, Text } from './text.ts'
