import type { World } from '../possible/possible-value.ts'
import { type Text, text } from '../text.ts'
import type { Cause } from './rule-profile.ts'

/** Variables that no kind of rules has, with what to do instead. */
export const FOREIGN_NAMES: readonly (readonly [string, Text])[] = [
  ['undefined', text('use null', '请用 null')],
  ['openid', text('did you mean auth.openid?', '是否想写 auth.openid？')],
  ['uid', text('did you mean auth.uid?', '是否想写 auth.uid？')],
]

/** @param worlds in which an anonymous login has an openid */
export function anonymousOpenid(worlds: readonly World[]): Cause {
  const message = text(
    'these conditions never hold together: an anonymous login has no auth.openid; it has auth.uid',
    '这些条件不可能同时成立：匿名登录没有 auth.openid，只有 auth.uid',
  )
  return { worlds, code: 'login-without-openid', message }
}
