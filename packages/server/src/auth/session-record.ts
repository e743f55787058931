import type { LoginType } from '@cloudstead/protocol'
import { encodeKey } from '../engines/records/key-encoding.ts'
import type { PutWrite, RecordKey } from '../engines/records/records.ts'
import { BY_EXPIRY } from './expired-records.ts'
import { putJson } from './json-records.ts'

/** What is kept of a session. It carries the caller's ids, so that a call needs no second read. */
export interface Session {
  readonly uid: string
  readonly openid?: string
  readonly customUserId?: string
  readonly loginType: LoginType
  /** Milliseconds since the epoch, like all times here. */
  readonly createdAt: number
  readonly expiresAt: number
  /** Recognises the refresh tokens that were ever issued for this session. */
  readonly familyKey: string
  /** Hash of the one refresh token that counts. */
  readonly current: string
  /** How `current` came about, to repeat an answer that was lost. */
  readonly rotation?: {
    readonly predecessor: string
    readonly requestId: string | null
    readonly salt: string
    readonly at: number
  }
}

export const SESSIONS_SPACE = 'auth:sessions'
/** By `[uid, createdAt]`. */
export const BY_USER = 'user'

export function sessionKey(sessionId: string): RecordKey {
  return { space: SESSIONS_SPACE, id: sessionId }
}

/** The write that puts a session, with every index entry. */
export function sessionPut(sessionId: string, session: Session): PutWrite {
  return putJson(sessionKey(sessionId), session, [
    { index: BY_EXPIRY, key: encodeKey([session.expiresAt]) },
    { index: BY_USER, key: encodeKey([session.uid, session.createdAt]) },
  ])
}
