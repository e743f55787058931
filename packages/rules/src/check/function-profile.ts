import { text } from '../text.ts'
import { functionWorlds } from './function-worlds.ts'
import { anonymousOpenid, type RuleProfile, UNKNOWN_NAMES } from './rule-profile.ts'

const ELSEWHERE = new Map([
  ...UNKNOWN_NAMES,
  ['doc', text('doc exists only in database rules', 'doc 只存在于数据库规则中')] as const,
  [
    'request',
    text(
      'rules of functions do not see the data of a call; check them in the function',
      '函数规则看不到调用的数据；请在函数中检查',
    ),
  ] as const,
  ['resource', text('resource exists only in storage rules', 'resource 只存在于存储规则中')] as const,
])

export const FUNCTION_PROFILE: RuleProfile = {
  worlds: functionWorlds(),
  elsewhere: ELSEWHERE,
  missing: new Map(),
  causes: [anonymousOpenid(functionWorlds({ login: 'ANONYMOUS', anonymousOpenid: true }))],
}
