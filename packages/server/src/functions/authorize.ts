import { type Caller, personOf } from '@cloudstead/protocol'
import type { FunctionRules } from '@cloudstead/rules'
import { DeniedError } from '../decisions/denied-error.ts'
import type { FunctionCall } from './call.ts'

/**
 * The one place that decides who may call a function. The rules are about the users of an app: an administrator always may,
 * and so does who has let the call in by another way, a route or a timer.
 *
 * @param now milliseconds since the epoch
 * @throws DeniedError `PERMISSION_DENIED`
 */
export function authorize(
  rules: FunctionRules,
  { name, caller, trigger }: Pick<FunctionCall, 'name' | 'caller' | 'trigger'>,
  now: number,
): void {
  if (trigger !== 'sdk' || caller.kind === 'admin') return
  const context = { auth: authOf(caller), now }
  const decision = rules.evaluate(name, context)
  if (decision.allowed === true) return
  throw new DeniedError('PERMISSION_DENIED', {
    caller,
    internal: `invoke ${name}: ${decision.reason}`,
    asked: { invoke: name },
    explain: () => rules.explain(name, context),
  })
}

function authOf(caller: Caller) {
  return personOf(caller)
}
