import { type Caller, personOf } from '@cloudstead/protocol'
import type { Explanation, FunctionRuleContext, FunctionRules } from '@cloudstead/rules'
import { DeniedError } from '../decisions/denied-error.ts'
import type { Trigger } from './call.ts'

/** The call of a function, as rules see it: not its data. */
export interface FunctionAccess {
  readonly name: string
  readonly caller: Caller
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * The one place that decides who may call a function. The rules are for the users of an app: an administrator always may,
 * and so does whom the operator has let in by another way, such as a route or a timer.
 *
 * @throws DeniedError `PERMISSION_DENIED`, which can explain itself to the operator
 */
export function authorize(rules: FunctionRules, access: FunctionAccess, trigger: Trigger): void {
  const { name, caller } = access
  if (trigger !== 'sdk' || caller.kind === 'admin') return
  const decision = rules.evaluate(name, contextOf(access))
  if (decision.allowed === true) return
  throw new DeniedError('PERMISSION_DENIED', {
    caller,
    internal: `invoke ${name}: ${decision.reason}`,
    asked: invokeCase(name),
    explain: () => explainInvoke(rules, access),
  })
}

/** The decision about a caller who is subject to rules, with its explanation. Much slower than {@link authorize}. */
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
