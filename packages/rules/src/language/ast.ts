/** Character offsets of a node in its source; `end` is exclusive. Parentheses around a node belong to it. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface LiteralNode extends Span {
  readonly kind: 'literal'
  readonly value: string | number | boolean | null
}

export interface VariableNode extends Span {
  readonly kind: 'variable'
  readonly name: string
}

/** `object.name` and `object['name']` are the same node. Any other `[ ]` has an expression as its property. */
export interface MemberNode extends Span {
  readonly kind: 'member'
  readonly object: RuleNode
  readonly property: string | RuleNode
}

interface ArrayNode extends Span {
  readonly kind: 'array'
  readonly items: readonly RuleNode[]
}

export type UnaryOperator = '!' | '+' | '-'

export interface UnaryNode extends Span {
  readonly kind: 'unary'
  readonly operator: UnaryOperator
  readonly operand: RuleNode
}

export type OrderOperator = '<' | '<=' | '>' | '>='
export type CompareOperator = '==' | '===' | '!=' | '!==' | OrderOperator | 'in'

export interface CompareNode extends Span {
  readonly kind: 'compare'
  readonly operator: CompareOperator
  readonly left: RuleNode
  readonly right: RuleNode
}

/** `/pattern/flags.test(argument)`. */
export interface TestNode extends Span {
  readonly kind: 'test'
  readonly pattern: string
  readonly flags: string
  /** Whether the compiled pattern matches any part of a string. */
  readonly matches: (tested: string) => boolean
  readonly argument: RuleNode
}

/** `get('database.collection.id')`: another stored document. */
export interface GetNode extends Span {
  readonly kind: 'get'
  readonly collection: string
  /** The pieces of the id, in order. Their values are concatenated. */
  readonly id: readonly RuleNode[]
}

/** A chain `a && b && c` is one node, so a long chain is not deep. */
export interface LogicalNode extends Span {
  readonly kind: 'logical'
  readonly operator: '&&' | '||'
  readonly operands: readonly RuleNode[]
}

/** An expression. The language has nothing else. */
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

/** Rules for files, for documents or for functions. Only those for documents have `get( )`, as on the platform. */
export type RuleKind = 'storage' | 'database' | 'functions'

/** Number of `get( )` in one expression, and how deep they may be nested: the limits that the platform documents. */
export const MAX_GETS = 3
export const MAX_GET_DEPTH = 2

/**
 * Number of `in` in one expression that search an array of stored data. With at most 1,000 items per array and 1,024
 * characters per expression, an evaluation takes fewer than 10,000 steps.
 */
export const MAX_SEARCHES = 8

/** Nesting levels of parentheses, operators, members and arrays. Real rules need fewer than ten. */
export const MAX_DEPTH = 64

/** Characters of one expression, in UTF-16 units: the limit that the platform documents. */
export const MAX_LENGTH = 1024

/** The binary operators of the language with their precedence in JavaScript. A higher number binds tighter. */
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

/** Whether a node is the literal `null`, the only thing that a missing value can be compared with. */
export function isNullLiteral(node: RuleNode): boolean {
  return node.kind === 'literal' && node.value === null
}

/** The child expressions of a node. */
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
