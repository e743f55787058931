import { type Caller, type ErrorCode, personOf } from '@cloudstead/protocol'
import type { Decision, Explanation, FunctionRuleContext, FunctionRules } from '@cloudstead/rules'
import { DeniedError } from '../decisions/denied-error.ts'

/** The call of a function, as rules see it: not its data. */
export interface FunctionAccess {
  readonly name: string
  readonly caller: Caller
  /** Milliseconds since the epoch. */
  readonly now: number
}

const ADMINISTRATOR: Decision = { allowed: true, reason: 'administrators always may' }

/**
 * The one place that decides who may invoke a function. Administrators always may; for all others the rules decide.
 *
 * @param code the code of the refusal
 * @returns undefined when allowed, else the error to answer, which can explain itself to the operator
 */
export function refusal(
  rules: FunctionRules,
  access: FunctionAccess,
  code: ErrorCode = 'PERMISSION_DENIED',
): DeniedError | undefined {
  const { name, caller } = access
  const decision = caller.kind === 'admin' ? ADMINISTRATOR : rules.evaluate(name, contextOf(access))
  if (decision.allowed === true) return undefined
  return new DeniedError(code, {
    caller,
    internal: `invoke ${name}: ${decision.reason}`,
    asked: invokeCase(name),
    explain: () => explainInvoke(rules, access),
  })
}

/** The decision about a caller who is subject to rules, with its explanation. Much slower than {@link refusal}. */
export function explainInvoke(rules: FunctionRules, access: FunctionAccess): Explanation {
  return rules.explain(access.name, contextOf(access))
}

/** The call as a case of `cloudstead rules test`. */
export function invokeCase(name: string): Readonly<Record<string, unknown>> {
  return { invoke: name }
}

function contextOf({ caller, now }: FunctionAccess): FunctionRuleContext {
  return { auth: personOf(caller), now }
}
