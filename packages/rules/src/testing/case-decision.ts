import type { Explanation } from '../explanation.ts'
import type { ExplainedNode } from '../language/explain-tree.ts'

/** A rule that was evaluated for a case. */
export interface EvaluatedRule {
  readonly name: string
  readonly tree: ExplainedNode
}

/** What the server would decide. */
export interface CaseDecision {
  readonly allowed: boolean
  /** Of the last evaluation, when there were several. */
  readonly explanation: Explanation
  readonly evaluated: readonly EvaluatedRule[]
}
