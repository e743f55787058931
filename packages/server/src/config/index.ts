/**
 * The configuration: its schema, its meaning, its file, and how values saved in the Console are merged with it. It reads
 * neither the command line nor the process environment: relevant values are passed in.
 */

export { ConfigError } from './config-error.ts'
export { type ConfigFile, openConfigFile } from './config-file.ts'
export { parseConfig } from './parse.ts'
export type { ConfigContext } from './settings-of.ts'
