/**
 * The shape of an explanation by the rules. It is repeated here because the rules package stays on the server. Answers are
 * checked, because they may be older than this page.
 */
import type { Text } from '../i18n/language.ts'

export type Outcome = 'true' | 'false' | 'undecided' | 'missing' | 'value' | 'error' | 'skipped' | 'open'

/** A part of a rule, with its result for one request. */
export interface ExplainedNode {
  readonly kind: string
  readonly source: string
  readonly outcome: Outcome
  readonly value?: Text
  /** Whether the result of the whole rule depends on this part. */
  readonly decided: boolean
  readonly why?: Text
  readonly needed?: Text
  readonly children: readonly ExplainedNode[]
}

export interface Explanation {
  readonly operation: string
  readonly acl: string
  readonly target: string
  readonly allowed: boolean
  readonly reason: Text
  /** Absent for presets and for rules that are `true` or `false`. */
  readonly tree?: ExplainedNode
}

/** The value as an explanation; undefined if it does not have the shape of one. */
export function asExplanation(value: unknown): Explanation | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { allowed, reason, tree } = value as Partial<Explanation>
  if (typeof allowed !== 'boolean' || !isText(reason)) return undefined
  if (tree !== undefined && !isNode(tree)) return undefined
  return value as Explanation
}

function isText(value: unknown): value is Text {
  const { en, zh } = (value ?? {}) as Partial<Text>
  return typeof en === 'string' && typeof zh === 'string'
}

function isNode(value: unknown): value is ExplainedNode {
  const { source, outcome, children } = (value ?? {}) as Partial<ExplainedNode>
  return typeof source === 'string' && typeof outcome === 'string' && Array.isArray(children) && children.every(isNode)
}
