import { CloudsteadError } from './errors.ts'
import { holdsScope, type Scope } from './scopes.ts'

/** How a user logged in. Rules see it as `auth.loginType`. */
export type LoginType = 'ANONYMOUS' | 'CUSTOM' | 'WECHAT_OPEN'

/** A logged-in user. All ids name the same person. */
export interface UserCaller {
  readonly kind: 'user'
  readonly uid: string
  /** The WeChat openid; WeChat logins only. */
  readonly openid?: string
  /** The id in the developer's login ticket; custom logins only. */
  readonly customUserId?: string
  readonly loginType: LoginType
  readonly sessionId: string
}

/** The holder of an administrator key. Rules do not apply. */
export interface AdminCaller {
  readonly kind: 'admin'
  readonly keyId: string
  /** What the API key may do; absent when it may do everything. Checked where requests come in. */
  readonly scopes?: readonly Scope[]
}

interface NobodyCaller {
  readonly kind: 'nobody'
}

/** The sender of a request. Built once at the edge from a verified credential, never from other parts of the request. */
export type Caller = UserCaller | AdminCaller | NobodyCaller

export const NOBODY: NobodyCaller = Object.freeze({ kind: 'nobody' })

/** The ids and login type of a user, without the session; null for nobody and for administrators. */
export function personOf(caller: Caller): Omit<UserCaller, 'kind' | 'sessionId'> | null {
  if (caller.kind !== 'user') return null
  const { kind: _, sessionId: __, ...person } = caller
  return person
}

/** All ids of a user. The first one marks documents and files. */
export function idsOf(caller: UserCaller): readonly string[] {
  const ids = [caller.openid, caller.customUserId, caller.uid]
  return [...new Set(ids.filter((id): id is string => id !== undefined && id !== ''))]
}

/** The `_openid` of the user's documents: the openid, otherwise the customUserId, otherwise the uid. */
export function ownerMark(caller: UserCaller): string {
  return caller.openid ?? caller.customUserId ?? caller.uid
}

/**
 * Checks that an API key has a scope. Other callers have none to check: the rules apply to them.
 *
 * @throws CloudsteadError `ACTION_FORBIDDEN`
 */
export function requireScope(caller: Caller, needed: Scope): void {
  if (caller.kind !== 'admin' || holdsScope(caller.scopes, needed)) return
  throw new CloudsteadError('ACTION_FORBIDDEN', {
    en: `This API key has no scope ${needed}; it has ${caller.scopes?.join(', ')}. Use a key with that scope.`,
    zh: `该 API 密钥没有权限范围 ${needed}，只有 ${caller.scopes?.join('、')}。请使用具有该范围的密钥。`,
  })
}
