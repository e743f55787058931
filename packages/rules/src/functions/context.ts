import { type Caller, callerOf } from '../caller/caller.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'

/** The context of a decision. The server builds it from verified values, never directly from request data. */
export interface FunctionRuleContext {
  readonly auth: RuleAuth | null
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A context with checked fields. */
export interface FunctionFacts {
  readonly caller: Caller | null
  readonly now: number | undefined
}

export function functionFacts({ auth, now }: FunctionRuleContext): FunctionFacts {
  return { caller: callerOf(auth), now: Number.isFinite(now) ? now : undefined }
}

/** From 2 to 60 characters: the names that the platform documents. */
const FUNCTION_NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,58}[a-zA-Z0-9]$/

export const A_FUNCTION_NAME = {
  en: '2 to 60 letters, digits, - and _; it begins with a letter and ends with a letter or a digit',
  zh: '2 到 60 个字母、数字、- 和 _，以字母开头，以字母或数字结尾',
} as const

/** Whether a function can have this name. */
export function isFunctionName(name: string): boolean {
  return FUNCTION_NAME.test(name)
}
