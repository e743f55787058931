import type { RuleAuth } from './rule-auth.ts'

/** The logged-in user with checked fields: each id is a non-empty string or undefined. */
export class Caller {
  readonly uid: string
  readonly wechatOpenid: string | undefined
  readonly customUserId: string | undefined
  readonly loginType: string | undefined
  /** The value of `auth.openid` in rules. */
  readonly openid: string | undefined

  constructor(uid: string, wechatOpenid?: string, customUserId?: string, loginType?: string) {
    this.uid = uid
    this.wechatOpenid = wechatOpenid
    this.customUserId = customUserId
    this.loginType = loginType
    this.openid = wechatOpenid ?? customUserId
  }
}

type UncheckedAuth = { readonly [name in keyof RuleAuth]?: unknown }

const BASE: UncheckedAuth = Object.prototype

/**
 * The caller of a context; null for an `auth` without a uid.
 *
 * Only own properties count. A property of a plain object is its own when `Object.prototype` has none of that name. With
 * the names written out, the engine answers that from the shape of the object; `Object.hasOwn` would be a call.
 */
export function callerOf(auth: UncheckedAuth | null | undefined): Caller | null {
  if (typeof auth !== 'object' || auth === null) return null
  const plain = Object.getPrototypeOf(auth) === BASE
  const uid = nonEmptyString((plain && BASE.uid === undefined) || Object.hasOwn(auth, 'uid') ? auth.uid : undefined)
  if (uid === undefined) return null
  return new Caller(
    uid,
    nonEmptyString((plain && BASE.openid === undefined) || Object.hasOwn(auth, 'openid') ? auth.openid : undefined),
    nonEmptyString(
      (plain && BASE.customUserId === undefined) || Object.hasOwn(auth, 'customUserId') ? auth.customUserId : undefined,
    ),
    nonEmptyString(
      (plain && BASE.loginType === undefined) || Object.hasOwn(auth, 'loginType') ? auth.loginType : undefined,
    ),
  )
}

function nonEmptyString(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 ? value : undefined
}

/** All ids of the caller. */
export function callerIds({ wechatOpenid, customUserId, uid }: Caller): readonly string[] {
  return [...new Set([wechatOpenid, customUserId, uid].filter((id) => id !== undefined))]
}

/** All ids of a login; none when nobody is logged in. */
export function idsOfLogin(auth: RuleAuth | null): readonly string[] {
  const caller = callerOf(auth)
  return caller === null ? [] : callerIds(caller)
}

/** Whether `id` is one of the caller's ids. */
export function isCaller(caller: Caller | null, id: string): boolean {
  return caller !== null && (caller.uid === id || caller.wechatOpenid === id || caller.customUserId === id)
}
