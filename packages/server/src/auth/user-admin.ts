import { CloudsteadError } from '@cloudstead/protocol'
import { encodeKey } from '../engines/records/key-encoding.ts'
import type { Records } from '../engines/records/records.ts'
import { reindex } from '../engines/records/reindex.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { walkPages } from '../engines/records/walk.ts'
import { listUsers, type UserPage, type UserQuery } from './user-list.ts'
import { BLOCK_UNFINISHED, BY_NAME, type NameKind, USERS_SPACE, type User, userPut } from './user-record.ts'
import { createUserSessions, type UserSession } from './user-sessions.ts'
import type { Users } from './users.ts'
import { usersOfIds } from './users-of-ids.ts'

/** The users of an app, for administrators. An unknown uid throws `NOT_FOUND`. */
export interface UserAdmin {
  /** @throws CloudsteadError `INVALID_PARAM` */
  list(query: UserQuery): Promise<UserPage>
  /** How many users there are. */
  count(): Promise<number>
  /** The user with this uid, WeChat openid or custom id; undefined when there is none. */
  find(kind: Exclude<NameKind, 'name'>, name: string): Promise<User | undefined>
  /** The users with these uids, openids and custom ids, by these ids. Ids of nobody are left out. */
  ofIds(ids: readonly string[]): Promise<ReadonlyMap<string, User>>
  /** A user with the open sessions, newest first; `more` when not all of them are listed. */
  get(uid: string): Promise<{ readonly user: User; readonly sessions: readonly UserSession[]; readonly more: boolean }>
  /**
   * Refuses every later login of this user and ends every session: once this has resolved, access tokens, refresh tokens
   * and upload tickets that were issued before are invalid. Resolves to the changed user.
   */
  block(uid: string): Promise<User>
  /** Allows logins of this user again. Ended sessions stay ended. */
  unblock(uid: string): Promise<User>
  /** Ends one session of a user, or all without `sessionId`. The user may log in again. */
  endSessions(uid: string, sessionId?: string): Promise<void>
  /**
   * Completes what an older version of the program or a crash has left behind: users and sessions without index entries,
   * and interrupted blocks. To be called at every start of a server; costs a few reads when there is nothing to do.
   */
  settle(signal?: AbortSignal): Promise<void>
}

/** Interrupted blocks per read: usually there is none, or one. */
const UNFINISHED_BATCH = 100

export interface UserAdminOptions {
  readonly records: Records
  readonly users: Users
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createUserAdmin({ records, users, now }: UserAdminOptions): UserAdmin {
  const sessions = createUserSessions({ records, now })

  /** Changes a user with `wanted`, which returns undefined when there is nothing to change. */
  async function change(uid: string, wanted: (user: User) => User | undefined): Promise<User> {
    const attempt = async () => {
      const stored = await users.get(uid)
      if (stored === undefined)
        throw new CloudsteadError('NOT_FOUND', { en: 'There is no user with this uid.', zh: '没有该 uid 的用户。' })
      const { value: user, version } = stored
      const next = wanted(user)
      if (next === undefined) return user
      const write = userPut(next)
      const { done } = await records.commit([write], [{ space: write.space, id: write.id, version }])
      return done ? next : CONFLICT
    }
    return retryOnConflict<User>(attempt, { exhausted: () => new CloudsteadError('SERVER_BUSY') })
  }

  async function block(uid: string): Promise<User> {
    const user = await change(uid, (found) =>
      found.blocked === undefined ? { ...found, blocked: { at: now(), ended: false } } : undefined,
    )
    return user.blocked?.ended === true ? user : endBlocked(uid)
  }

  /**
   * Second half of a block. A login expects the user as it was read, so there are no new sessions after the first half,
   * and this ends all of them. After a crash in between, `settle` completes the block.
   */
  async function endBlocked(uid: string): Promise<User> {
    await sessions.endAll(uid)
    return change(uid, (user) =>
      user.blocked?.ended === false ? { ...user, blocked: { ...user.blocked, ended: true } } : undefined,
    )
  }

  function unblock(uid: string): Promise<User> {
    return change(uid, ({ blocked, ...user }) => (blocked === undefined ? undefined : user))
  }

  async function known(uid: string): Promise<User> {
    return change(uid, () => undefined)
  }

  async function finishBlocks(): Promise<void> {
    const request = { space: USERS_SPACE, index: BLOCK_UNFINISHED, limit: UNFINISHED_BATCH }
    for await (const page of walkPages(records, request)) {
      for (const { id } of page) await endBlocked(id)
    }
  }

  return {
    list: (query) => listUsers(records, query),
    count: () => records.count(USERS_SPACE),
    async find(kind, name) {
      const own = (await users.get(name))?.value
      if (kind === 'uid') return own
      // Usually the custom id is the uid as well, and then it is indexed as such.
      if (kind === 'customUserId' && own?.customUserId === name) return own
      const key = encodeKey([kind, kind === 'openid' ? 'WECHAT_OPEN' : 'CUSTOM', name])
      const ranges = [{ from: { key, inclusive: true }, to: { key, inclusive: true } }]
      const { records: found } = await records.find({ space: USERS_SPACE, index: BY_NAME, ranges, limit: 1 })
      return found[0] === undefined ? undefined : (JSON.parse(found[0].value) as User)
    },
    ofIds: (ids) => usersOfIds(records, ids),
    async get(uid) {
      return { user: await known(uid), ...(await sessions.list(uid)) }
    },
    block,
    unblock,
    async endSessions(uid, sessionId) {
      await known(uid)
      await (sessionId === undefined ? sessions.endAll(uid) : sessions.end(uid, sessionId))
    },
    async settle(signal) {
      await finishBlocks()
      await sessions.reindex(signal)
      const put = ({ value }: { value: string }) => userPut(JSON.parse(value) as User)
      await reindex(records, { space: USERS_SPACE, entries: 'users-1', put }, signal)
    },
  }
}
