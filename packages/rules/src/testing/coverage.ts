import { childrenOf, type RuleNode } from '../language/ast.ts'
import type { ExplainedNode } from '../language/explain-tree.ts'
import { parse } from '../language/parse.ts'
import type { EvaluatedRule } from './case-decision.ts'
import type { RuleSource } from './configuration.ts'

/** A condition in a rule that was never true or never false. */
export interface UncoveredClause {
  /** Such as `storage.read`, `database.orders.update` or `functions.getTicket.invoke`. */
  readonly rule: string
  /** From 1; in the configuration when it was a source string, otherwise in the rule. */
  readonly line: number
  readonly column: number
  readonly source: string
  /** The outcomes that never occurred. Both: the condition was never evaluated, or always undecided. */
  readonly never: readonly boolean[]
}

/** The outcomes of conditions that the cases covered. Each condition has two outcomes, true and false. */
export interface Coverage {
  readonly covered: number
  readonly total: number
  /** Percent, rounded down; 100 when there are no conditions. */
  readonly percent: number
  readonly rules: readonly { readonly rule: string; readonly covered: number; readonly total: number }[]
  /** In the order of the configuration. */
  readonly uncovered: readonly UncoveredClause[]
}

interface Clause {
  readonly start: number
  readonly end: number
  readonly seen: Set<boolean>
}

/** Collects the outcomes of the conditions in rules. */
export class CoverageCollector {
  readonly #rules: readonly { readonly source: RuleSource; readonly clauses: readonly Clause[] }[]

  constructor(sources: readonly RuleSource[]) {
    this.#rules = sources.map((source) => ({ source, clauses: clausesOf(source) }))
  }

  record(evaluated: readonly EvaluatedRule[]): void {
    for (const { name, tree } of evaluated) {
      const rule = this.#rules.find(({ source }) => source.name === name)
      if (rule !== undefined) visit(tree, (node) => recordOutcome(rule.clauses, node))
    }
  }

  report(): Coverage {
    const rules = this.#rules.map(({ source, clauses }) => ({
      rule: source.name,
      covered: clauses.reduce((sum, { seen }) => sum + seen.size, 0),
      total: clauses.length * 2,
    }))
    const covered = rules.reduce((sum, rule) => sum + rule.covered, 0)
    const total = rules.reduce((sum, rule) => sum + rule.total, 0)
    return {
      covered,
      total,
      percent: total === 0 ? 100 : Math.floor((covered * 100) / total),
      rules,
      uncovered: this.#rules.flatMap(({ source, clauses }) => clauses.flatMap((clause) => uncovered(source, clause))),
    }
  }
}

function uncovered(rule: RuleSource, { start, end, seen }: Clause): readonly UncoveredClause[] {
  const never = [true, false].filter((outcome) => !seen.has(outcome))
  if (never.length === 0) return []
  return [{ rule: rule.name, ...rule.position(start), source: rule.source.slice(start, end), never }]
}

function recordOutcome(clauses: readonly Clause[], { start, end, outcome }: ExplainedNode): void {
  if (outcome !== 'true' && outcome !== 'false') return
  clauses.find((clause) => clause.start === start && clause.end === end)?.seen.add(outcome === 'true')
}

function visit(node: ExplainedNode, see: (node: ExplainedNode) => void): void {
  see(node)
  for (const child of node.children) visit(child, see)
}

/**
 * The conditions of a rule. For `&&`, `||` and `!` the operands count instead, so nothing counts twice. Literals do not count,
 * because they have only one outcome.
 */
function clausesOf({ source, kind }: RuleSource): readonly Clause[] {
  const clauses: Clause[] = []
  const condition = (node: RuleNode): void => {
    if (node.kind === 'logical' || (node.kind === 'unary' && node.operator === '!')) {
      for (const child of childrenOf(node)) condition(child)
    } else if (node.kind !== 'literal') clauses.push({ start: node.start, end: node.end, seen: new Set() })
  }
  condition(parse(source, kind))
  return clauses
}
