/** The configuration cannot be used. The message says what to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
