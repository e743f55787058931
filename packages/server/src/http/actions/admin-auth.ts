import { CloudsteadError } from '@cloudstead/protocol'
import type { Auth, User } from '../../auth/index.ts'
import { filledString, invalid, optionalFilledString, type Params } from '../params.ts'
import type { ActionTable } from './table.ts'

/** The users of the app for server programs: dialect B only. */
export function adminAuthActions({ users }: Pick<Auth, 'users'>): ActionTable {
  return {
    /** `getEndUserInfo(uid)` and `queryUserInfo({ platform, platformId })` of node-sdk. */
    'auth.getUserInfoForAdmin': async (_caller, params) => {
      const user = await find(users, params)
      if (user === undefined) throw new CloudsteadError('NOT_FOUND', 'There is no such user in this environment.')
      return { data: userInfo(user) }
    },
  }
}

function find(users: Auth['users'], params: Params): Promise<User | undefined> {
  const uid = optionalFilledString(params, 'uuid')
  if (uid !== undefined) return users.find('uid', uid)
  const platform = filledString(params, 'platform')
  const id = filledString(params, 'platformId')
  if (platform === 'CUSTOM') return users.find('customUserId', id)
  if (/^WECHAT[-_](?:OPEN|PUBLIC)(?:ID)?$/.test(platform)) return users.find('openid', id)
  throw invalid('platform must be CUSTOM or WECHAT-OPEN')
}

/** Every member is present, because node-sdk fills absent ones with those of the user who called the function. */
function userInfo({ uid, wechat, customUserId, loginType }: User) {
  return {
    uid,
    openId: wechat?.openid ?? '',
    appId: wechat?.appid ?? '',
    customUserId: customUserId ?? '',
    isAnonymous: loginType === 'ANONYMOUS',
  }
}
