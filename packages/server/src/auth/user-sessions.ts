import { CloudsteadError } from '@cloudstead/protocol'
import { keyPrefixRange } from '../engines/records/key-ranges.ts'
import type { FindRequest, Records } from '../engines/records/records.ts'
import { reindex } from '../engines/records/reindex.ts'
import { walkPages } from '../engines/records/walk.ts'
import { readJson } from './json-records.ts'
import { BY_USER, SESSIONS_SPACE, type Session, sessionKey, sessionPut } from './session-record.ts'

/** A session as an administrator sees it. */
export interface UserSession {
  /** Identifies the session. It is not a credential. */
  readonly id: string
  /** Milliseconds since the epoch, like all times here. */
  readonly createdAt: number
  /** Absent when it was never refreshed. */
  readonly refreshedAt?: number
  /** When it ends if it is not refreshed before. */
  readonly expiresAt: number
}

/** The sessions of users, for administrators. */
export interface UserSessions {
  /** Open sessions, newest first, at most {@link MAX_LISTED}. */
  list(uid: string): Promise<{ readonly sessions: readonly UserSession[]; readonly more: boolean }>
  /**
   * Ends one session; everything that was issued with it becomes invalid at once.
   *
   * @throws CloudsteadError `NOT_FOUND` when this user has no such session
   */
  end(uid: string, sessionId: string): Promise<void>
  endAll(uid: string): Promise<void>
  /** Indexes sessions that an older version of the program stored; see {@link reindex}. */
  reindex(signal?: AbortSignal): Promise<number>
}

/** More than the devices of a user. Only a test that logs in all the time has more sessions, and nobody reads those. */
export const MAX_LISTED = 100

/** Sessions that are ended in one commit: few enough not to delay other writers. */
const END_BATCH = 200

export interface UserSessionsOptions {
  readonly records: Records
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createUserSessions({ records, now }: UserSessionsOptions): UserSessions {
  /** Sessions of a user, newest first. */
  async function findRequest(uid: string, limit: number): Promise<FindRequest> {
    // Sessions of an older version are not indexed before this. Usually it is one read.
    await reindexSessions()
    return { space: SESSIONS_SPACE, index: BY_USER, ranges: [keyPrefixRange([uid])], reverse: true, limit }
  }

  async function list(uid: string) {
    const { records: found, next } = await records.find(await findRequest(uid, MAX_LISTED))
    const sessions = found
      .map(({ id, value }) => ({ id, session: JSON.parse(value) as Session }))
      // Expired sessions are stored until the next sweep.
      .filter(({ session }) => now() < session.expiresAt)
      .map(({ id, session: { createdAt, expiresAt, rotation } }) => ({
        id,
        createdAt,
        expiresAt,
        ...(rotation === undefined ? {} : { refreshedAt: rotation.at }),
      }))
    return { sessions, more: next !== undefined }
  }

  async function end(uid: string, sessionId: string): Promise<void> {
    const stored = await readJson<Session>(records, sessionKey(sessionId))
    if (stored?.value.uid !== uid)
      throw new CloudsteadError('NOT_FOUND', { en: 'This user has no such session.', zh: '该用户没有这个会话。' })
    // Without an expectation: it takes precedence over a concurrent refresh.
    await records.commit([{ op: 'delete', ...sessionKey(sessionId) }])
  }

  async function endAll(uid: string): Promise<void> {
    for await (const page of walkPages(records, await findRequest(uid, END_BATCH))) {
      await records.commit(page.map(({ id }) => ({ op: 'delete', ...sessionKey(id) })))
    }
  }

  function reindexSessions(signal?: AbortSignal): Promise<number> {
    const put = ({ id, value }: { id: string; value: string }) => sessionPut(id, JSON.parse(value) as Session)
    return reindex(records, { space: SESSIONS_SPACE, entries: 'sessions-1', put }, signal)
  }

  return { list, end, endAll, reindex: reindexSessions }
}
