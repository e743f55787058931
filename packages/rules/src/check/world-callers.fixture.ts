import type { RuleAuth } from '../caller/rule-auth.ts'
import type { Login } from './world-callers.ts'

/** The `auth` of a login with these ids. */
export function authOf(login: Login, uid: string, openid: string, customUserId?: string): RuleAuth | null {
  switch (login) {
    case 'nobody':
      return null
    case 'ANONYMOUS':
      return { uid, loginType: login }
    case 'CUSTOM':
      return { uid, customUserId: openid, loginType: login }
    case 'WECHAT_OPEN':
      return { uid, openid, loginType: login, ...(customUserId === undefined ? {} : { customUserId }) }
  }
}
