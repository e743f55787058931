import { CloudsteadError, type UserCaller } from '@cloudstead/protocol'
import type { Expectation, Records, StoredRecord } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { Recent } from '../recent.ts'
import type { KeyRing } from '../secrets.ts'
import type { AuthLog } from './auth-log.ts'
import { deleteExpired } from './expired-records.ts'
import { readJson, type Stored } from './json-records.ts'
import { LoginError } from './login-error.ts'
import {
  issueRefreshToken,
  newSecret,
  newSessionId,
  parseRefreshToken,
  successorOf,
  wasIssuedWith,
} from './refresh-token.ts'
import { hashOf, sameText } from './secret-hash.ts'
import { SESSIONS_SPACE, type Session, sessionKey, sessionPut } from './session-record.ts'
import { createSignedTokens } from './signed-token.ts'
import { type User, userKey } from './user-record.ts'

/** The tokens that a client gets when it logs in or refreshes. */
export interface Login {
  readonly accessToken: string
  readonly refreshToken: string
  /** Lifetime of the access token in seconds. */
  readonly expiresIn: number
  /** `anonymous` or `user`; clients log anonymous users in again on their own. */
  readonly scope: string
  readonly uid: string
}

export interface Sessions {
  /** Undefined when the user has changed since it was read, and may be blocked now: read it again. */
  open(user: Stored<User>): Promise<Login | undefined>
  /**
   * Exchanges a refresh token for new tokens; the old one becomes invalid. Presenting it again ends the session, because
   * two clients hold it. A client that repeats the same call, with the same request id, because the answer was lost gets
   * the same answer.
   *
   * @throws LoginError `invalid_grant`
   */
  refresh(refreshToken: string, requestId: string | undefined): Promise<Login>
  /** Ends the session of an access token or refresh token; both become invalid. A token without a session is ignored. */
  revoke(token: string): Promise<void>
  /**
   * The holder of this access token: one signature check (cached) and one read.
   *
   * @throws CloudsteadError `ACCESS_TOKEN_EXPIRED` or `INVALID_ACCESS_TOKEN`
   */
  callerOf(accessToken: string): Promise<UserCaller>
  /** Whether the session has neither ended nor expired. */
  isOpen(sessionId: string): Promise<boolean>
  /** Deletes sessions whose refresh token has expired. Returns how many. */
  sweep(): Promise<number>
}

/** The platform's value; clients refresh 30 s before it ends. */
export const ACCESS_TOKEN_SECONDS = 7200

/** The platform's value: 31 days without a refresh. */
export const REFRESH_TOKEN_SECONDS = 31 * 86_400

/** Sessions that were used a moment ago. */
const RECENT_SESSIONS = 2_000

/** A client tries three times, ten seconds each, one second apart; the rest is for slow networks. */
export const REPLAY_WINDOW_MS = 60_000

export interface SessionsOptions {
  readonly env: string
  readonly records: Records
  /** The keys that sign access tokens. */
  readonly ring: KeyRing
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: AuthLog
}

export function createSessions({ env, records, ring, now, log }: SessionsOptions): Sessions {
  const tokens = createSignedTokens({ ring, now })
  /** By session, as its record was in a version. The record is read for every call. */
  const callers = new Recent<string, { readonly version: number; readonly caller: UserCaller }>(RECENT_SESSIONS)

  function login(sessionId: string, session: Session, refreshToken: string): Login {
    const { uid, loginType } = session
    const scope = loginType === 'ANONYMOUS' ? 'anonymous' : 'user'
    const accessToken = tokens.sign(
      { iss: 'cloudstead', env, sub: uid, sid: sessionId, scope, loginType },
      ACCESS_TOKEN_SECONDS,
    )
    return { accessToken, refreshToken, expiresIn: ACCESS_TOKEN_SECONDS, scope, uid }
  }

  async function write(sessionId: string, session: Session, expectations: readonly Expectation[]): Promise<boolean> {
    return (await records.commit([sessionPut(sessionId, session)], expectations)).done
  }

  async function open({ value: user, version }: Stored<User>): Promise<Login | undefined> {
    const sessionId = newSessionId()
    const familyKey = newSecret()
    const refreshToken = issueRefreshToken(sessionId, familyKey)
    const session: Session = {
      uid: user.uid,
      ...(user.wechat === undefined ? {} : { openid: user.wechat.openid }),
      ...(user.customUserId === undefined ? {} : { customUserId: user.customUserId }),
      loginType: user.loginType,
      createdAt: now(),
      expiresAt: now() + REFRESH_TOKEN_SECONDS * 1000,
      familyKey,
      current: hashOf(refreshToken),
    }
    // A session id has 128 random bits, so a conflict means that the user has changed.
    const isNew = { ...sessionKey(sessionId), version: null }
    const done = await write(sessionId, session, [isNew, { ...userKey(user.uid), version }])
    return done ? login(sessionId, session, refreshToken) : undefined
  }

  async function refresh(text: string, requestId: string | undefined): Promise<Login> {
    const token = parseRefreshToken(text)
    if (token === undefined) throw invalidGrant('this is not a refresh token of this server')
    const { sessionId } = token
    const attempt = async () => {
      const stored = await readJson<Session>(records, sessionKey(sessionId))
      if (stored === undefined || now() >= stored.value.expiresAt || !wasIssuedWith(token, stored.value.familyKey)) {
        throw invalidGrant('the session has ended, or the refresh token is wrong')
      }
      // A conflict may come from the call that this one repeats.
      return (await exchange(sessionId, stored, text, requestId)) ?? CONFLICT
    }
    return retryOnConflict<Login>(attempt, { exhausted: () => new CloudsteadError('SERVER_BUSY') })
  }

  /** Exchanges a token that was issued for this session; undefined on a conflict. */
  async function exchange(
    sessionId: string,
    { value: session, version }: Stored<Session>,
    text: string,
    requestId: string | undefined,
  ): Promise<Login | undefined> {
    const hash = hashOf(text)
    if (sameText(hash, session.current)) {
      const salt = newSecret()
      const successor = successorOf(text, sessionId, session.familyKey, salt)
      const next: Session = {
        ...session,
        expiresAt: now() + REFRESH_TOKEN_SECONDS * 1000,
        current: hashOf(successor),
        rotation: { predecessor: hash, requestId: requestId ?? null, salt, at: now() },
      }
      return (await write(sessionId, next, [{ ...sessionKey(sessionId), version }]))
        ? login(sessionId, next, successor)
        : undefined
    }
    const { rotation } = session
    if (
      rotation !== undefined &&
      requestId !== undefined &&
      rotation.requestId === requestId &&
      now() - rotation.at <= REPLAY_WINDOW_MS &&
      sameText(hash, rotation.predecessor)
    ) {
      return login(sessionId, session, successorOf(text, sessionId, session.familyKey, rotation.salt))
    }
    const key = sessionKey(sessionId)
    if (!(await records.commit([{ op: 'delete', ...key }], [{ ...key, version }])).done) return undefined
    log.warn({ uid: session.uid, sessionId }, 'a used refresh token was presented again: the session is revoked')
    throw invalidGrant('this refresh token was used before; the session has been ended for safety')
  }

  async function revoke(token: string): Promise<void> {
    const sessionId = await sessionOf(token)
    if (sessionId !== undefined) await records.commit([{ op: 'delete', ...sessionKey(sessionId) }])
  }

  /** The session of a genuine token, which may have expired or been used. */
  async function sessionOf(token: string): Promise<string | undefined> {
    const refreshToken = parseRefreshToken(token)
    if (refreshToken !== undefined) {
      const stored = await readJson<Session>(records, sessionKey(refreshToken.sessionId))
      if (stored === undefined || !wasIssuedWith(refreshToken, stored.value.familyKey)) return undefined
      return refreshToken.sessionId
    }
    const claims = tokens.open(token)?.claims
    return claims?.env === env && typeof claims.sid === 'string' ? claims.sid : undefined
  }

  async function callerOf(accessToken: string): Promise<UserCaller> {
    const opened = tokens.open(accessToken)
    const { env: tokenEnv, sub, sid } = opened?.claims ?? {}
    if (opened === undefined || tokenEnv !== env || typeof sub !== 'string' || typeof sid !== 'string') {
      throw new CloudsteadError('INVALID_ACCESS_TOKEN')
    }
    if (opened.expired) throw new CloudsteadError('ACCESS_TOKEN_EXPIRED')
    const [record] = await records.get([sessionKey(sid)])
    const caller = record && callerOfSession(record)
    if (caller === undefined || caller.uid !== sub) {
      throw new CloudsteadError('INVALID_ACCESS_TOKEN', 'The login was ended. Log in again.')
    }
    return caller
  }

  function callerOfSession({ id, version, value }: StoredRecord): UserCaller {
    const known = callers.get(id)
    if (known?.version === version) return known.caller
    const { uid, openid, customUserId, loginType } = JSON.parse(value) as Session
    const caller: UserCaller = {
      kind: 'user',
      uid,
      ...(openid === undefined ? {} : { openid }),
      ...(customUserId === undefined ? {} : { customUserId }),
      loginType,
      sessionId: id,
    }
    callers.set(id, { version, caller })
    return caller
  }

  async function isOpen(sessionId: string): Promise<boolean> {
    const session = (await readJson<Session>(records, sessionKey(sessionId)))?.value
    return session !== undefined && now() < session.expiresAt
  }

  return { open, refresh, revoke, callerOf, isOpen, sweep: () => deleteExpired(records, SESSIONS_SPACE, now()) }
}

function invalidGrant(message: string): LoginError {
  return new LoginError('invalid_grant', message)
}
