import type { Explanation } from '@cloudstead/rules'

/** What a request would be told, and why. */
export interface Simulated {
  readonly allowed: boolean
  readonly explanation: Explanation
  /** The members of a test case beside `as` and `expect`. */
  readonly asked: Readonly<Record<string, unknown>>
}
