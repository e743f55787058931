import { callerIds, isCaller } from '../caller/caller.ts'
import { listIds } from '../caller/identity.ts'
import type { PresetAcl } from '../acl.ts'
import { type Language, type Text, text } from '../text.ts'
import type { StorageOperation } from './context.ts'
import type { StorageFacts } from './facts.ts'

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
  facts: StorageFacts,
  language: Language,
): string | undefined {
  const zh = language === 'zh'
  switch (RIGHTS[acl][operation]) {
    case 'everybody':
      return undefined
    case 'administrators':
      return zh ? `${acl} 只允许管理员${VERBS[operation]}` : `${acl} lets only administrators ${operation}`
    case 'owner': {
      const foreign = whyNotOwner(facts)?.[language]
      if (foreign === undefined) return undefined
      return zh
        ? `${acl} 只允许所有者${VERBS[operation]}：${foreign}`
        : `${acl} lets only the owner ${operation}: ${foreign}`
    }
  }
}

/** Whether a preset allows: what {@link presetRefusal} says, without the words. */
export function presetTest(acl: PresetAcl, operation: StorageOperation): (facts: StorageFacts) => boolean {
  const right = RIGHTS[acl][operation]
  return right === 'owner' ? isOwner : () => right === 'everybody'
}

function isOwner(facts: StorageFacts): boolean {
  const { caller, claim } = facts
  if (caller === null) return false
  if (claim !== undefined) return isCaller(caller, claim)
  return facts.exists === false || facts.creator.some((id) => isCaller(caller, id))
}

/** The owner is the {id} of `users/{id}/...`; elsewhere the uploader, and for a new file whoever is logged in. */
function whyNotOwner({ caller, claim, exists, creator }: StorageFacts): Text | undefined {
  if (caller === null) return text('nobody is logged in', '没有登录')
  const ids = listIds(callerIds(caller))
  if (claim !== undefined) {
    if (isCaller(caller, claim)) return undefined
    return text(
      `the path belongs to ${listIds([claim])}, not to ${ids}`,
      `这个路径属于 ${listIds([claim])}，不属于 ${ids}`,
    )
  }
  if (exists === false) return undefined
  if (creator.length === 0) {
    return text(
      'the path has no users/{id}/ segment and the stored file was not uploaded by a user',
      '路径不在 users/{id}/ 之下，已有的文件也不是用户上传的',
    )
  }
  if (creator.some((id) => isCaller(caller, id))) return undefined
  const by = listIds(creator)
  return text(`the file was uploaded by ${by}, not by ${ids}`, `文件由 ${by} 上传，不是由 ${ids} 上传`)
}
