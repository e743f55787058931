import type { RuleNode } from '../language/ast.ts'
import { type Text, text } from '../text.ts'
import type { Exposure } from './exposure.ts'
import type { Severity, UnkeyedFinding } from './finding.ts'

export function everyoneReads(what: Text): Text {
  return text(`everyone can read every ${what.en}, even without a login`, `任何人都能读取所有${what.zh}，无论是否登录`)
}

/** A literal `true` is meant to let everyone read. An expression that is always true may not be. */
export function publicReads(root: RuleNode, exposure: Exposure, what: Text): readonly UnkeyedFinding[] {
  if (exposure === 'none') return []
  const severity = exposure === 'all' && root.kind !== 'literal' ? 'warning' : 'note'
  const someAreRead = text(
    `everyone can read some ${what.en}s, even without a login: those for which the rule does not check auth`,
    `部分${what.zh}任何人都能读取，无论是否登录：规则对它们没有检查 auth`,
  )
  return [{ severity, code: 'everyone-reads', message: exposure === 'all' ? everyoneReads(what) : someAreRead }]
}

export function writesWithoutLogin(what: Text): UnkeyedFinding {
  const message = text(
    `callers without a login can ${what.en}; start the rule with auth != null &&`,
    `未登录的人可以${what.zh}；请以 auth != null && 开头`,
  )
  return { severity: 'warning', code: 'write-without-login', message }
}

export function anonymousPasses(what: Text, severity: Severity): UnkeyedFinding {
  const message = text(
    `anonymous logins can ${what.en}, because auth != null is true for them. ` +
      "To exclude them, add auth.loginType != 'ANONYMOUS'",
    `任何匿名登录都能${what.zh}：对 auth != null 来说它也是登录。要排除它，请加上 auth.loginType != 'ANONYMOUS'`,
  )
  return { severity, code: 'anonymous-passes', message }
}
