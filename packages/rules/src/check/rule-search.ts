import { childrenOf, type RuleNode, type VariableNode } from '../language/ast.ts'

/** Whether a node reads a variable, or one member of it. */
export function reads(node: RuleNode, variable: string, member?: string): boolean {
  return firstRead(node, variable, member) !== undefined
}

/** The first node that reads a variable, or one member of it. */
export function firstRead(node: RuleNode, variable: string, member?: string): RuleNode | undefined {
  return firstNode(node, (candidate) =>
    member === undefined
      ? isVariable(candidate, variable)
      : candidate.kind === 'member' && candidate.property === member && isVariable(candidate.object, variable),
  )
}

/** The first node that satisfies a predicate; a node comes before its children. */
export function firstNode(node: RuleNode, matches: (node: RuleNode) => boolean): RuleNode | undefined {
  if (matches(node)) return node
  for (const child of childrenOf(node)) {
    const found = firstNode(child, matches)
    if (found !== undefined) return found
  }
  return undefined
}

export function isVariable(node: RuleNode, name: string): node is VariableNode {
  return node.kind === 'variable' && node.name === name
}
