import type { PresetAcl } from '../acl.ts'
import { callerIds, isCaller } from '../caller/caller.ts'
import { listIds } from '../caller/identity.ts'
import { type Language, type Text, text } from '../text.ts'
import type { StorageFacts, StorageOperation } from './context.ts'

type Grant = 'everyone' | 'owner' | 'administrators'

const GRANTS: Readonly<Record<PresetAcl, Readonly<Record<StorageOperation, Grant>>>> = {
  READONLY: { read: 'everyone', write: 'owner' },
  PRIVATE: { read: 'owner', write: 'owner' },
  ADMINWRITE: { read: 'everyone', write: 'administrators' },
  ADMINONLY: { read: 'administrators', write: 'administrators' },
}

const VERBS: Readonly<Record<StorageOperation, string>> = { read: '读取', write: '写入' }

/** Why a preset denies; undefined when it allows. */
export function presetRefusal(
  acl: PresetAcl,
  operation: StorageOperation,
  facts: StorageFacts,
  language: Language,
): string | undefined {
  const zh = language === 'zh'
  switch (GRANTS[acl][operation]) {
    case 'everyone':
      return undefined
    case 'administrators':
      return zh ? `${acl} 只允许管理员${VERBS[operation]}` : `${acl} lets only administrators ${operation}`
    case 'owner': {
      const why = whyNotOwner(facts)?.[language]
      if (why === undefined) return undefined
      return zh ? `${acl} 只允许所有者${VERBS[operation]}：${why}` : `${acl} lets only the owner ${operation}: ${why}`
    }
  }
}

/** Whether a preset allows; the same decision as {@link presetRefusal}, without the message. */
export function presetTest(acl: PresetAcl, operation: StorageOperation): (facts: StorageFacts) => boolean {
  const grant = GRANTS[acl][operation]
  return grant === 'owner' ? isOwner : () => grant === 'everyone'
}

function isOwner(facts: StorageFacts): boolean {
  const { caller, claim } = facts
  if (caller === null) return false
  if (claim !== undefined) return isCaller(caller, claim)
  return facts.exists === false || facts.creator.some((id) => isCaller(caller, id))
}

/** The owner is the {id} of `users/{id}/...`. For other paths it is the uploader, and any logged-in user for a new file. */
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
