import type { CompareNode, RuleNode } from '../../language/ast.ts'
import { clip } from '../../language/show.ts'
import { readsDoc } from './doc-paths.ts'

/** Characters of one value in a condition. */
const MAX_VALUE = 160

/** SDK commands for a comparison with the field on its left. The MongoDB operator has the same name with a `$`. */
export const COMMANDS: Readonly<Record<string, string>> = {
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
}

/**
 * The condition on a field that makes a comparison true, as code for the SDK; undefined when there is none.
 *
 * @param path of the field
 * @param other the other side of the comparison
 * @param fieldFirst whether the field is on the left
 * @param source of the rule
 * @example _openid: '{openid}'
 */
export function sdkCondition(
  { operator }: CompareNode,
  path: string,
  other: RuleNode,
  fieldFirst: boolean,
  source: string,
): string | undefined {
  // The author of the query must know the value.
  if (readsDoc(other)) return undefined
  const name = /^[A-Za-z_$][\w$]*$/.test(path) ? path : JSON.stringify(path)
  const value = placeholder(path, other) ?? clip(source.slice(other.start, other.end), MAX_VALUE)
  if (operator === '==' || operator === '===') return `${name}: ${value}`
  if (operator === 'in') {
    if (!fieldFirst) return `${name}: ${value}`
    return other.kind === 'array' ? `${name}: _.in(${value})` : undefined
  }
  // neq also matches a document without the field, which the rule denies.
  if ((operator === '!=' || operator === '!==') && value === 'null') return `${name}: _.neq(null)`
  if (operator === '!=' || operator === '!==') return `${name}: _.neq(${value}).and(_.neq(null))`
  const command = fieldFirst ? COMMANDS[operator] : undefined
  return command === undefined ? undefined : `${name}: _.${command}(${value})`
}

/** The placeholder for an id of the caller. `{openid}` stands for all ids, and only `_openid` equals any of them. */
function placeholder(path: string, node: RuleNode): string | undefined {
  if (node.kind !== 'member' || node.object.kind !== 'variable' || node.object.name !== 'auth') return undefined
  if (node.property === 'openid' && path === '_openid') return "'{openid}'"
  return node.property === 'uid' ? "'{uid}'" : undefined
}
