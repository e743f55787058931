import { type Text, text } from '../text.ts'
import type { RuleNode, Span } from './ast.ts'
import type { Compiled } from './compile.ts'
import { clip, explain, Outcomes, show } from './explain.ts'
import { neededOf, type Seen } from './needed.ts'
import { EvaluationError, isMissing, UNKNOWN, type Value } from './values.ts'

/**
 * What came of a part of a rule. `undecided`: a comparison with something missing. `skipped`: not asked, because what
 * stands before it had decided. `open`: the documents that a query finds can differ in it.
 */
export type Outcome = 'true' | 'false' | 'undecided' | 'missing' | 'value' | 'error' | 'skipped' | 'open'

/** A part of a rule, with what came of it in one request. */
export interface ExplainedNode extends Span {
  readonly kind: RuleNode['kind']
  /** The text of this part, as the rule has it. */
  readonly source: string
  readonly outcome: Outcome
  /** The value, quoted and clipped, when the outcome is `value`. */
  readonly value?: Text
  /** Whether the result of the whole rule hangs on this part. */
  readonly decided: boolean
  /** Why it is not what was wanted; absent for the parts that are. */
  readonly why?: Text
  /** What would have to differ; absent for the parts that need not, and for what only the rule could change. */
  readonly needed?: Text
  readonly children: readonly ExplainedNode[]
}

/** Characters of a source text in a sentence about it. */
const MAX_SOURCE = 120

/** The rule as a tree of what came of its parts. Evaluates them again. */
export function explainTree<C>(compiled: Compiled<C>, source: string, context: C): ExplainedNode {
  return new TreeBuilder(source, context).node(compiled, { asked: true, decided: true, wanted: true })
}

/** How a part stands in the whole. */
interface Role {
  readonly asked: boolean
  readonly decided: boolean
  /** What it would have had to yield for the rule to allow; undefined for a value. */
  readonly wanted: boolean | undefined
}

class TreeBuilder<C> {
  private readonly source: string
  private readonly context: C
  private readonly outcomes: Outcomes<C>

  constructor(source: string, context: C) {
    this.source = source
    this.context = context
    this.outcomes = new Outcomes(context)
  }

  node(compiled: Compiled<C>, role: Role): ExplainedNode {
    const { node } = compiled
    const value = role.asked ? this.outcomes.of(compiled) : undefined
    const outcome = role.asked ? outcomeName(value) : 'skipped'
    const failed = role.asked && role.decided && role.wanted !== undefined && value !== role.wanted
    const why =
      failed && (role.wanted === true || outcome === 'undecided' || outcome === 'error')
        ? this.why(compiled)
        : undefined
    const needed = failed && outcome !== 'error' ? this.needed(compiled, outcome, role.wanted ?? true) : undefined
    return {
      kind: node.kind,
      source: this.text(compiled),
      start: node.start,
      end: node.end,
      outcome,
      ...(outcome === 'value' ? { value: text(show(value, 'en'), show(value, 'zh')) } : {}),
      decided: role.decided && role.asked,
      ...(why === undefined ? {} : { why }),
      ...(needed === undefined ? {} : { needed }),
      children: this.children(compiled, role),
    }
  }

  private children(compiled: Compiled<C>, role: Role): readonly ExplainedNode[] {
    const { node } = compiled
    if (node.kind === 'logical') return this.operands(compiled, role)
    // The object of a member says nothing that the member does not say.
    const shown = node.kind === 'member' ? compiled.children.slice(1) : compiled.children
    const negated = node.kind === 'unary' && node.operator === '!' && role.wanted !== undefined
    const wanted = negated ? !role.wanted : undefined
    return shown.map((child) => this.node(child, { asked: role.asked, decided: role.decided, wanted }))
  }

  /** `&&` and `||` ask from the left until one operand decides. */
  private operands(compiled: Compiled<C>, role: Role): readonly ExplainedNode[] {
    const { node, children } = compiled
    const going = node.kind === 'logical' && node.operator === '&&'
    const ended = role.asked
      ? children.findIndex((child) => {
          const answer = this.outcomes.of(child)
          return going ? answer !== true : answer !== false && answer !== UNKNOWN
        })
      : 0
    return children.map((child, index) => {
      const asked = role.asked && (ended === -1 || index <= ended)
      const decided = role.decided && (ended === -1 || index === ended)
      return this.node(child, { asked, decided, wanted: role.wanted })
    })
  }

  private why(compiled: Compiled<C>): Text | undefined {
    if (compiled.node.kind === 'logical' || compiled.node.kind === 'unary') return undefined
    return text(explain(compiled, this.source, this.context, 'en'), explain(compiled, this.source, this.context, 'zh'))
  }

  private needed(compiled: Compiled<C>, outcome: Outcome, wanted: boolean): Text | undefined {
    const { node, children } = compiled
    const [left, right] = children.map((child) => this.seen(child))
    const source = this.text(compiled)
    if (node.kind === 'compare' && left !== undefined && right !== undefined) {
      return neededOf(node, left, right, wanted)
    }
    if (node.kind === 'test' && left !== undefined) {
      const pattern = `/${node.pattern}/${node.flags}`
      return wanted
        ? text(`${left.source} would have to match ${pattern}`, `${left.source} 需要匹配 ${pattern}`)
        : text(`${left.source} would have to not match ${pattern}`, `${left.source} 需要不匹配 ${pattern}`)
    }
    const isTruth = outcome === 'false' || outcome === 'true' || outcome === 'missing'
    if (isTruth && (node.kind === 'member' || node.kind === 'variable')) {
      return text(`${source} would have to be ${wanted}`, `${source} 需要是 ${wanted}`)
    }
    return undefined
  }

  private seen(compiled: Compiled<C>): Seen<C> {
    return {
      compiled,
      source: clip(this.text(compiled), MAX_SOURCE),
      value: this.outcomes.of(compiled),
    }
  }

  private text(compiled: Compiled<C>): string {
    return this.source.slice(compiled.node.start, compiled.node.end)
  }
}

function outcomeName(value: Value): Outcome {
  if (value instanceof EvaluationError) return 'error'
  if (value === UNKNOWN) return 'undecided'
  if (isMissing(value)) return 'missing'
  return typeof value === 'boolean' ? (value ? 'true' : 'false') : 'value'
}
