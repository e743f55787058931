/** A migration cannot begin or go on; the message says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}
