import { childrenOf, type RuleNode } from '../../language/ast.ts'

/**
 * What a rule takes the value at a path for: `scalar` for something to compare, `array` at the right of `in`, `object`
 * when it looks for members in it by their names; `there` when it only asks whether there is one, `any` when it is not
 * clear.
 */
export type Taken = 'scalar' | 'array' | 'object' | 'there' | 'any'

/** The paths of `doc` that a rule reads, dotted. */
export interface DocPaths {
  readonly read: ReadonlySet<string>
  /** Whether what a query says of a path can matter to the rule. */
  concerns(path: string): boolean
  taken(path: string): Taken
  /** Whether the id of a `get( )` is made from it. */
  namesDocument(path: string): boolean
}

/** The name of a member that is computed, where it does not depend on the document. */
export type NameOf = (property: RuleNode) => string | undefined

/** Items of arrays have such names. */
const INDEX = /^(?:\d+|length)$/

export function docPaths(root: RuleNode, nameOf: NameOf = literalName): DocPaths {
  const read = new Set<string>()
  const arrays = new Set<string>()
  const named = new Set<string>()
  const compared = new Set<string>()
  /** Whether a path is looked into by index, or by a name that is not known. */
  const containers = new Map<string, boolean>()
  const visit = (node: RuleNode, inId: boolean, withNull: boolean): void => {
    const path = docPath(node, nameOf)
    if (path !== undefined) read.add(path)
    if (path !== undefined && !withNull) compared.add(path)
    if (path !== undefined && inId) named.add(path)
    if (node.kind === 'compare' && node.operator === 'in') {
      const array = docPath(node.right, nameOf)
      if (array !== undefined) arrays.add(array)
    }
    if (node.kind === 'member') {
      const name = memberName(node.property, nameOf)
      const container = docPath(node.object, nameOf)
      if (container !== undefined) {
        const unclear = name === undefined || INDEX.test(name)
        containers.set(container, unclear || containers.get(container) === true)
      }
    }
    const asksNull = node.kind === 'compare' && node.operator !== 'in' && childrenOf(node).some(isNullLiteral)
    for (const child of childrenOf(node)) visit(child, inId || node.kind === 'get', asksNull)
  }
  visit(root, false, false)
  const above = new Set([...read].flatMap(withParents))
  return {
    read,
    concerns: (path) => above.has(path) || withParents(path).some((part) => read.has(part)),
    taken(path) {
      if (arrays.has(path)) return 'array'
      const unclear = containers.get(path)
      if (unclear !== undefined) return unclear ? 'any' : 'object'
      if (compared.has(path)) return 'scalar'
      return read.has(path) ? 'there' : 'any'
    },
    namesDocument: (path) => named.has(path),
  }
}

/** Whether a rule looks at the document at all. */
export function readsDoc(node: RuleNode): boolean {
  return isDoc(node) || childrenOf(node).some(readsDoc)
}

/** The path that a node reads of `doc`; undefined when it is another node, or the document decides on the path. */
export function docPath(node: RuleNode, nameOf: NameOf = literalName): string | undefined {
  if (node.kind !== 'member') return undefined
  const name = memberName(node.property, nameOf)
  // In a query a dot stands between names only.
  if (name === undefined || name.includes('.')) return undefined
  if (isDoc(node.object)) return name
  const above = docPath(node.object, nameOf)
  return above === undefined ? undefined : `${above}.${name}`
}

function memberName(property: string | RuleNode, nameOf: NameOf): string | undefined {
  return typeof property === 'string' ? property : nameOf(property)
}

function literalName(property: RuleNode): string | undefined {
  return property.kind === 'literal' && typeof property.value === 'number' ? String(property.value) : undefined
}

function isNullLiteral(node: RuleNode): boolean {
  return node.kind === 'literal' && node.value === null
}

function isDoc(node: RuleNode): boolean {
  return node.kind === 'variable' && node.name === 'doc'
}

/** `a.b.c`: a, a.b and a.b.c. */
function withParents(path: string): readonly string[] {
  const names = path.split('.')
  return names.map((_, index) => names.slice(0, index + 1).join('.'))
}
