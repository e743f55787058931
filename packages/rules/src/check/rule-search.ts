import { childrenOf, type RuleNode, type VariableNode } from '../language/ast.ts'

/** Whether a variable, or one member of it, stands anywhere in a node. */
export function reads(node: RuleNode, variable: string, member?: string): boolean {
  return firstRead(node, variable, member) !== undefined
}

/** Where a variable, or one member of it, is first read. */
export function firstRead(node: RuleNode, variable: string, member?: string): RuleNode | undefined {
  const found =
    member === undefined
      ? isVariable(node, variable)
      : node.kind === 'member' && node.property === member && isVariable(node.object, variable)
  return found ? node : firstOf(childrenOf(node), (child) => firstRead(child, variable, member))
}

/** The first node, parts after the whole, of which something is so. */
export function firstNode(node: RuleNode, isIt: (node: RuleNode) => boolean): RuleNode | undefined {
  return isIt(node) ? node : firstOf(childrenOf(node), (child) => firstNode(child, isIt))
}

function firstOf(nodes: readonly RuleNode[], find: (node: RuleNode) => RuleNode | undefined): RuleNode | undefined {
  for (const node of nodes) {
    const found = find(node)
    if (found !== undefined) return found
  }
  return undefined
}

function isVariable(node: RuleNode, name: string): node is VariableNode {
  return node.kind === 'variable' && node.name === name
}

/**
 * The rule as it is for somebody about whom nothing is stored: what is looked up by an id of the caller, such as
 * `doc.roles[auth.uid]` or the document `get('database.users.' + auth.uid)`, is missing.
 */
export function nameless(root: RuleNode): RuleNode {
  return withMissing(root, (node) => {
    if (node.kind === 'get') return node.id.some((piece) => reads(piece, 'auth'))
    return (
      node.kind === 'member' &&
      typeof node.property !== 'string' &&
      reads(node.property, 'auth') &&
      !isVariable(node.object, 'auth')
    )
  })
}

/** The rule with some of its parts missing. */
export function withMissing(node: RuleNode, isMissing: (node: RuleNode) => boolean): RuleNode {
  const { start, end } = node
  const inner = (child: RuleNode) => withMissing(child, isMissing)
  // A member of null is missing.
  if (isMissing(node))
    return { kind: 'member', object: { kind: 'literal', value: null, start, end }, property: '', start, end }
  switch (node.kind) {
    case 'literal':
    case 'variable':
      return node
    case 'member': {
      const { property } = node
      return {
        ...node,
        object: inner(node.object),
        property: typeof property === 'string' ? property : inner(property),
      }
    }
    case 'array':
      return { ...node, items: node.items.map(inner) }
    case 'unary':
      return { ...node, operand: inner(node.operand) }
    case 'test':
      return { ...node, argument: inner(node.argument) }
    case 'get':
      return { ...node, id: node.id.map(inner) }
    case 'compare':
      return { ...node, left: inner(node.left), right: inner(node.right) }
    case 'logical':
      return { ...node, operands: node.operands.map(inner) }
  }
}
