import type { RuleAuth } from './rule-auth.ts'

/** The user who asks, looked at once: each id is a text that is not empty, or undefined. */
export class Caller {
  readonly uid: string
  readonly wechatOpenid: string | undefined
  readonly customUserId: string | undefined
  readonly loginType: string | undefined
  /** What rules know as `auth.openid`. */
  readonly openid: string | undefined

  constructor(uid: string, wechatOpenid?: string, customUserId?: string, loginType?: string) {
    this.uid = uid
    this.wechatOpenid = wechatOpenid
    this.customUserId = customUserId
    this.loginType = loginType
    this.openid = wechatOpenid ?? customUserId
  }
}

/** What is checked for being a field of its own. */
type Loose = { readonly [name in keyof RuleAuth]?: unknown }

const BASE: Loose = Object.prototype

/**
 * The caller of a context; an `auth` without a uid is nobody.
 *
 * What a plain object has is its own when the prototype of all objects has nothing of that name. With the names in the
 * source the engine answers that from the shape of the object; `Object.hasOwn` is a call.
 */
export function callerOf(auth: Loose | null | undefined): Caller | null {
  if (typeof auth !== 'object' || auth === null) return null
  const plain = Object.getPrototypeOf(auth) === BASE
  const uid = textOf((plain && BASE.uid === undefined) || Object.hasOwn(auth, 'uid') ? auth.uid : undefined)
  if (uid === undefined) return null
  return new Caller(
    uid,
    textOf((plain && BASE.openid === undefined) || Object.hasOwn(auth, 'openid') ? auth.openid : undefined),
    textOf(
      (plain && BASE.customUserId === undefined) || Object.hasOwn(auth, 'customUserId') ? auth.customUserId : undefined,
    ),
    textOf((plain && BASE.loginType === undefined) || Object.hasOwn(auth, 'loginType') ? auth.loginType : undefined),
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 ? value : undefined
}

/** Every id that counts as the caller. */
export function callerIds({ wechatOpenid, customUserId, uid }: Caller): readonly string[] {
  return [...new Set([wechatOpenid, customUserId, uid].filter((id) => id !== undefined))]
}

/** Every id of a login; none of one that is nobody. */
export function idsOfLogin(auth: RuleAuth | null): readonly string[] {
  const caller = callerOf(auth)
  return caller === null ? [] : callerIds(caller)
}

/** Whether `id` is one of the caller's ids. */
export function isCaller(caller: Caller | null, id: string): boolean {
  return caller !== null && (caller.uid === id || caller.wechatOpenid === id || caller.customUserId === id)
}
