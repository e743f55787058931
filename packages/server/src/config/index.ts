/**
 * The configuration: what it may say, what it means, the file that it stands in, and how what was saved in the Console
 * joins it. Looks at neither the command line nor the process environment: what counts of them is handed in.
 */
export { type ConfigEvents, type ConfigFile, type ConfigFileState, openConfigFile } from './file.ts'
export { defaultSettings, parseConfig, type RuleWarning, ruleWarnings } from './parse.ts'
export { ConfigError } from './raw-config.ts'
export type { ConfigContext } from './settings-of.ts'
