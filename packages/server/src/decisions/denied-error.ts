import { type Caller, CloudsteadError, type ErrorCode, type LoginType, personOf } from '@cloudstead/protocol'
import type { Explanation } from '@cloudstead/rules'

/** A caller in a test case of rules. */
export interface CaseCaller {
  readonly uid: string
  readonly openid?: string
  readonly customUserId?: string
  readonly loginType: LoginType
}

/** A denied request as a test case for `cloudstead rules test`. The service adds the members for the file or document. */
export interface RuleCase extends Readonly<Record<string, unknown>> {
  /** Null when nobody was logged in. */
  readonly as: CaseCaller | null
  readonly expect: 'denied'
}

export interface DeniedRequest {
  readonly caller: Caller
  /** One line for the operator: action, target and clause. Denials that differ in it are different denials. */
  readonly internal: string
  /** The members of the test case other than `as` and `expect`. JSON values only. */
  readonly asked: Readonly<Record<string, unknown>>
  /** Explains the decision. Called at most once, soon after the denial, because it may keep a document in memory. */
  readonly explain: () => Explanation
}

/**
 * A denial by the rules, with its explanation. The client sees the code and the message, as of any error; the rest is for
 * the operator.
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

  /** Undefined when explaining fails; the client still gets its answer. */
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
