import type { RuleNode } from '../language/ast.ts'
import { isVariable, reads } from './rule-search.ts'

/**
 * The rule for a caller about whom nothing is stored. Everything that is looked up by an id of the caller is missing, such as
 * `doc.roles[auth.uid]` and the document `get('database.users.' + auth.uid)`.
 */
export function withoutCallerLookups(root: RuleNode): RuleNode {
  return replaceWithMissing(root, (node) => {
    if (node.kind === 'get') return node.id.some((piece) => reads(piece, 'auth'))
    return (
      node.kind === 'member' &&
      typeof node.property !== 'string' &&
      reads(node.property, 'auth') &&
      !isVariable(node.object, 'auth')
    )
  })
}

/** The rule with a missing value in place of the nodes that satisfy a predicate. */
export function replaceWithMissing(node: RuleNode, isReplaced: (node: RuleNode) => boolean): RuleNode {
  const { start, end } = node
  const inner = (child: RuleNode) => replaceWithMissing(child, isReplaced)
  if (isReplaced(node)) {
    // A member of null is missing.
    return { kind: 'member', object: { kind: 'literal', value: null, start, end }, property: '', start, end }
  }
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
