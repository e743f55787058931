import type { LoginType } from '@cloudstead/protocol'
import { encodeKey } from '../engines/records/key-encoding.ts'
import type { PutWrite, RecordKey } from '../engines/records/records.ts'
import { BY_EXPIRY } from './expired-records.ts'
import { putJson } from './json-records.ts'

/** A session as it is stored. It has the caller's ids, so a call needs no second read. */
export interface Session {
  readonly uid: string
  readonly openid?: string
  readonly customUserId?: string
  readonly loginType: LoginType
  /** Milliseconds since the epoch, like all times here. */
  readonly createdAt: number
  readonly expiresAt: number
  /** Key of the MACs of all refresh tokens of this session. */
  readonly familyKey: string
  /** Hash of the one valid refresh token. */
  readonly current: string
  /** How `current` was created, to repeat an answer that was lost. */
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

/** The write that puts a session with its index entries. */
export function sessionPut(sessionId: string, session: Session): PutWrite {
  return putJson(sessionKey(sessionId), session, [
    { index: BY_EXPIRY, key: encodeKey([session.expiresAt]) },
    { index: BY_USER, key: encodeKey([session.uid, session.createdAt]) },
  ])
}
