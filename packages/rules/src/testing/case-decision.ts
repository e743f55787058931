import type { Explanation } from '../explanation.ts'
import type { ExplainedNode } from '../language/explain-tree.ts'

/** A rule that was asked, and what came of its parts. */
export interface AskedRule {
  readonly name: string
  readonly tree: ExplainedNode
}

/** What the server would decide. */
export interface Decided {
  readonly allowed: boolean
  /** Of the last question, when there were several. */
  readonly explanation: Explanation
  readonly asked: readonly AskedRule[]
}
