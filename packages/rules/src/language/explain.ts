import { text } from '../text.ts'
import type { CompareNode } from './ast.ts'
import type { Compiled } from './compile.ts'
import { ComparableValue, EvaluationError, isMissing, typeName, UNKNOWN, type Value } from './values.ts'

/** Characters of one value in a reason: enough to recognise a path or an id, too few to flood a log. */
const MAX_VALUE = 120

/** Characters of a whole reason, for the same end. */
const MAX_REASON = 600

/**
 * Why an expression did not yield `true`: the clause that failed and the values it saw. Evaluates the parts again,
 * so it costs only those who are refused. Values are quoted as JSON: no request can forge a line of the log.
 */
export function explain<C>(compiled: Compiled<C>, source: string, context: C): string {
  return clip(new Explainer(source, context).failure(compiled), MAX_REASON)
}

class Explainer<C> {
  private readonly source: string
  private readonly context: C

  constructor(source: string, context: C) {
    this.source = source
    this.context = context
  }

  failure(compiled: Compiled<C>): string {
    const { node, children } = compiled
    const outcome = this.outcome(compiled)
    if (outcome instanceof EvaluationError) return this.error(compiled, outcome)
    if (node.kind === 'logical') {
      const failed = children.filter((child) => this.outcome(child) !== true)
      // && stopped at the first; || came through all of them.
      const told = node.operator === '&&' ? failed.slice(0, 1) : failed
      return told.map((child) => this.failure(child)).join('; and ')
    }
    if (node.kind === 'compare') return this.comparison(compiled, node, outcome)
    const [operand] = children
    if (node.kind === 'test' && operand !== undefined) return this.regexTest(compiled, operand, outcome)
    if (node.kind === 'unary' && operand !== undefined && outcome === UNKNOWN) return this.failure(operand)
    if (isMissing(outcome)) return `${this.text(compiled)} is absent${this.whyAbsent(compiled)}`
    const note = typeof outcome === 'boolean' ? '' : ', and only true allows'
    return `${this.text(compiled)} is ${show(outcome)}${note}`
  }

  private comparison(compiled: Compiled<C>, node: CompareNode, outcome: Value): string {
    const text = this.text(compiled)
    const against = compiled.children.find((child) => child.node.kind === 'literal' && child.node.value === null)
    const [left, right] = compiled.children
    if (left === undefined || right === undefined) return text
    if (against !== undefined && node.operator !== 'in') {
      const operand = against === right ? left : right
      const value = this.outcome(operand)
      const why = isMissing(value) ? this.whyAbsent(operand) : `: ${this.text(operand)} is ${show(value)}`
      return `${text} is false${why}`
    }
    if (outcome === UNKNOWN) {
      const absent = compiled.children.filter((child) => isMissing(this.outcome(child)))
      const causes = absent.map((child) => `${this.text(child)} is absent${this.whyAbsent(child)}`)
      return `${text} is not true because ${causes.join('; and ') || 'it contains a missing value'}`
    }
    if (node.operator !== 'in') {
      const a = this.outcome(left)
      const b = this.outcome(right)
      if (a instanceof ComparableValue) return `${text} is false: ${a.relation(b)}`
      if (b instanceof ComparableValue) return `${text} is false: ${b.relation(a)}`
    }
    const values = [left, right]
      .filter((child) => child.node.kind !== 'literal' && child.node.kind !== 'array')
      .map((child) => `${this.text(child)} is ${show(this.outcome(child))}`)
    return values.length === 0 ? `${text} is false` : `${text} is false: ${values.join(', ')}`
  }

  private regexTest(compiled: Compiled<C>, argument: Compiled<C>, outcome: Value): string {
    if (outcome === UNKNOWN) {
      return `${this.text(compiled)} is not true because ${this.text(argument)} is absent${this.whyAbsent(argument)}`
    }
    return `${this.text(compiled)} is false: ${this.text(argument)} is ${show(this.outcome(argument))}`
  }

  /** The innermost part that cannot be evaluated is the one to name. */
  private error(compiled: Compiled<C>, error: EvaluationError): string {
    for (const child of compiled.children) {
      const outcome = this.outcome(child)
      if (outcome instanceof EvaluationError) return this.failure(child)
      // A wrong operand of && and || ends the evaluation before the operands after it.
      if (compiled.node.kind === 'logical' && typeof outcome !== 'boolean' && outcome !== UNKNOWN) break
    }
    return `${this.text(compiled)} cannot be evaluated: ${error.message}`
  }

  private whyAbsent(compiled: Compiled<C>): string {
    const why = compiled.reads?.whyAbsent?.(this.context)
    return why === undefined ? '' : `: ${why}`
  }

  private outcome(compiled: Compiled<C>): Value {
    try {
      return compiled.run(this.context)
    } catch (error) {
      if (error instanceof EvaluationError) return error
      return new EvaluationError(text('the data cannot be read', '数据无法读取'))
    }
  }

  private text(compiled: Compiled<C>): string {
    return this.source.slice(compiled.node.start, compiled.node.end)
  }
}

/** A value as a reason shows it: quoted, on one line, not too long. */
export function show(value: Value): string {
  if (value instanceof ComparableValue) return value.show()
  if (typeof value === 'string') return clip(JSON.stringify(value), MAX_VALUE)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeName(value).en
}

function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}
