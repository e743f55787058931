import { childrenOf, type RuleNode } from '../../language/ast.ts'

/** Paths of `doc` in a rule, dotted. */
export interface DocPaths {
  readonly all: ReadonlySet<string>
  /** Those at the right of `in`: the rule takes them for arrays. */
  readonly arrays: ReadonlySet<string>
}

export function docPaths(root: RuleNode): DocPaths {
  const all = new Set<string>()
  const arrays = new Set<string>()
  const visit = (node: RuleNode): void => {
    const path = docPath(node)
    if (path !== undefined) all.add(path)
    if (node.kind === 'compare' && node.operator === 'in') {
      const array = docPath(node.right)
      if (array !== undefined) arrays.add(array)
    }
    for (const child of childrenOf(node)) visit(child)
  }
  visit(root)
  return { all, arrays }
}

/** The path that a node reads of `doc`, when it can be read off the rule; of `doc[x].b` it is not known. */
export function docPath(node: RuleNode): string | undefined {
  if (node.kind !== 'member' || typeof node.property !== 'string') return undefined
  if (node.object.kind === 'variable') return node.object.name === 'doc' ? node.property : undefined
  const above = docPath(node.object)
  return above === undefined ? undefined : `${above}.${node.property}`
}
