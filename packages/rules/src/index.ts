export { RuleError } from './rule-error.ts'
export type { Decision, RuleAuth, StorageOperation, StorageResource, StorageRuleContext } from './storage/context.ts'
export { isPresetAcl, PRESET_ACLS, type PresetAcl } from './storage/presets.ts'
export { compileStorageRules, type StorageRules, type StorageRulesOptions } from './storage/rules.ts'
