import type { RuleNode } from '../language/ast.ts'
import { text } from '../text.ts'
import type { UnkeyedFinding } from './finding.ts'
import { firstNode, firstRead } from './rule-search.ts'

/**
 * Reports `doc` in a rule that decides `create`: it is the new document, so its fields are what the caller sends.
 *
 * @param own whether the rule is the `create` rule, and not a `write` rule that takes its place
 */
export function docInCreate(root: RuleNode, own: boolean): readonly UnkeyedFinding[] {
  const field = firstNode(root, isField)
  if (field === undefined) return own ? ownerInCreate(root) : []
  const { start, end } = field
  const name = field.kind === 'member' && typeof field.property === 'string' ? `.${field.property}` : ''
  const message = own
    ? text(
        `in a create rule, doc is the new document, so the caller decides the value of doc${name}; ` +
          `the data that the caller sends is request.data${name}`,
        `创建时 doc 就是即将创建的文档，doc${name} 由调用者决定；调用者传入的数据是 request.data${name}`,
      )
    : text(
        `there is no "create" rule, so this one decides; on create, doc is the new document, and the caller decides the ` +
          `value of doc${name}. If that is not intended, write a separate "create" rule`,
        `没有写 "create" 规则，因此由这条规则决定；创建时 doc 就是即将创建的文档，doc${name} 由调用者决定。如果这不是本意，请为 "create" 单独写一条规则`,
      )
  return [{ severity: own ? 'warning' : 'note', code: 'doc-in-create', span: { start, end }, message }]
}

function ownerInCreate(root: RuleNode): readonly UnkeyedFinding[] {
  const owner = firstRead(root, 'doc', '_openid')
  if (owner === undefined) return []
  const { start, end } = owner
  const message = text(
    'in a create rule, doc is the new document: doc._openid is always the caller, and missing without a login',
    '创建时 doc 就是即将创建的文档：doc._openid 始终是调用者，未登录时缺失',
  )
  return [{ severity: 'note', code: 'doc-in-create', span: { start, end }, message }]
}

/** Whether a node reads a field of `doc` other than `_openid`. */
function isField(node: RuleNode): boolean {
  if (node.kind === 'member' && node.object.kind === 'variable' && node.object.name === 'doc') {
    return node.property !== '_openid'
  }
  return false
}
