/** Character offsets of a node in its source, `end` excluded; parentheses around a node belong to it. */
export interface Span {
  readonly start: number
  readonly end: number
}

export type LiteralValue = string | number | boolean | null

export interface LiteralNode extends Span {
  readonly kind: 'literal'
  readonly value: LiteralValue
}

export interface VariableNode extends Span {
  readonly kind: 'variable'
  readonly name: string
}

/** `object.name` and `object['name']` are the same node; any other `[ ]` keeps its expression. */
export interface MemberNode extends Span {
  readonly kind: 'member'
  readonly object: RuleNode
  readonly property: string | RuleNode
}

export interface ArrayNode extends Span {
  readonly kind: 'array'
  readonly items: readonly RuleNode[]
}

export type UnaryOperator = '!' | '+' | '-'

export interface UnaryNode extends Span {
  readonly kind: 'unary'
  readonly operator: UnaryOperator
  readonly operand: RuleNode
}

export type EqualityOperator = '==' | '===' | '!=' | '!=='
export type OrderOperator = '<' | '<=' | '>' | '>='
export type CompareOperator = EqualityOperator | OrderOperator | 'in'

export interface CompareNode extends Span {
  readonly kind: 'compare'
  readonly operator: CompareOperator
  readonly left: RuleNode
  readonly right: RuleNode
}

export type LogicalOperator = '&&' | '||'

/** `/pattern/flags.test(argument)`. */
export interface TestNode extends Span {
  readonly kind: 'test'
  readonly pattern: string
  readonly flags: string
  /** The compiled pattern: whether it matches any part of a string. */
  readonly matches: (tested: string) => boolean
  readonly argument: RuleNode
}

/** A whole chain `a && b && c` is one node, so that a long chain is not a deep one. */
export interface LogicalNode extends Span {
  readonly kind: 'logical'
  readonly operator: LogicalOperator
  readonly operands: readonly RuleNode[]
}

/** An expression: nothing else exists in the language. */
export type RuleNode =
  | LiteralNode
  | VariableNode
  | MemberNode
  | ArrayNode
  | UnaryNode
  | CompareNode
  | TestNode
  | LogicalNode

/** Levels that parentheses, operators, members and arrays may be nested; what people write needs fewer than ten. */
export const MAX_DEPTH = 64

/** Characters in one expression (UTF-16 units), the limit that the platform documents. */
export const MAX_LENGTH = 1024

/** JavaScript's precedence of the binary operators that the language has; a higher number binds tighter. */
export const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['&&', 2],
  ['===', 3],
  ['!==', 3],
  ['==', 3],
  ['!=', 3],
  ['<=', 4],
  ['>=', 4],
  ['<', 4],
  ['>', 4],
  ['in', 4],
])
