import type { AdminCaller } from '@cloudstead/protocol'

/** A user of the Console: in a browser with a session, or a script with an api key. */
export interface Operator {
  /** For the services. Its keyId is the id of the api key, or `console:<session id>`. */
  readonly caller: AdminCaller
  /** What the session was opened with; `key` for a script. */
  readonly by: 'link' | 'password' | 'key'
  /** The name in the history: the id of a key, else "operator". */
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
