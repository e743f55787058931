/** The configuration cannot be used. The message is for a person and says what to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
