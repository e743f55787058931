import { show } from '../language/explain.ts'
import type { StorageOperation, StorageRuleContext } from './context.ts'
import { callerIds, isCaller } from './identity.ts'
import { authOf, claimOf, creatorOf } from './owner.ts'

/** The platform's four ready-made modes. Administrators never get here: they bypass rules. */
export type PresetAcl = 'READONLY' | 'PRIVATE' | 'ADMINWRITE' | 'ADMINONLY'

export const PRESET_ACLS: readonly PresetAcl[] = Object.freeze(['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'])

export function isPresetAcl(value: unknown): value is PresetAcl {
  return PRESET_ACLS.some((acl) => acl === value)
}

type Right = 'everybody' | 'owner' | 'administrators'

const RIGHTS: Readonly<Record<PresetAcl, Readonly<Record<StorageOperation, Right>>>> = {
  READONLY: { read: 'everybody', write: 'owner' },
  PRIVATE: { read: 'owner', write: 'owner' },
  ADMINWRITE: { read: 'everybody', write: 'administrators' },
  ADMINONLY: { read: 'administrators', write: 'administrators' },
}

/** Why a preset refuses, or undefined when it allows. */
export function presetRefusal(
  acl: PresetAcl,
  operation: StorageOperation,
  context: StorageRuleContext,
): string | undefined {
  switch (RIGHTS[acl][operation]) {
    case 'everybody':
      return undefined
    case 'administrators':
      return `${acl} lets only administrators ${operation}`
    case 'owner': {
      const foreign = whyNotOwner(context)
      return foreign === undefined ? undefined : `${acl} lets only the owner ${operation}: ${foreign}`
    }
  }
}

/** The owner is the {id} of `users/{id}/...`; elsewhere the uploader, and for a new file whoever is logged in. */
function whyNotOwner(context: StorageRuleContext): string | undefined {
  const auth = authOf(context)
  if (auth === null) return 'nobody is logged in'
  const { resource } = context
  const claim = claimOf(resource)
  if (claim !== undefined) {
    return isCaller(auth, claim) ? undefined : `the path belongs to ${show(claim)}, not to ${shown(callerIds(auth))}`
  }
  if (resource.exists === false) return undefined
  const creator = creatorOf(resource)
  if (creator.length === 0) return 'the path has no users/{id}/ segment and the stored file was not uploaded by a user'
  if (creator.some((id) => isCaller(auth, id))) return undefined
  return `the file was uploaded by ${shown(creator)}, not by ${shown(callerIds(auth))}`
}

function shown(ids: readonly string[]): string {
  return ids.map(show).join(', ')
}
