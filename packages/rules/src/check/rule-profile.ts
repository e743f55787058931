import type { World } from '../possible/possible-value.ts'
import { type Text, text } from '../text.ts'
import type { RuleFindingCode, UnkeyedFinding } from './finding.ts'

/** What the clause checker knows about a kind of rules. */
export interface RuleProfile {
  /** Every world in which the rule can be evaluated. All have the same variables. */
  readonly worlds: readonly World[]
  /** Advice for variables that exist only elsewhere. */
  readonly elsewhere: ReadonlyMap<string, Text>
  /** Members such as `request.data` that exist, but are missing in all these worlds. */
  readonly missing: ReadonlyMap<string, MissingMember>
  /** Why conditions can exclude each other, the most specific cause first. */
  readonly causes: readonly Cause[]
}

/** Explains why conditions never hold together: they could hold in `worlds`, which do not exist. */
export interface Cause {
  readonly worlds: readonly World[]
  readonly code: RuleFindingCode
  readonly message: Text
}

export type MissingMember = Pick<UnkeyedFinding, 'code' | 'message'>

/** Advice for variables that exist in no kind of rules. */
export const UNKNOWN_NAMES: readonly (readonly [string, Text])[] = [
  ['undefined', text('use null', '请用 null')],
  ['openid', text('did you mean auth.openid?', '是否想写 auth.openid？')],
  ['uid', text('did you mean auth.uid?', '是否想写 auth.uid？')],
]

/** @param worlds in which an anonymous login has an openid */
export function anonymousOpenid(worlds: readonly World[]): Cause {
  const message = text(
    'these conditions are never true together: an anonymous login has no auth.openid, only auth.uid',
    '这些条件不可能同时成立：匿名登录没有 auth.openid，只有 auth.uid',
  )
  return { worlds, code: 'login-without-openid', message }
}
