import { show } from '../language/explain.ts'
import { ComparableValue, own, type Value } from '../language/values.ts'
import type { RuleAuth } from './context.ts'

const ID_FIELDS = ['openid', 'customUserId', 'uid'] as const

/** An id from the context; an empty or ill-typed one is no id, so it equals nothing. */
export function idOf(source: object, field: string): string | undefined {
  const value = own(source, field)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Every id that counts as the caller. */
export function callerIds(auth: RuleAuth): readonly string[] {
  return [...new Set(ID_FIELDS.map((field) => idOf(auth, field)).filter((id) => id !== undefined))]
}

/** Whether `id` is one of the caller's ids. */
export function isCaller(auth: RuleAuth | null, id: string): boolean {
  return auth !== null && ID_FIELDS.some((field) => idOf(auth, field) === id)
}

/**
 * The owner of a file, as `resource.openid`. A person has several ids and the file is marked with one or more of
 * them; when one is the caller's, the owner is the caller and equals each of the caller's ids.
 */
export class Identity extends ComparableValue {
  private readonly ids: readonly string[]
  private readonly caller: RuleAuth | null
  private readonly owned: boolean

  /** @param ids at least one id of the owner */
  constructor(ids: readonly string[], caller: RuleAuth | null) {
    super()
    this.ids = ids
    this.caller = caller
    this.owned = ids.some((id) => isCaller(caller, id))
  }

  equals(other: Value): boolean {
    if (other instanceof Identity) return other.ids.some((id) => this.equals(id))
    return typeof other === 'string' && (this.ids.includes(other) || (this.owned && isCaller(this.caller, other)))
  }

  show(): string {
    return list(this.ids)
  }

  relation(other: Value): string {
    if (this.owned) return `${this.show()} is the caller`
    if (this.caller === null) return `${this.show()} is not ${show(other)}, and nobody is logged in`
    if (typeof other === 'string' && !isCaller(this.caller, other)) return `${this.show()} is not ${show(other)}`
    return `${this.show()} is not the caller (${list(callerIds(this.caller))})`
  }
}

function list(ids: readonly string[]): string {
  return ids.map(show).join(', ')
}
