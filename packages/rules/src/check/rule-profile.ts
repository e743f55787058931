import type { World } from '../possible/possible-value.ts'
import type { Text } from '../text.ts'
import type { Found, RuleFindingCode } from './finding.ts'

/** What the checker of clauses knows about a kind of rules. */
export interface CheckedDialect {
  /** Everything that a rule can meet; all have the same variables. */
  readonly worlds: readonly World[]
  /** Variables that exist elsewhere, with what to do instead. */
  readonly elsewhere: ReadonlyMap<string, Text>
  /** Members such as `request.data` that exist, but are missing in all these worlds, with what to say. */
  readonly missing: ReadonlyMap<string, Absent>
  /** Why conditions may exclude each other, the most telling first. */
  readonly causes: readonly Cause[]
}

/** If conditions that never hold together could hold in `worlds`, which do not exist, then this is why. */
export interface Cause {
  readonly worlds: readonly World[]
  readonly code: RuleFindingCode
  readonly message: Text
}

export type Absent = Pick<Found, 'code' | 'message'>
