import { type Caller, callerOf } from '../caller/caller.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'
import { own } from '../language/values.ts'

export type StorageOperation = 'read' | 'write'

/** The requested file. */
export interface StorageResource {
  /** The cloudPath. */
  readonly path: string
  /** The {id} of `users/{id}/...`; absent for other paths. */
  readonly claim?: string | undefined
  /** Ids of the user who uploaded the stored file; absent for a new file and for an upload by an administrator. */
  readonly creator?: readonly string[] | undefined
  /** False when the write would create the file. */
  readonly exists: boolean
  /** Bytes, when known. */
  readonly size?: number | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** The context of a decision. The server builds it from verified values, never directly from request data. */
export interface StorageRuleContext {
  readonly auth: RuleAuth | null
  readonly resource: StorageResource
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A context with checked fields: undefined when a field is missing, inherited or of the wrong type. */
export class StorageFacts implements StorageRuleContext {
  readonly auth: RuleAuth | null
  readonly resource: StorageResource
  readonly now: number
  readonly caller: Caller | null
  readonly path: string | undefined
  readonly claim: string | undefined
  readonly exists: boolean | undefined
  readonly size: number | undefined

  constructor(context: StorageRuleContext) {
    const { auth, resource, now } = context
    const plain = Object.getPrototypeOf(resource) === BASE
    this.auth = auth
    this.resource = resource
    this.now = now
    this.caller = callerOf(auth)
    const path = (plain && BASE.path === undefined) || Object.hasOwn(resource, 'path') ? resource.path : undefined
    this.path = typeof path === 'string' ? path : undefined
    const claim = (plain && BASE.claim === undefined) || Object.hasOwn(resource, 'claim') ? resource.claim : undefined
    this.claim = typeof claim === 'string' && claim.length > 0 ? claim : undefined
    const exists =
      (plain && BASE.exists === undefined) || Object.hasOwn(resource, 'exists') ? resource.exists : undefined
    this.exists = typeof exists === 'boolean' ? exists : undefined
    const size = (plain && BASE.size === undefined) || Object.hasOwn(resource, 'size') ? resource.size : undefined
    this.size = typeof size === 'number' ? size : undefined
  }

  /** Ids of the user who uploaded the stored file; empty for a new file and for an upload by an administrator. */
  get creator(): readonly string[] {
    const creator = own(this.resource, 'creator')
    if (this.exists !== true || !Array.isArray(creator)) return []
    return creator.filter((id) => typeof id === 'string' && id !== '')
  }

  get metadata(): object | undefined {
    const metadata = own(this.resource, 'metadata')
    return typeof metadata === 'object' && metadata !== null ? metadata : undefined
  }
}

const BASE: { readonly [name in keyof StorageResource]?: unknown } = Object.prototype

/** Checks the fields of a context. A context that is checked already is returned as it is. */
export function storageFacts(context: StorageRuleContext): StorageFacts {
  return context instanceof StorageFacts ? context : new StorageFacts(context)
}

/** The {id} of `users/{id}/...`; undefined for other paths. */
export function claimOf(path: string): string | undefined {
  return /^users\/([^/]+)\//.exec(path)?.[1]
}
