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

/** `get('database.collection.id')`: a document that is stored elsewhere. */
export interface GetNode extends Span {
  readonly kind: 'get'
  readonly collection: string
  /** The pieces of the id, in order; they are joined. */
  readonly id: readonly RuleNode[]
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
  | GetNode
  | LogicalNode

/** Rules of files, or of documents: `get( )` exists in the latter only, as on the platform. */
export type Dialect = 'storage' | 'database'

/** `get( )` in one expression, and how deep they may stand in each other: the limits that the platform documents. */
export const MAX_GETS = 3
export const MAX_GET_DEPTH = 2

/**
 * `in` that looks through an array of stored data, in one expression. With at most 1,000 items each, and 1,024 characters,
 * an evaluation takes fewer than 10,000 steps.
 */
export const MAX_SEARCHES = 8

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

/** The parts of a node that are expressions themselves. */
export function childrenOf(node: RuleNode): readonly RuleNode[] {
  switch (node.kind) {
    case 'literal':
    case 'variable':
      return []
    case 'member':
      return typeof node.property === 'string' ? [node.object] : [node.object, node.property]
    case 'array':
      return node.items
    case 'unary':
      return [node.operand]
    case 'test':
      return [node.argument]
    case 'get':
      return node.id
    case 'compare':
      return [node.left, node.right]
    case 'logical':
      return node.operands
  }
}
