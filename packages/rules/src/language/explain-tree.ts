import { type Text, text } from '../text.ts'
import type { RuleNode, Span } from './ast.ts'
import type { CompiledNode } from './compile.ts'
import { explain } from './explain.ts'
import { type EvaluatedPart, neededFor } from './needed.ts'
import { PartValues } from './part-values.ts'
import { clip, show } from './show.ts'
import { EvaluationError, isMissing, UNKNOWN, type Value } from './values.ts'

/**
 * The outcome of a part of a rule. `undecided`: a comparison with a missing value. `skipped`: not evaluated, because an
 * earlier part decided. `open`: it depends on which document a query finds.
 */
export type Outcome = 'true' | 'false' | 'undecided' | 'missing' | 'value' | 'error' | 'skipped' | 'open'

/** A part of a rule, with its outcome for one request. */
export interface ExplainedNode extends Span {
  readonly kind: RuleNode['kind']
  /** The source of this part. */
  readonly source: string
  readonly outcome: Outcome
  /** The value, quoted and clipped; present when the outcome is `value`. */
  readonly value?: Text
  /** Whether the result of the whole rule depends on this part. */
  readonly decided: boolean
  /** Why the outcome keeps the rule from allowing; absent when it does not. */
  readonly why?: Text
  /** What must change for the rule to allow; absent when nothing must, or when only the rule itself could change. */
  readonly needed?: Text
  readonly children: readonly ExplainedNode[]
}

/** Characters of the source of a part in a message. */
const MAX_SOURCE = 120

/** The rule as a tree with the outcome of each part. Evaluates the parts again. */
export function explainTree<C>(compiled: CompiledNode<C>, source: string, context: C): ExplainedNode {
  return new TreeBuilder(source, context).node(compiled, { evaluated: true, decided: true, wanted: true })
}

/** The role of a part in the rule. */
interface Role {
  readonly evaluated: boolean
  readonly decided: boolean
  /** The value that would let the rule allow; undefined when the part is not a condition. */
  readonly wanted: boolean | undefined
}

class TreeBuilder<C> {
  readonly #source: string
  readonly #context: C
  readonly #values: PartValues<C>

  constructor(source: string, context: C) {
    this.#source = source
    this.#context = context
    this.#values = new PartValues(context)
  }

  node(compiled: CompiledNode<C>, role: Role): ExplainedNode {
    const { node } = compiled
    const value = role.evaluated ? this.#values.of(compiled) : undefined
    const outcome = role.evaluated ? outcomeName(value) : 'skipped'
    const failed = role.evaluated && role.decided && role.wanted !== undefined && value !== role.wanted
    const why =
      failed && (role.wanted === true || outcome === 'undecided' || outcome === 'error')
        ? this.#why(compiled)
        : undefined
    const needed = failed && outcome !== 'error' ? this.#needed(compiled, outcome, role.wanted ?? true) : undefined
    return {
      kind: node.kind,
      source: this.#sourceOf(compiled),
      start: node.start,
      end: node.end,
      outcome,
      ...(outcome === 'value' ? { value: text(show(value, 'en'), show(value, 'zh')) } : {}),
      decided: role.decided && role.evaluated,
      ...(why === undefined ? {} : { why }),
      ...(needed === undefined ? {} : { needed }),
      children: this.#children(compiled, role),
    }
  }

  #children(compiled: CompiledNode<C>, role: Role): readonly ExplainedNode[] {
    const { node } = compiled
    if (node.kind === 'logical') return this.#operands(compiled, role)
    // The object of a member adds nothing to the value of the member.
    const shown = node.kind === 'member' ? compiled.children.slice(1) : compiled.children
    const negated = node.kind === 'unary' && node.operator === '!' && role.wanted !== undefined
    const wanted = negated ? !role.wanted : undefined
    return shown.map((child) => this.node(child, { evaluated: role.evaluated, decided: role.decided, wanted }))
  }

  /** `&&` and `||` evaluate from the left until one operand decides. */
  #operands(compiled: CompiledNode<C>, role: Role): readonly ExplainedNode[] {
    const { node, children } = compiled
    const isAnd = node.kind === 'logical' && node.operator === '&&'
    const deciding = role.evaluated
      ? children.findIndex((child) => {
          const answer = this.#values.of(child)
          return isAnd ? answer !== true : answer !== false && answer !== UNKNOWN
        })
      : 0
    return children.map((child, index) => {
      const evaluated = role.evaluated && (deciding === -1 || index <= deciding)
      const decided = role.decided && (deciding === -1 || index === deciding)
      return this.node(child, { evaluated, decided, wanted: role.wanted })
    })
  }

  #why(compiled: CompiledNode<C>): Text | undefined {
    if (compiled.node.kind === 'logical' || compiled.node.kind === 'unary') return undefined
    return text(
      explain(compiled, this.#source, this.#context, 'en'),
      explain(compiled, this.#source, this.#context, 'zh'),
    )
  }

  #needed(compiled: CompiledNode<C>, outcome: Outcome, wanted: boolean): Text | undefined {
    const { node, children } = compiled
    const [left, right] = children.map((child) => this.#evaluated(child))
    const source = this.#sourceOf(compiled)
    if (node.kind === 'compare' && left !== undefined && right !== undefined) {
      return neededFor(node, left, right, wanted)
    }
    if (node.kind === 'test' && left !== undefined) {
      const pattern = `/${node.pattern}/${node.flags}`
      return wanted
        ? text(`${left.source} must match ${pattern}`, `${left.source} 需要匹配 ${pattern}`)
        : text(`${left.source} must not match ${pattern}`, `${left.source} 需要不匹配 ${pattern}`)
    }
    const isTruth = outcome === 'false' || outcome === 'true' || outcome === 'missing'
    if (isTruth && (node.kind === 'member' || node.kind === 'variable')) {
      return text(`${source} must be ${wanted}`, `${source} 需要是 ${wanted}`)
    }
    return undefined
  }

  #evaluated(compiled: CompiledNode<C>): EvaluatedPart<C> {
    return {
      compiled,
      source: clip(this.#sourceOf(compiled), MAX_SOURCE),
      value: this.#values.of(compiled),
    }
  }

  #sourceOf(compiled: CompiledNode<C>): string {
    return this.#source.slice(compiled.node.start, compiled.node.end)
  }
}

function outcomeName(value: Value): Outcome {
  if (value instanceof EvaluationError) return 'error'
  if (value === UNKNOWN) return 'undecided'
  if (isMissing(value)) return 'missing'
  return typeof value === 'boolean' ? (value ? 'true' : 'false') : 'value'
}
