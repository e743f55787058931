/** The logged-in user as rules see it. Contexts have null instead when nobody is logged in. */
export interface RuleAuth {
  readonly uid: string
  /** The WeChat openid; WeChat logins only. */
  readonly openid?: string
  readonly customUserId?: string
  readonly loginType: string
}

export const LOGIN_TYPES = ['ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN'] as const
