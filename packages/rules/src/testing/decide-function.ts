import type { RuleAuth } from '../caller/rule-auth.ts'
import type { CaseDecision } from './case-decision.ts'
import type { RulesUnderTest } from './configuration.ts'
import type { Fixtures } from './initial-state.ts'
import type { FunctionRequest } from './requests.ts'

/** Decides a call of a function as the server does. Whether there is such a function is not known here. */
export function decideFunction(
  { functions: { rules, ruleName } }: RulesUnderTest,
  auth: RuleAuth | null,
  { name }: FunctionRequest,
  { now }: Fixtures,
): CaseDecision {
  const explanation = rules.explain(name, { auth, now })
  const { allowed, tree } = explanation
  return { allowed, explanation, evaluated: tree === undefined ? [] : [{ name: ruleName(name), tree }] }
}
