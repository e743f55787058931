/** The log of the server, as the functions use it. */
export interface FunctionsLog {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
}
