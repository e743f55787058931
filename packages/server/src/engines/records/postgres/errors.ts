/** What an error of the driver or of PostgreSQL means for the engine. */

/** Errors of the network, and of the driver, which mostly have no code. */
const BROKEN = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/
const BROKEN_MESSAGE = /Connection terminated|not queryable|timeout exceeded when trying to connect|timeout expired/
/**
 * Shutting down, crashed, starting up; idle for too long; connection lost, or no server behind a pooler; too many
 * connections; idle in a transaction for too long; read-only, as a standby that has not taken over yet.
 */
const AWAY = /^(?:57P0[1235]|08...|53300|25P03|25006)$/
/** Another writer was faster (unique violation), deadlock, serialization failure. */
const AGAIN = new Set(['23505', '40P01', '40001'])
/** Two processes create the same table at once: its type, its name. */
const CREATED_MEANWHILE = new Set(['23505', '42P07', '42710', '40P01', 'XX000'])

/** Whether the server or the connection is gone, so that the same call may succeed in a moment. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== undefined) return BROKEN.test(code) || AWAY.test(code)
  return error instanceof Error && BROKEN_MESSAGE.test(error.message)
}

/** Whether a transaction was rolled back because of another one, and should run again. */
export function isCollision(error: unknown): boolean {
  return AGAIN.has(codeOf(error) ?? '')
}

/** Whether a transaction waited too long for the lock of another one. */
export function isHeld(error: unknown): boolean {
  return codeOf(error) === '55P03'
}

/** Whether another process has created the same table at this moment. */
export function isCreatedMeanwhile(error: unknown): boolean {
  return CREATED_MEANWHILE.has(codeOf(error) ?? '')
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
