import type { Span } from '../language/ast.ts'
import type { Text } from '../text.ts'

/**
 * `error`: the server refuses the rules, or they use a name that does not exist. `warning`: very likely not what the author
 * meant. `note`: correct, and worth knowing.
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
  | 'everyone-invokes'
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

/** A finding of the checker. */
export interface RuleFinding {
  readonly severity: Severity
  readonly code: RuleFindingCode
  /** The rule, such as `read`; absent when the finding is about the whole acl. */
  readonly key?: string
  /** Where the rule is in the acl, when it is not the member `key`. */
  readonly path?: readonly string[]
  /** The part of the rule's expression; absent when the finding is about the whole rule. */
  readonly span?: Span
  readonly message: Text
}

/** Where the rule of a finding is in the acl, from the outermost member on; empty when it is about the whole acl. */
export function placeOf({ key, path = key === undefined ? [] : [key] }: RuleFinding): readonly string[] {
  return path
}

/** A finding about a rule whose key is added later. */
export type UnkeyedFinding = Omit<RuleFinding, 'key' | 'path'>
