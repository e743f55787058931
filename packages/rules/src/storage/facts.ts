import { type Caller, callerOf } from '../caller/caller.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'
import { own } from '../language/values.ts'
import type { StorageResource, StorageRuleContext } from './context.ts'

/** A context, looked at once: what is not there, not its own or of the wrong type is undefined. */
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

  /** Ids of whoever uploaded the stored file; none for a new file and for an upload by an administrator. */
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

/** The facts of a context; those of one that was looked at before are at hand. */
export function storageFacts(context: StorageRuleContext): StorageFacts {
  return context instanceof StorageFacts ? context : new StorageFacts(context)
}
