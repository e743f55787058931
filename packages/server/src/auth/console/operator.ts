import type { AdminCaller } from '@cloudstead/protocol'

/** Whoever works with the Console: in a browser by a session, or a script by its api key. */
export interface Operator {
  /** For the services. Its keyId is that of the api key, or `console:<session id>`. */
  readonly caller: AdminCaller
  /** What the session was opened with; a script has its key. */
  readonly by: 'link' | 'password' | 'key'
  /** How the operator is named in a history: the id of a key, else "operator". */
  readonly name: string
  /** Absent for scripts. */
  readonly session?: ConsoleSession
}

interface ConsoleSession {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly expiresAt: number
}
