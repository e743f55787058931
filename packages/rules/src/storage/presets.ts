import { callerIds, isCaller, listIds } from '../caller/identity.ts'
import { authOf } from '../caller/rule-auth.ts'
import type { PresetAcl } from '../preset-acl.ts'
import { type Language, type Text, text } from '../text.ts'
import type { StorageOperation, StorageRuleContext } from './context.ts'
import { claimOf, creatorOf } from './owner.ts'

type Right = 'everybody' | 'owner' | 'administrators'

const RIGHTS: Readonly<Record<PresetAcl, Readonly<Record<StorageOperation, Right>>>> = {
  READONLY: { read: 'everybody', write: 'owner' },
  PRIVATE: { read: 'owner', write: 'owner' },
  ADMINWRITE: { read: 'everybody', write: 'administrators' },
  ADMINONLY: { read: 'administrators', write: 'administrators' },
}

const VERBS: Readonly<Record<StorageOperation, string>> = { read: '读取', write: '写入' }

/** Why a preset refuses, or undefined when it allows. */
export function presetRefusal(
  acl: PresetAcl,
  operation: StorageOperation,
  context: StorageRuleContext,
  language: Language,
): string | undefined {
  const zh = language === 'zh'
  switch (RIGHTS[acl][operation]) {
    case 'everybody':
      return undefined
    case 'administrators':
      return zh ? `${acl} 只允许管理员${VERBS[operation]}` : `${acl} lets only administrators ${operation}`
    case 'owner': {
      const foreign = whyNotOwner(context)?.[language]
      if (foreign === undefined) return undefined
      return zh
        ? `${acl} 只允许所有者${VERBS[operation]}：${foreign}`
        : `${acl} lets only the owner ${operation}: ${foreign}`
    }
  }
}

/** Whether a preset allows: what {@link presetRefusal} says, without the words. */
export function presetTest(acl: PresetAcl, operation: StorageOperation): (context: StorageRuleContext) => boolean {
  const right = RIGHTS[acl][operation]
  return right === 'owner' ? isOwner : () => right === 'everybody'
}

function isOwner(context: StorageRuleContext): boolean {
  const auth = authOf(context)
  if (auth === null) return false
  const { resource } = context
  const claim = claimOf(resource)
  if (claim !== undefined) return isCaller(auth, claim)
  return resource.exists === false || creatorOf(resource).some((id) => isCaller(auth, id))
}

/** The owner is the {id} of `users/{id}/...`; elsewhere the uploader, and for a new file whoever is logged in. */
function whyNotOwner(context: StorageRuleContext): Text | undefined {
  const auth = authOf(context)
  if (auth === null) return text('nobody is logged in', '没有登录')
  const { resource } = context
  const claim = claimOf(resource)
  if (claim !== undefined) {
    if (isCaller(auth, claim)) return undefined
    const caller = listIds(callerIds(auth))
    return text(
      `the path belongs to ${listIds([claim])}, not to ${caller}`,
      `这个路径属于 ${listIds([claim])}，不属于 ${caller}`,
    )
  }
  if (resource.exists === false) return undefined
  const creator = creatorOf(resource)
  if (creator.length === 0) {
    return text(
      'the path has no users/{id}/ segment and the stored file was not uploaded by a user',
      '路径不在 users/{id}/ 之下，已有的文件也不是用户上传的',
    )
  }
  if (creator.some((id) => isCaller(auth, id))) return undefined
  const [by, caller] = [listIds(creator), listIds(callerIds(auth))]
  return text(`the file was uploaded by ${by}, not by ${caller}`, `文件由 ${by} 上传，不是由 ${caller} 上传`)
}
