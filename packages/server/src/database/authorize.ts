import { type Caller, CloudsteadError, idsOf } from '@cloudstead/protocol'
import type { PresetAcl } from '@cloudstead/rules'

/** What someone wants to do with documents of a collection. */
export type DocumentAction = 'read' | 'create' | 'update' | 'delete'

/** Which documents an action may touch: all, or only those whose `_openid` is one of these ids. */
export type Scope = { readonly kind: 'all' } | { readonly kind: 'own'; readonly ids: readonly string[] }

/** Who may: everyone (nobody logged in included), any user, the document's creator, or administrators only. */
type Grant = 'everyone' | 'users' | 'creator' | 'administrators'

const PRESETS: Readonly<Record<PresetAcl, Readonly<Record<DocumentAction, Grant>>>> = {
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

const ALL: Scope = { kind: 'all' }

/**
 * Decides what a caller may do with the documents of a collection. The only place that does; what it does not grant is
 * refused. A creator's rights are a scope: documents of others are then simply not found.
 *
 * @throws CloudsteadError DATABASE_PERMISSION_DENIED
 */
export function authorize(caller: Caller, action: DocumentAction, collection: string, acl: PresetAcl): Scope {
  if (caller.kind === 'admin') return ALL
  const grant: Grant = PRESETS[acl][action]
  if (grant === 'everyone') return ALL
  if (caller.kind === 'user') {
    if (grant === 'users') return ALL
    if (grant === 'creator') return { kind: 'own', ids: idsOf(caller) }
  }
  throw new CloudsteadError('DATABASE_PERMISSION_DENIED', undefined, {
    internal: `${caller.kind} may not ${action} in '${collection}': acl ${acl} grants it to ${grant}`,
  })
}

/** @throws CloudsteadError DATABASE_PERMISSION_DENIED unless the caller is an administrator. */
export function authorizeAdministration(caller: Caller): void {
  if (caller.kind !== 'admin') {
    throw new CloudsteadError('DATABASE_PERMISSION_DENIED', 'only administrators may create collections')
  }
}

/** Whether a document lies in a scope. */
export function inScope(scope: Scope, document: Readonly<Record<string, unknown>>): boolean {
  return scope.kind === 'all' || (typeof document._openid === 'string' && scope.ids.includes(document._openid))
}
