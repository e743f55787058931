import { CloudsteadError } from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { walkPages } from '../engines/records/walk.ts'
import { reindex } from './reindex.ts'
import { listUsers, type UserPage, type UserQuery } from './user-list.ts'
import { BLOCK_UNFINISHED, USERS_SPACE, type User, userPut } from './user-record.ts'
import { createUserSessions, type UserSession } from './user-sessions.ts'
import type { Users } from './users.ts'

/** What administrators see of the users of an app, and do about them. `NOT_FOUND` is thrown for a uid that nobody has. */
export interface UserAdmin {
  /** @throws CloudsteadError `INVALID_PARAM` */
  list(query: UserQuery): Promise<UserPage>
  /** How many users there are. */
  count(): Promise<number>
  /** A user with the open sessions, newest first; `more` when there are more of them than are shown. */
  get(uid: string): Promise<{ readonly user: User; readonly sessions: readonly UserSession[]; readonly more: boolean }>
  /**
   * Refuses every login of this person from now on, and ends every session: access tokens, refresh tokens and upload
   * tickets that were handed out before count no longer once this has resolved. Resolves to the user as it is then.
   */
  block(uid: string): Promise<User>
  /** Lets a person log in again. What was ended stays ended. */
  unblock(uid: string): Promise<User>
  /** Ends one session of a user, else all of them. The user may log in again. */
  endSessions(uid: string, sessionId?: string): Promise<void>
  /**
   * Puts in order what an older version or a crash has left behind: users and sessions without their index entries, and
   * blocks that were cut off. For every start of a server; a few reads when there is nothing to do.
   */
  settle(signal?: AbortSignal): Promise<void>
}

/** Blocks that a crash has cut off: as a rule none, or one. */
const UNFINISHED_BATCH = 100

export interface UserAdminOptions {
  readonly records: Records
  readonly users: Users
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createUserAdmin({ records, users, now }: UserAdminOptions): UserAdmin {
  const sessions = createUserSessions({ records, now })

  /** Changes a user until it is as wanted: `wanted` answers undefined when there is nothing to change. */
  async function change(uid: string, wanted: (user: User) => User | undefined): Promise<User> {
    const attempt = async () => {
      const stored = await users.get(uid)
      if (stored === undefined) throw new CloudsteadError('NOT_FOUND', 'There is no user with this uid.')
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
   * Second half of a block. A login expects the user as it was read, so from the first half on there are no new sessions,
   * and those that are found now are all. A crash in between is made good by `settle`.
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
