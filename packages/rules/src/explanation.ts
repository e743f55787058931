import type { PresetAcl } from './acl.ts'
import type { ExplainedNode, Outcome } from './language/explain-tree.ts'
import { clip, show } from './language/show.ts'
import { type Language, type Text, text } from './text.ts'

/** A decision with everything that led to it. May contain ids and paths, so it is for operators, never for clients. */
export interface Explanation {
  readonly operation: 'read' | 'write' | 'create' | 'update' | 'delete' | 'invoke'
  readonly acl: PresetAcl | 'CUSTOM'
  /** The requested cloudPath, `collection/id`, collection with its query, or name of a function; empty when there is none. */
  readonly target: string
  readonly allowed: boolean
  /** One sentence, like `Decision.reason`. */
  readonly reason: Text
  /** The outcome of every part of the rule; absent for presets and for rules that are `true` or `false`. */
  readonly tree?: ExplainedNode
}

const OUTCOMES: Readonly<Record<Outcome, Text>> = {
  true: text('true', '成立'),
  false: text('false', '不成立'),
  undecided: text('undecided', '未决'),
  missing: text('missing', '缺失'),
  value: text('value', '值'),
  error: text('error', '出错'),
  skipped: text('not evaluated', '未求值'),
  open: text('depends on the document', '取决于文档'),
}

/** Characters of the source of one part, per line. */
const MAX_SOURCE = 160

/**
 * Renders an explanation as plain text: the decision, then the rule as an indented tree. `*` marks the parts that decided.
 *
 * @example
 * denied: write "users/bob/a.jpg"
 *   the rule "write": resource.openid == auth.openid is false: "bob" is not the caller ("alice", "u1")
 *   * auth != null && resource.openid == auth.openid: false
 *       auth != null: true
 *     * resource.openid == auth.openid: false
 *         resource.openid: "bob"
 *         auth.openid: "alice"
 *         -> resource.openid and auth.openid would have to be the same user
 */
export function renderExplanation(explanation: Explanation, language: Language): string {
  const { allowed, operation, target, reason, tree } = explanation
  const verdict = allowed ? text('allowed', '允许') : text('denied', '拒绝')
  const lines = [`${verdict[language]}: ${operation} ${show(target, language)}`, `  ${reason[language]}`]
  if (tree !== undefined) renderNode(tree, '  ', language, lines)
  return lines.join('\n')
}

function renderNode(node: ExplainedNode, indent: string, language: Language, lines: string[]): void {
  const isValue = node.outcome === 'value' || node.outcome === 'missing'
  const came = node.outcome === 'value' && node.value !== undefined ? node.value : OUTCOMES[node.outcome]
  const mark = node.decided && !isValue ? '* ' : '  '
  const source = clip(node.source.replaceAll(/\s+/g, ' '), MAX_SOURCE)
  lines.push(`${indent}${mark}${source}: ${came[language]}`)
  // A part that was not evaluated has no outcome, and a literal is its own value.
  if (node.outcome === 'skipped') return
  for (const child of node.children) {
    if (child.kind !== 'literal' && child.kind !== 'array') renderNode(child, `${indent}  `, language, lines)
  }
  if (node.needed !== undefined) lines.push(`${indent}    -> ${node.needed[language]}`)
}
