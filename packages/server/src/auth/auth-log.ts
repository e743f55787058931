/** Where the services of this folder write what an operator has to know. Never a token, a code, a ticket or a key. */
export interface AuthLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
}
