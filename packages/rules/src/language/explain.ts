import { type Language, text } from '../text.ts'
import type { CompareNode } from './ast.ts'
import type { Compiled } from './compile.ts'
import { PHRASES, type Phrases } from './phrases.ts'
import { ComparableValue, EvaluationError, isMissing, typeName, UNKNOWN, type Value } from './values.ts'

/** Characters of one value in a reason: enough to recognise a path or an id, too few to flood a log. */
const MAX_VALUE = 120

/** Characters of a whole reason, for the same end. */
const MAX_REASON = 600

/**
 * Why an expression did not yield `true`: the clause that failed and the values it saw. Evaluates the parts again,
 * so it costs only those who are refused. Values are quoted as JSON: no request can forge a line of the log.
 */
export function explain<C>(compiled: Compiled<C>, source: string, context: C, language: Language): string {
  return clip(new Explainer(source, context, language).failure(compiled), MAX_REASON)
}

class Explainer<C> {
  private readonly source: string
  private readonly context: C
  private readonly language: Language
  private readonly say: Phrases
  private readonly outcomes: Outcomes<C>

  constructor(source: string, context: C, language: Language) {
    this.source = source
    this.context = context
    this.language = language
    this.say = PHRASES[language]
    this.outcomes = new Outcomes(context)
  }

  failure(compiled: Compiled<C>): string {
    const { node, children } = compiled
    const outcome = this.outcome(compiled)
    if (outcome instanceof EvaluationError) return this.error(compiled, outcome)
    if (node.kind === 'logical') {
      const failed = children.filter((child) => this.outcome(child) !== true)
      // && stopped at the first; || came through all of them.
      const told = node.operator === '&&' ? failed.slice(0, 1) : failed
      return this.say.and(told.map((child) => this.failure(child)))
    }
    if (node.kind === 'compare') return this.comparison(compiled, node, outcome)
    const [operand] = children
    if (node.kind === 'test' && operand !== undefined) return this.regexTest(compiled, operand, outcome)
    if (node.kind === 'unary' && operand !== undefined && outcome === UNKNOWN) return this.failure(operand)
    if (isMissing(outcome)) return this.absent(compiled)
    const note = typeof outcome === 'boolean' ? '' : this.say.nothingElseAllows
    return `${this.say.is(this.text(compiled), show(outcome, this.language))}${note}`
  }

  private comparison(compiled: Compiled<C>, node: CompareNode, outcome: Value): string {
    const clause = this.text(compiled)
    const against = compiled.children.find((child) => child.node.kind === 'literal' && child.node.value === null)
    const [left, right] = compiled.children
    if (left === undefined || right === undefined) return clause
    if (against !== undefined && node.operator !== 'in') {
      const operand = against === right ? left : right
      const value = this.outcome(operand)
      const why = isMissing(value) ? this.whyAbsent(operand) : this.valueOf(operand)
      return why === undefined ? this.say.is(clause, 'false') : this.say.because(clause, why)
    }
    if (outcome === UNKNOWN) return this.undecided(clause, compiled.children)
    if (node.operator !== 'in') {
      const a = this.outcome(left)
      const b = this.outcome(right)
      if (a instanceof ComparableValue) return this.say.because(clause, a.relation(b, this.language))
      if (b instanceof ComparableValue) return this.say.because(clause, b.relation(a, this.language))
    }
    const values = [left, right]
      .filter((child) => child.node.kind !== 'literal' && child.node.kind !== 'array')
      .map((child) => this.valueOf(child))
    return values.length === 0 ? this.say.is(clause, 'false') : this.say.because(clause, this.say.list(values))
  }

  private regexTest(compiled: Compiled<C>, argument: Compiled<C>, outcome: Value): string {
    const clause = this.text(compiled)
    if (outcome === UNKNOWN) return this.undecided(clause, [argument])
    return this.say.because(clause, this.valueOf(argument))
  }

  private undecided(clause: string, operands: readonly Compiled<C>[]): string {
    const causes = operands.filter((child) => isMissing(this.outcome(child))).map((child) => this.absent(child))
    return this.say.undecided(clause, causes.length === 0 ? this.say.noValue : this.say.and(causes))
  }

  /** The innermost part that cannot be evaluated is the one to name. */
  private error(compiled: Compiled<C>, error: EvaluationError): string {
    for (const child of compiled.children) {
      const outcome = this.outcome(child)
      if (outcome instanceof EvaluationError) return this.failure(child)
      // A wrong operand of && and || ends the evaluation before the operands after it.
      if (compiled.node.kind === 'logical' && typeof outcome !== 'boolean' && outcome !== UNKNOWN) break
    }
    return this.say.failed(this.text(compiled), error.text[this.language])
  }

  private absent(compiled: Compiled<C>): string {
    return this.say.absent(this.text(compiled), this.whyAbsent(compiled))
  }

  private whyAbsent(compiled: Compiled<C>): string | undefined {
    return compiled.reads?.whyAbsent?.(this.context, this.language)
  }

  private valueOf(compiled: Compiled<C>): string {
    return this.say.is(this.text(compiled), show(this.outcome(compiled), this.language))
  }

  private outcome(compiled: Compiled<C>): Value {
    return this.outcomes.of(compiled)
  }

  private text(compiled: Compiled<C>): string {
    return this.source.slice(compiled.node.start, compiled.node.end)
  }
}

const UNREADABLE = text('the data cannot be read', '数据无法读取')

/** What came of the parts of a rule in one context. Each is evaluated once: the parts of parts would be, again and again. */
export class Outcomes<C> {
  private readonly context: C
  private readonly known = new Map<Compiled<C>, Value>()

  constructor(context: C) {
    this.context = context
  }

  /** The value of a part of a rule, or the error it ends in. */
  of(compiled: Compiled<C>): Value {
    if (this.known.has(compiled)) return this.known.get(compiled)
    const outcome = this.evaluate(compiled)
    this.known.set(compiled, outcome)
    return outcome
  }

  private evaluate(compiled: Compiled<C>): Value {
    try {
      return compiled.run(this.context)
    } catch (error) {
      return error instanceof EvaluationError ? error : new EvaluationError(UNREADABLE)
    }
  }
}

/** A value as a reason shows it: quoted, on one line, not too long. */
export function show(value: Value, language: Language): string {
  if (value instanceof ComparableValue) return value.show(language)
  if (typeof value === 'string') return clip(JSON.stringify(value), MAX_VALUE)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeName(value)[language]
}

/** The beginning of a text that is too long. */
export function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}
