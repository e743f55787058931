/** The logged-in user as rules see it; null when nobody is logged in. */
export interface RuleAuth {
  readonly uid: string
  /** The WeChat openid, for WeChat logins only. */
  readonly openid?: string
  readonly customUserId?: string
  readonly loginType: string
}
