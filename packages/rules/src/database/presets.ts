import { type Caller, callerIds, isCaller } from '../caller/caller.ts'
import { idOf, listIds } from '../caller/identity.ts'
import type { PresetAcl } from '../acl.ts'
import { type Text, text } from '../text.ts'
import type { DatabaseOperation } from './context.ts'
import type { DatabaseFacts } from './facts.ts'

/** Which documents of a collection an operation may touch at all, before it is known which it asks for. */
export type Reach =
  | { readonly kind: 'all' }
  /** Those whose `_openid` is one of these ids; the others are as if they were not there. */
  | { readonly kind: 'own'; readonly ids: readonly string[] }
  /** A rule decides on each. */
  | { readonly kind: 'rule' }
  | { readonly kind: 'none'; readonly reason: Text }

export const ALL: Reach = Object.freeze({ kind: 'all' })

/** Who may: everyone (nobody logged in included), any user, the document's creator, or administrators only. */
type Grant = 'everyone' | 'users' | 'creator' | 'administrators'

const GRANTS: Readonly<Record<PresetAcl, Readonly<Record<DatabaseOperation, Grant>>>> = {
  READONLY: { read: 'everyone', create: 'users', update: 'creator', delete: 'creator' },
  PRIVATE: { read: 'creator', create: 'users', update: 'creator', delete: 'creator' },
  ADMINWRITE: { read: 'everyone', create: 'administrators', update: 'administrators', delete: 'administrators' },
  ADMINONLY: {
    read: 'administrators',
    create: 'administrators',
    update: 'administrators',
    delete: 'administrators',
  },
}

const VERBS: Readonly<Record<DatabaseOperation, string>> = {
  read: '读取',
  create: '创建',
  update: '更新',
  delete: '删除',
}

/** What a preset lets a caller reach. */
export function presetReach(acl: PresetAcl, operation: DatabaseOperation, caller: Caller | null): Reach {
  const grant = GRANTS[acl][operation]
  if (grant === 'everyone') return ALL
  if (grant === 'administrators') {
    const reason = text(`${acl} lets only administrators ${operation}`, `${acl} 只允许管理员${VERBS[operation]}`)
    return { kind: 'none', reason }
  }
  if (caller === null) {
    const reason = text(
      `${acl} lets only users ${operation}, and nobody is logged in`,
      `${acl} 只允许登录用户${VERBS[operation]}，而现在没有登录`,
    )
    return { kind: 'none', reason }
  }
  return grant === 'users' ? ALL : { kind: 'own', ids: callerIds(caller) }
}

/** Why a preset refuses one document, or undefined when it allows. */
export function presetRefusal(
  acl: PresetAcl,
  operation: DatabaseOperation,
  { caller, doc }: DatabaseFacts,
): Text | undefined {
  const reach = presetReach(acl, operation, caller)
  if (reach.kind === 'none') return reach.reason
  if (reach.kind !== 'own') return undefined
  const owner = doc === undefined ? undefined : idOf(doc, '_openid')
  if (owner !== undefined && isCaller(caller, owner)) return undefined
  const whose =
    owner === undefined
      ? text('the document was not made by a user', '文档不是用户创建的')
      : text(
          `the document belongs to ${listIds([owner])}, not to ${listIds(reach.ids)}`,
          `文档属于 ${listIds([owner])}，不属于 ${listIds(reach.ids)}`,
        )
  return text(
    `${acl} lets only the creator ${operation}: ${whose.en}`,
    `${acl} 只允许创建者${VERBS[operation]}：${whose.zh}`,
  )
}
