import { childrenOf, isNullLiteral, type RuleNode } from '../../language/ast.ts'

/**
 * How a rule uses the value at a path: as a `scalar` to compare, as the `array` on the right of `in`, as an `object` with
 * named members. `present`: it only asks whether there is a value. `any`: it is not clear.
 */
export type PathUse = 'scalar' | 'array' | 'object' | 'present' | 'any'

/** The dotted paths of `doc` that a rule reads. */
export interface DocPaths {
  readonly read: ReadonlySet<string>
  /** Whether a condition on the path can matter to the rule. */
  concerns(path: string): boolean
  use(path: string): PathUse
  /** Whether the id of a `get( )` contains the value. */
  namesDocument(path: string): boolean
}

/** The name of a computed member; undefined when it depends on the document. */
export type NameOf = (property: RuleNode) => string | undefined

/** Names of array items and of the length. */
const INDEX = /^(?:\d+|length)$/

export function docPaths(root: RuleNode, nameOf: NameOf = literalName): DocPaths {
  const read = new Set<string>()
  const arrays = new Set<string>()
  const named = new Set<string>()
  const compared = new Set<string>()
  /** Paths with members that the rule reads; true when it reads one by index or by a name that is not known. */
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
    use(path) {
      if (arrays.has(path)) return 'array'
      const unclear = containers.get(path)
      if (unclear !== undefined) return unclear ? 'any' : 'object'
      if (compared.has(path)) return 'scalar'
      return read.has(path) ? 'present' : 'any'
    },
    namesDocument: (path) => named.has(path),
  }
}

/** Whether a rule reads the document at all. */
export function readsDoc(node: RuleNode): boolean {
  return isDoc(node) || childrenOf(node).some(readsDoc)
}

/** The path of `doc` that a node reads; undefined when it reads none, or when the path depends on the document. */
export function docPath(node: RuleNode, nameOf: NameOf = literalName): string | undefined {
  if (node.kind !== 'member') return undefined
  const name = memberName(node.property, nameOf)
  // In a query, a dot always separates names.
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

function isDoc(node: RuleNode): boolean {
  return node.kind === 'variable' && node.name === 'doc'
}

/** For `a.b.c`: `a`, `a.b` and `a.b.c`. */
function withParents(path: string): readonly string[] {
  const names = path.split('.')
  return names.map((_, index) => names.slice(0, index + 1).join('.'))
}
