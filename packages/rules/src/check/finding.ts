import type { Span } from '../language/ast.ts'
import type { Text } from '../text.ts'

/**
 * `error`: the server refuses the rules, or a name in them does not exist. `warning`: very likely not what was meant.
 * `note`: true, and worth knowing.
 */
export type Severity = 'error' | 'warning' | 'note'

export type RuleFindingCode =
  | 'invalid'
  | 'unknown-variable'
  | 'unknown-member'
  | 'never-holds'
  | 'always-holds'
  | 'not-boolean'
  | 'openid-outside-users'
  | 'login-without-openid'
  | 'everyone-reads'
  | 'write-without-login'
  | 'anonymous-passes'
  | 'path-without-owner'
  | 'size-denies-ticket'
  | 'ownerless-write'
  | 'get-of-caller-input'
  | 'doc-in-create'
  | 'data-without-write'
  | 'query-refused'
  | 'unused-rule'

/** Something that the checker has to say about rules. */
export interface RuleFinding {
  readonly severity: Severity
  readonly code: RuleFindingCode
  /** The rule it is about, such as `read`; absent when it is about the whole. */
  readonly key?: string
  /** Where in the expression of that rule; absent when it is about the whole rule. */
  readonly span?: Span
  readonly message: Text
}

/** A finding about one rule, before it is said which. */
export type Found = Omit<RuleFinding, 'key'>
