/** How a user logged in; the values that rules see as `auth.loginType`. */
export type LoginType = 'ANONYMOUS' | 'CUSTOM' | 'WECHAT_OPEN'

/** A logged-in person. All ids name the same person; an id that is absent equals nothing. */
export interface UserCaller {
  readonly kind: 'user'
  readonly uid: string
  /** The WeChat openid, for WeChat logins only. */
  readonly openid?: string
  /** The id that the developer's ticket named, for custom logins only. */
  readonly customUserId?: string
  readonly loginType: LoginType
  readonly sessionId: string
}

/** Whoever holds an administrator key: no rules apply. */
export interface AdminCaller {
  readonly kind: 'admin'
  readonly keyId: string
}

export interface NobodyCaller {
  readonly kind: 'nobody'
}

/** Who asks. Built once at the edge from a verified credential, never from anything else in the request. */
export type Caller = UserCaller | AdminCaller | NobodyCaller

export const NOBODY: NobodyCaller = Object.freeze({ kind: 'nobody' })

/** Who a person is, without the session; null for nobody and for administrators. */
export function personOf(caller: Caller): Omit<UserCaller, 'kind' | 'sessionId'> | null {
  if (caller.kind !== 'user') return null
  const { kind: _, sessionId: __, ...person } = caller
  return person
}

/** Every id that counts as this user, the one that documents and files are marked with first. */
export function idsOf(caller: UserCaller): readonly string[] {
  const ids = [caller.openid, caller.customUserId, caller.uid]
  return [...new Set(ids.filter((id): id is string => id !== undefined && id !== ''))]
}

/** The `_openid` that the server writes on a user's documents: the first of openid, customUserId, uid. */
export function ownerMark(caller: UserCaller): string {
  return caller.openid ?? caller.customUserId ?? caller.uid
}
