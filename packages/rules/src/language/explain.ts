import type { Language } from '../text.ts'
import { type CompareNode, isNullLiteral } from './ast.ts'
import type { CompiledNode } from './compile.ts'
import { PartValues } from './part-values.ts'
import { PHRASES, type Phrases } from './phrases.ts'
import { clip, show } from './show.ts'
import { ComparableValue, EvaluationError, isMissing, UNKNOWN, type Value } from './values.ts'

/** Characters of a whole reason; a longer one would flood the log. */
const MAX_REASON = 600

/**
 * Why the value of an expression is not `true`: the clause that failed and the values in it. Evaluates the parts again, so only
 * denied requests pay for it. Values are quoted as JSON, so a request cannot forge a line of the log.
 */
export function explain<C>(compiled: CompiledNode<C>, source: string, context: C, language: Language): string {
  return clip(new Explainer(source, context, language).failure(compiled), MAX_REASON)
}

class Explainer<C> {
  readonly #source: string
  readonly #context: C
  readonly #language: Language
  readonly #phrases: Phrases
  readonly #values: PartValues<C>

  constructor(source: string, context: C, language: Language) {
    this.#source = source
    this.#context = context
    this.#language = language
    this.#phrases = PHRASES[language]
    this.#values = new PartValues(context)
  }

  failure(compiled: CompiledNode<C>): string {
    const { node, children } = compiled
    const value = this.#value(compiled)
    if (value instanceof EvaluationError) return this.#error(compiled, value)
    if (node.kind === 'logical') {
      const failed = children.filter((child) => this.#value(child) !== true)
      // && stopped at the first failed operand; || evaluated all of them.
      const reported = node.operator === '&&' ? failed.slice(0, 1) : failed
      return this.#phrases.and(reported.map((child) => this.failure(child)))
    }
    if (node.kind === 'compare') return this.#comparison(compiled, node, value)
    const [operand] = children
    if (node.kind === 'test' && operand !== undefined) return this.#regexTest(compiled, operand, value)
    if (node.kind === 'unary' && operand !== undefined && value === UNKNOWN) return this.failure(operand)
    if (isMissing(value)) return this.#absent(compiled)
    const note = typeof value === 'boolean' ? '' : this.#phrases.nothingElseAllows
    return `${this.#phrases.is(this.#sourceOf(compiled), show(value, this.#language))}${note}`
  }

  #comparison(compiled: CompiledNode<C>, node: CompareNode, value: Value): string {
    const clause = this.#sourceOf(compiled)
    const against = compiled.children.find((child) => isNullLiteral(child.node))
    const [left, right] = compiled.children
    if (left === undefined || right === undefined) return clause
    if (against !== undefined && node.operator !== 'in') {
      const operand = against === right ? left : right
      const compared = this.#value(operand)
      const why = isMissing(compared) ? this.#whyAbsent(operand) : this.#valueOf(operand)
      return why === undefined ? this.#phrases.is(clause, 'false') : this.#phrases.because(clause, why)
    }
    if (value === UNKNOWN) return this.#undecided(clause, compiled.children)
    if (node.operator !== 'in') {
      const a = this.#value(left)
      const b = this.#value(right)
      if (a instanceof ComparableValue) return this.#phrases.because(clause, a.relation(b, this.#language))
      if (b instanceof ComparableValue) return this.#phrases.because(clause, b.relation(a, this.#language))
    }
    const values = [left, right]
      .filter((child) => child.node.kind !== 'literal' && child.node.kind !== 'array')
      .map((child) => this.#valueOf(child))
    return values.length === 0
      ? this.#phrases.is(clause, 'false')
      : this.#phrases.because(clause, this.#phrases.list(values))
  }

  #regexTest(compiled: CompiledNode<C>, argument: CompiledNode<C>, value: Value): string {
    const clause = this.#sourceOf(compiled)
    if (value === UNKNOWN) return this.#undecided(clause, [argument])
    return this.#phrases.because(clause, this.#valueOf(argument))
  }

  #undecided(clause: string, operands: readonly CompiledNode<C>[]): string {
    const causes = operands.filter((child) => isMissing(this.#value(child))).map((child) => this.#absent(child))
    return this.#phrases.undecided(clause, causes.length === 0 ? this.#phrases.noValue : this.#phrases.and(causes))
  }

  /** Names the innermost part that cannot be evaluated. */
  #error(compiled: CompiledNode<C>, error: EvaluationError): string {
    for (const child of compiled.children) {
      const value = this.#value(child)
      if (value instanceof EvaluationError) return this.failure(child)
      // An operand of the wrong type ends the evaluation, so later operands of && and || were not evaluated.
      if (compiled.node.kind === 'logical' && typeof value !== 'boolean' && value !== UNKNOWN) break
    }
    return this.#phrases.failed(this.#sourceOf(compiled), error.text[this.#language])
  }

  #absent(compiled: CompiledNode<C>): string {
    return this.#phrases.absent(this.#sourceOf(compiled), this.#whyAbsent(compiled))
  }

  #whyAbsent(compiled: CompiledNode<C>): string | undefined {
    return compiled.reads?.whyAbsent?.(this.#context, this.#language)
  }

  #valueOf(compiled: CompiledNode<C>): string {
    return this.#phrases.is(this.#sourceOf(compiled), show(this.#value(compiled), this.#language))
  }

  #value(compiled: CompiledNode<C>): Value {
    return this.#values.of(compiled)
  }

  #sourceOf(compiled: CompiledNode<C>): string {
    return this.#source.slice(compiled.node.start, compiled.node.end)
  }
}
