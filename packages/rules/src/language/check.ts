import { RuleError } from '../rule-error.ts'
import {
  type ArrayNode,
  type CompareNode,
  type CompareOperator,
  type LiteralNode,
  type LogicalNode,
  type LogicalOperator,
  MAX_DEPTH,
  type MemberNode,
  PRECEDENCE,
  type RuleNode,
  type Span,
  type UnaryNode,
  type VariableNode,
} from './ast.ts'
import type { ParsedNode } from './parse.ts'

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** jsep drops the backslash of an escape that it does not know, JavaScript does not: those are refused. */
const KNOWN_ESCAPES = /\\[nrtbfv'"\\/]/g

const KEYWORD_LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/**
 * Admits the nodes and operators that the language has and rebuilds them as our own tree; refuses everything else
 * that jsep can read.
 *
 * @throws {RuleError} with `index`
 */
export function check(parsed: ParsedNode, source: string): RuleNode {
  return new Checker(source).node(parsed, 1, { start: 0, end: source.length })
}

class Checker {
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  node(value: unknown, depth: number, within: Span): RuleNode {
    const parsed = value as ParsedNode
    const span: Span = { start: parsed.start ?? within.start, end: parsed.end ?? within.end }
    if (depth > MAX_DEPTH) return refuse(`nested deeper than ${MAX_DEPTH} levels`, span.start)
    switch (parsed.type) {
      case 'Literal':
        return this.literal(parsed, span)
      case 'Identifier':
        return this.variable(parsed, span)
      case 'MemberExpression':
        return this.member(parsed, depth, span)
      case 'ArrayExpression':
        return this.array(parsed, depth, span)
      case 'UnaryExpression':
        return this.unary(parsed, depth, span)
      case 'BinaryExpression':
        return this.binary(parsed, depth, span)
      case 'CallExpression':
        return refuse('function calls are not supported in storage rules', span.start)
      case 'ThisExpression':
        return refuse('a rule has no "this"', span.start)
      default:
        return refuse(`${parsed.type} is not part of the rule language`, span.start)
    }
  }

  private literal(parsed: ParsedNode, span: Span): LiteralNode {
    const raw = String(parsed.raw)
    const keyword = KEYWORD_LITERALS.get(raw)
    if (keyword !== undefined) return { kind: 'literal', value: keyword, ...span }
    const value = parsed.value
    if (typeof value === 'number' && /^[\d.]/.test(raw)) {
      if (/^0\d/.test(raw)) return refuse(`the number ${raw} must not begin with 0`, span.start)
      return { kind: 'literal', value, ...span }
    }
    if (typeof value === 'string' && /^['"]/.test(raw)) {
      if (/[\n\r]/.test(raw)) return refuse('a string must end on the line it begins on', span.start)
      if (raw.replaceAll(KNOWN_ESCAPES, '').includes('\\')) return refuse('unknown escape in a string', span.start)
      return { kind: 'literal', value, ...span }
    }
    return refuse(`${raw} is not part of the rule language`, span.start)
  }

  private variable(parsed: ParsedNode, span: Span): VariableNode {
    return { kind: 'variable', name: this.name(parsed, span), ...span }
  }

  /** A full-width quote or an ideographic space is a letter to jsep; here it is an error that can be understood. */
  private name(parsed: ParsedNode, span: Span): string {
    const name = String(parsed.name)
    if (!NAME.test(name)) {
      return refuse(`${JSON.stringify(name)} is not a name (quotes, brackets and spaces must be ASCII)`, span.start)
    }
    return name
  }

  private member(parsed: ParsedNode, depth: number, span: Span): MemberNode {
    if (parsed.optional === true) return refuse('use . instead of ?. (a missing object is no error)', span.start)
    const property = parsed.property as ParsedNode
    const propertySpan = { start: property.start ?? span.start, end: property.end ?? span.end }
    const end =
      parsed.end ?? (parsed.computed === true ? this.source.indexOf(']', propertySpan.end) + 1 : propertySpan.end)
    const object = this.node(parsed.object, depth + 1, { start: span.start, end })
    if (parsed.computed !== true) {
      return { kind: 'member', object, property: this.name(property, propertySpan), start: span.start, end }
    }
    const computed = this.node(property, depth + 1, propertySpan)
    const fixed = computed.kind === 'literal' && typeof computed.value === 'string' ? computed.value : computed
    return { kind: 'member', object, property: fixed, start: span.start, end }
  }

  private array(parsed: ParsedNode, depth: number, span: Span): ArrayNode {
    const items = parsed.elements as readonly unknown[]
    return { kind: 'array', items: items.map((item) => this.node(item, depth + 1, span)), ...span }
  }

  private unary(parsed: ParsedNode, depth: number, span: Span): UnaryNode {
    const operator = String(parsed.operator)
    if (operator !== '!' && operator !== '+' && operator !== '-') {
      return refuse(`the operator ${operator} is not part of the rule language`, span.start)
    }
    // jsep reads `--a` as -(-a); in JavaScript it changes a.
    if (operator !== '!' && this.source[span.start + 1] === operator) {
      return refuse(`the operator ${operator}${operator} is not part of the rule language`, span.start)
    }
    const operand = this.node(parsed.argument, depth + 1, span)
    return { kind: 'unary', operator, operand, ...span }
  }

  private binary(parsed: ParsedNode, depth: number, span: Span): CompareNode | LogicalNode {
    const operator = String(parsed.operator)
    if (operator === '&&' || operator === '||') {
      const operands = chain(parsed, operator).map((operand) => this.node(operand, depth + 1, span))
      return { kind: 'logical', operator, operands, ...span }
    }
    if (!PRECEDENCE.has(operator)) {
      return refuse(`the operator ${operator} is not part of the rule language`, span.start)
    }
    const left = this.node(parsed.left, depth + 1, span)
    const right = this.node(parsed.right, depth + 1, span)
    return { kind: 'compare', operator: operator as CompareOperator, left, right, ...span }
  }
}

/** The operands of `a && b && c`, which the parser nests to the left, in order; a loop, because chains are long. */
function chain(parsed: ParsedNode, operator: LogicalOperator): unknown[] {
  const operands: unknown[] = []
  let node = parsed
  while (node.type === 'BinaryExpression' && node.operator === operator) {
    operands.push(node.right)
    node = node.left as ParsedNode
  }
  operands.push(node)
  return operands.reverse()
}

function refuse(message: string, index: number): never {
  throw new RuleError(`${message} at character ${index}`, { index })
}
