/** The log of the services in this folder. No token, code, ticket or key is ever logged. */
export interface AuthLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
}
