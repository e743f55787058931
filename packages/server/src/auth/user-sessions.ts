import { CloudsteadError } from '@cloudstead/protocol'
import { keyPrefixRange } from '../engines/records/key-ranges.ts'
import type { FindRequest, Records } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import { readJson } from './json-records.ts'
import { reindex } from './reindex.ts'
import { BY_USER, SESSIONS_SPACE, type Session, sessionKey, sessionPut } from './session-record.ts'

/** A session as an administrator sees it. */
export interface UserSession {
  /** Names the session. It is no credential: nothing opens with it. */
  readonly id: string
  /** Milliseconds since the epoch, like all times here. */
  readonly createdAt: number
  /** When it was last refreshed; absent when it never was. */
  readonly refreshedAt?: number
  /** When it ends unless it is refreshed before. */
  readonly expiresAt: number
}

/** The sessions of a user, for administrators. */
export interface UserSessions {
  /** Those that are open, newest first, at most {@link MAX_LISTED}. */
  list(uid: string): Promise<{ readonly sessions: readonly UserSession[]; readonly more: boolean }>
  /**
   * Ends one session, at once for everything that was handed out with it.
   *
   * @throws CloudsteadError `NOT_FOUND` unless it is one of this user
   */
  end(uid: string, sessionId: string): Promise<void>
  endAll(uid: string): Promise<void>
  /** Enters the sessions that an older version stored; see {@link reindex}. */
  reindex(signal?: AbortSignal): Promise<number>
}

/** More devices than a person has; a test server that logs in all the time has more, and nobody reads them. */
export const MAX_LISTED = 100

/** Sessions that are ended in one commit: small enough not to hold up the writers. */
const END_BATCH = 200

export interface UserSessionsOptions {
  readonly records: Records
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createUserSessions({ records, now }: UserSessionsOptions): UserSessions {
  /** Sessions of a user, newest first. */
  async function findRequest(uid: string, limit: number): Promise<FindRequest> {
    // Sessions of an older version are in no index before this is done; mostly it is one read.
    await reindexSessions()
    return { space: SESSIONS_SPACE, index: BY_USER, ranges: [keyPrefixRange([uid])], reverse: true, limit }
  }

  async function list(uid: string) {
    const { records: found, next } = await records.find(await findRequest(uid, MAX_LISTED))
    const sessions = found
      .map(({ id, value }) => ({ id, session: JSON.parse(value) as Session }))
      // One that has expired stays until the sweep comes by.
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
    if (stored?.value.uid !== uid) throw new CloudsteadError('NOT_FOUND', 'This user has no such session.')
    // Without an expectation: it wins over a refresh of the same moment.
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
