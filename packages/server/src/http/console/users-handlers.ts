import type { AppUser, usersOperations } from '@cloudstead/admin-api'
import { CloudsteadError } from '@cloudstead/protocol'
import type { Auth, AuthLog, User } from '../../auth/index.ts'
import type { Handlers } from './handlers.ts'

/** Users per page if the request has no limit. */
const DEFAULT_PAGE = 50

export interface UsersHandlersOptions {
  readonly auth: Pick<Auth, 'users' | 'keys'>
  readonly log: AuthLog
}

/** Users of the app, and the keys of the environment. Every change is logged with the operator who made it. */
export function usersHandlers({ auth, log }: UsersHandlersOptions): Handlers<typeof usersOperations> {
  const { users, keys } = auth
  return {
    async listUsers({ query: { limit = DEFAULT_PAGE, ...query } }) {
      const { users: page, next } = await users.list({ ...query, limit })
      return { items: page.map(appUser), ...(next === undefined ? {} : { next }) }
    },

    async getUser({ params: { uid } }) {
      const { user, sessions, more } = await users.get(uid)
      return { user: appUser(user), sessions, more }
    },

    async blockUser({ params: { uid }, body: { blocked } }, { by }) {
      const user = await (blocked ? users.block(uid) : users.unblock(uid))
      log.info({ uid, by }, blocked ? 'a user was blocked' : 'a user was unblocked')
      return appUser(user)
    },

    async revokeSessions({ params: { uid }, query: { id } }, { by }) {
      await users.endSessions(uid, id)
      log.info({ uid, by, ...(id === undefined ? {} : { sessionId: id }) }, 'sessions of a user were ended')
      return { done: true }
    },

    async listKeys() {
      return { items: await keys.list() }
    },

    async createLoginKey(_input, { by }) {
      const file = await keys.createLoginKey()
      log.info({ keyId: file.private_key_id, by }, 'a login key was made')
      return file
    },

    async createApiKey(_input, { by }) {
      const file = await keys.createApiKey()
      log.info({ keyId: file.secretId, by }, 'an api key was made')
      return file
    },

    async revokeKey({ params: { id } }, { by }) {
      if (!(await keys.revoke(id))) throw new CloudsteadError('NOT_FOUND', 'There is no key with this id.')
      log.info({ keyId: id, by }, 'a key was revoked')
      return { done: true }
    },
  }
}

function appUser({ uid, loginType, createdAt, customUserId, wechat, blocked }: User): AppUser {
  return {
    uid,
    loginType,
    createdAt,
    blocked: blocked !== undefined,
    ...(customUserId === undefined ? {} : { customUserId }),
    ...(wechat === undefined ? {} : { wechat }),
  }
}
