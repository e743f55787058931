import type { FunctionRules } from '@cloudstead/rules'
import type { Simulated } from '../decisions/simulated.ts'
import { explainInvoke, type FunctionAccess, invokeCase } from './authorize.ts'

/** What the rules decide about a call. Uses the same functions as real calls; there need be no such function. */
export function simulateInvoke(rules: FunctionRules, access: FunctionAccess): Simulated {
  const explanation = explainInvoke(rules, access)
  return { allowed: explanation.allowed, explanation, asked: invokeCase(access.name) }
}
