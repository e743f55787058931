import type { AppUser, NamedUser, usersOperations } from '@cloudstead/admin-api'
import { type AdminCaller, CloudsteadError, parseScopes, requireScope, type Scope } from '@cloudstead/protocol'
import type { Auth, AuthLog, User } from '../../auth/index.ts'
import type { Handlers } from './handlers.ts'

/** Users per page if the request has no limit. */
const DEFAULT_PAGE = 50

export interface UsersHandlersOptions {
  readonly auth: Pick<Auth, 'users' | 'keys' | 'securityLog'>
  readonly log: AuthLog
}

/** Users of the app, and the keys of the environment. Every change is logged with the operator who made it. */
export function usersHandlers({ auth, log }: UsersHandlersOptions): Handlers<typeof usersOperations> {
  const { users, keys, securityLog } = auth
  return {
    async listUsers({ query: { limit = DEFAULT_PAGE, ...query } }) {
      const { users: page, next } = await users.list({ ...query, limit })
      return { items: page.map(appUser), ...(next === undefined ? {} : { next }) }
    },

    async getUser({ params: { uid } }) {
      const { user, sessions, more } = await users.get(uid)
      return { user: appUser(user), sessions, more }
    },

    async nameUsers({ body: { ids } }) {
      return { items: [...(await users.ofIds(ids))].map(namedUser) }
    },

    async blockUser({ params: { uid }, body: { blocked } }, { by, peer }) {
      const user = await (blocked ? users.block(uid) : users.unblock(uid))
      const kind = blocked ? 'user-blocked' : 'user-unblocked'
      await securityLog.record({ kind, by, about: uid, address: peer })
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

    async createLoginKey(_input, { by, peer }) {
      const file = await keys.createLoginKey({ by })
      await securityLog.record({ kind: 'key-created', by, about: file.private_key_id, address: peer })
      log.info({ keyId: file.private_key_id, by }, 'a login key was made')
      return file
    },

    async createApiKey({ query }, { caller, by, peer }) {
      const scopes = query.scopes === undefined ? undefined : parseScopes(query.scopes)
      requireScopes(caller, scopes)
      const file = await keys.createApiKey({ by, scopes })
      await securityLog.record({ kind: 'key-created', by, about: file.secretId, address: peer })
      log.info({ keyId: file.secretId, by }, 'an api key was made')
      return file
    },

    async revokeKey({ params: { id }, query }, { by, peer }) {
      const revoked = await keys.revoke(id, query.keep)
      if (revoked.length === 0)
        throw new CloudsteadError('NOT_FOUND', { en: 'There is no key with this id.', zh: '没有该 ID 的密钥。' })
      for (const about of revoked) {
        await securityLog.record({ kind: 'key-revoked', by, about, address: peer })
        log.info({ keyId: about, by, ...(about === id ? {} : { createdBy: id }) }, 'a key was revoked')
      }
      return { done: true, revoked }
    },

    async listSecurityEvents({ query }) {
      return securityLog.list(query)
    },
  }
}

/** A key must not create one that may do more than itself. */
function requireScopes(caller: AdminCaller, scopes: readonly Scope[] | undefined): void {
  if (caller.scopes === undefined) return
  if (scopes === undefined) {
    throw new CloudsteadError('ACTION_FORBIDDEN', {
      en: 'This API key cannot create a key that may do everything; give scopes.',
      zh: '该 API 密钥不能创建拥有全部权限的密钥，请指定权限范围。',
    })
  }
  for (const scope of scopes) requireScope(caller, scope)
}

function namedUser([id, user]: readonly [string, User]): NamedUser {
  const { uid, loginType, nickname, name, customUserId } = user
  const called = nickname ?? name ?? customUserId
  return { id, uid, loginType, ...(called === undefined ? {} : { name: called }) }
}

function appUser({ uid, loginType, createdAt, customUserId, wechat, nickname, name, blocked }: User): AppUser {
  const called = nickname ?? name
  return {
    uid,
    loginType,
    createdAt,
    blocked: blocked !== undefined,
    ...(customUserId === undefined ? {} : { customUserId }),
    ...(wechat === undefined ? {} : { wechat }),
    ...(called === undefined ? {} : { name: called }),
  }
}
