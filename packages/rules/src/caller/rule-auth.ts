import { uidOf } from './identity.ts'

/** The logged-in user as rules see it; null when nobody is logged in. */
export interface RuleAuth {
  readonly uid: string
  /** The WeChat openid, for WeChat logins only. */
  readonly openid?: string
  readonly customUserId?: string
  readonly loginType: string
}

/** The caller of a context; an `auth` without a uid is nobody. */
export function authOf(context: { readonly auth: RuleAuth | null }): RuleAuth | null {
  const { auth } = context
  return typeof auth === 'object' && auth !== null && uidOf(auth) !== undefined ? auth : null
}
