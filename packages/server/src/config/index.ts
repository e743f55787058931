/**
 * The configuration: what it may say, what it means, the file that it stands in, and how what was saved in the Console
 * joins it. Looks at neither the command line nor the process environment: what counts of them is handed in.
 */

export { ConfigError } from './config-error.ts'
export { type ConfigFile, openConfigFile } from './config-file.ts'
export { parseConfig } from './parse.ts'
export type { ConfigContext } from './settings-of.ts'
