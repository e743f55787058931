import type { RuleNode } from '../language/ast.ts'
import { text } from '../text.ts'
import type { Found } from './finding.ts'
import { firstNode, firstRead } from './rule-search.ts'

/**
 * `doc` where a document is made: it is the new one, so what stands in it is what the caller sends.
 *
 * @param own whether the rule is about creating only, and not the `write` that stands in for it
 */
export function docInCreate(root: RuleNode, own: boolean): readonly Found[] {
  const field = firstNode(root, isField)
  if (field === undefined) return own ? ownerInCreate(root) : []
  const { start, end } = field
  const name = field.kind === 'member' && typeof field.property === 'string' ? `.${field.property}` : ''
  const message = own
    ? text(
        `where a document is made, doc is the new one, so the caller decides what doc${name} is; ` +
          `what the caller sends is request.data${name}`,
        `创建时 doc 就是即将创建的文档，doc${name} 由调用者决定；调用者传入的数据是 request.data${name}`,
      )
    : text(
        `there is no rule "create", so this one decides; where a document is made, doc is the new one, and the caller ` +
          `decides what doc${name} is. If that is not meant, give "create" a rule of its own`,
        `没有写 "create" 规则，因此由这条规则决定；创建时 doc 就是即将创建的文档，doc${name} 由调用者决定。如果这不是本意，请为 "create" 单独写一条规则`,
      )
  return [{ severity: own ? 'warning' : 'note', code: 'doc-in-create', span: { start, end }, message }]
}

function ownerInCreate(root: RuleNode): readonly Found[] {
  const owner = firstRead(root, 'doc', '_openid')
  if (owner === undefined) return []
  const { start, end } = owner
  const message = text(
    'where a document is made, doc is the new one: doc._openid is always the caller, and missing without a login',
    '创建时 doc 就是即将创建的文档：doc._openid 始终是调用者，未登录时缺失',
  )
  return [{ severity: 'note', code: 'doc-in-create', span: { start, end }, message }]
}

/** Anything of `doc` but `doc._openid`; `doc` by itself only where no name is written behind it. */
function isField(node: RuleNode): boolean {
  if (node.kind === 'member' && node.object.kind === 'variable' && node.object.name === 'doc') {
    return node.property !== '_openid'
  }
  return false
}
