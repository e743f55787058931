import type { PresetAcl } from '../acl.ts'
import { type Caller, callerIds, isCaller } from '../caller/caller.ts'
import { idOf, listIds } from '../caller/identity.ts'
import { type Text, text } from '../text.ts'
import type { DatabaseFacts, DatabaseOperation } from './context.ts'
import { OPERATION_NAMES } from './operation-names.ts'

/** The documents of a collection that an operation may access at all, whatever the request asks for. */
export type Reach =
  | { readonly kind: 'all' }
  /** Documents whose `_openid` is one of these ids. Others are treated as if they did not exist. */
  | { readonly kind: 'own'; readonly ids: readonly string[] }
  /** A rule decides about each document. */
  | { readonly kind: 'rule' }
  | { readonly kind: 'none'; readonly reason: Text }

export const ALL: Reach = Object.freeze({ kind: 'all' })

/** Who is allowed: everyone, even without a login; every user; the creator of the document; only administrators. */
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

/** The documents that a preset lets a caller access. */
export function presetReach(acl: PresetAcl, operation: DatabaseOperation, caller: Caller | null): Reach {
  const grant = GRANTS[acl][operation]
  if (grant === 'everyone') return ALL
  if (grant === 'administrators') {
    const reason = text(
      `${acl} lets only administrators ${operation}`,
      `${acl} 只允许管理员${OPERATION_NAMES[operation].zh}`,
    )
    return { kind: 'none', reason }
  }
  if (caller === null) {
    const reason = text(
      `${acl} lets only users ${operation}, and nobody is logged in`,
      `${acl} 只允许登录用户${OPERATION_NAMES[operation].zh}，而现在没有登录`,
    )
    return { kind: 'none', reason }
  }
  return grant === 'users' ? ALL : { kind: 'own', ids: callerIds(caller) }
}

/** Why a preset denies access to a document; undefined when it allows it. */
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
      ? text('the document was not created by a user', '文档不是用户创建的')
      : text(
          `the document belongs to ${listIds([owner])}, not to ${listIds(reach.ids)}`,
          `文档属于 ${listIds([owner])}，不属于 ${listIds(reach.ids)}`,
        )
  return text(
    `${acl} lets only the creator ${operation}: ${whose.en}`,
    `${acl} 只允许创建者${OPERATION_NAMES[operation].zh}：${whose.zh}`,
  )
}
