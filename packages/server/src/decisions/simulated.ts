import type { Explanation } from '@cloudstead/rules'

/** The decision of rules about a simulated request. */
export interface Simulated {
  readonly allowed: boolean
  readonly explanation: Explanation
  /** The members of the test case other than `as` and `expect`. */
  readonly asked: Readonly<Record<string, unknown>>
}
