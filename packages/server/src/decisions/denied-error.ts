import { type Caller, CloudsteadError, type ErrorCode, type LoginType, personOf } from '@cloudstead/protocol'
import type { Explanation } from '@cloudstead/rules'

/** A caller as test cases of rules name one; null for nobody. Without the session. */
export interface CaseCaller {
  readonly uid: string
  readonly openid?: string
  readonly customUserId?: string
  readonly loginType: LoginType
}

/** A request as a test case that `cloudstead rules test` reads. What was asked of which file or document is up to the service. */
export interface RuleCase extends Readonly<Record<string, unknown>> {
  readonly as: CaseCaller | null
  readonly expect: 'denied'
}

export interface DeniedRequest {
  readonly caller: Caller
  /** Action, target and clause, in one line: for the operator, and what tells one denial from another. */
  readonly internal: string
  /** The members of the test case beside `as` and `expect`, JSON values only. */
  readonly asked: Readonly<Record<string, unknown>>
  /** The decision once more, with everything that led to it. Asked at most once, and soon: it may hold on to a document. */
  readonly explain: () => Explanation
}

/**
 * A refusal by the rules, with what led to it. The client sees code and message like those of any error; the rest is
 * for the operator.
 *
 * @example
 * throw new DeniedError('STORAGE_EXCEED_AUTHORITY', {
 *   caller,
 *   internal: 'write users/bob/a.jpg: the rule "write" is false',
 *   asked: { action: 'write', file: 'users/bob/a.jpg' },
 *   explain: () => rules.explain('write', context),
 * })
 */
export class DeniedError extends CloudsteadError {
  readonly caller: CaseCaller | null
  readonly case: RuleCase
  readonly #explain: () => Explanation
  #explained: { readonly explanation: Explanation | undefined } | undefined

  constructor(code: ErrorCode, { caller, internal, asked, explain }: DeniedRequest) {
    super(code, undefined, { internal })
    this.caller = personOf(caller)
    this.case = { as: this.caller, ...asked, expect: 'denied' }
    this.#explain = explain
  }

  /** Undefined when it cannot be explained, which must not cost the client its answer. */
  explain(): Explanation | undefined {
    this.#explained ??= { explanation: attempt(this.#explain) }
    return this.#explained.explanation
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
