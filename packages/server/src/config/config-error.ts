import type { Text } from '@cloudstead/rules'

/** The configuration cannot be used. The text says what to change; the message is the English one. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly text: Text

  constructor(text: Text) {
    super(text.en)
    this.text = text
  }
}
