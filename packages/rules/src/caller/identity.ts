import { show } from '../language/explain.ts'
import { ComparableValue, EvaluationError, NOT_COMPARABLE, type Unknown, type Value } from '../language/values.ts'
import { type Language, text } from '../text.ts'
import type { RuleAuth } from './rule-auth.ts'

const SEVERAL_IDS = text('it is not known which of several ids it is', '不知道是多个 id 中的哪一个')

/** An id from the context; an empty or ill-typed one is no id, so it equals nothing. */
export function idOf(source: object, field: string): string | undefined {
  const value: unknown = Object.hasOwn(source, field) ? (source as Record<string, unknown>)[field] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/*
 * `idOf` for one named id each. What a plain object has is its own when the prototype of all objects has nothing of that
 * name; with the name in the source the engine answers both from the shape of the object, where `Object.hasOwn` is a call.
 */

const BASE: Ids = Object.prototype
type Ids = { readonly uid?: unknown; readonly openid?: unknown; readonly customUserId?: unknown }

export function uidOf(auth: Ids): string | undefined {
  const owned = (Object.getPrototypeOf(auth) === BASE && BASE.uid === undefined) || Object.hasOwn(auth, 'uid')
  return owned ? textOf(auth.uid) : undefined
}

export function openidOf(auth: Ids): string | undefined {
  const owned = (Object.getPrototypeOf(auth) === BASE && BASE.openid === undefined) || Object.hasOwn(auth, 'openid')
  return owned ? textOf(auth.openid) : undefined
}

export function customUserIdOf(auth: Ids): string | undefined {
  const owned =
    (Object.getPrototypeOf(auth) === BASE && BASE.customUserId === undefined) || Object.hasOwn(auth, 'customUserId')
  return owned ? textOf(auth.customUserId) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 ? value : undefined
}

/** Every id that counts as the caller. */
export function callerIds(auth: RuleAuth): readonly string[] {
  const ids = [openidOf(auth), customUserIdOf(auth), uidOf(auth)]
  return [...new Set(ids.filter((id) => id !== undefined))]
}

/** Whether `id` is one of the caller's ids. */
export function isCaller(auth: RuleAuth | null, id: string): boolean {
  if (auth === null) return false
  return uidOf(auth) === id || openidOf(auth) === id || customUserIdOf(auth) === id
}

/** Whether somebody with the id `owner` is `other`: what `new Identity([owner], caller).equals(other)` says of a string. */
export function isSamePerson(owner: string, other: string, caller: RuleAuth | null): boolean {
  return owner === other || (isCaller(caller, owner) && isCaller(caller, other))
}

/**
 * The owner of a file, as `resource.openid`. A person has several ids and the file is marked with one or more of
 * them; when one is the caller's, the owner is the caller and equals each of the caller's ids.
 */
export class Identity extends ComparableValue {
  private readonly ids: readonly string[]
  private readonly caller: RuleAuth | null

  /** @param ids at least one id of the owner */
  constructor(ids: readonly string[], caller: RuleAuth | null) {
    super()
    this.ids = ids
    this.caller = caller
  }

  equals(other: Exclude<Value, null | undefined | Unknown>): boolean {
    if (other instanceof Identity) return other.ids.some((id) => this.equals(id))
    if (other instanceof ComparableValue) return other.equals(this)
    if (typeof other === 'object') throw new EvaluationError(NOT_COMPARABLE)
    return typeof other === 'string' && (this.ids.includes(other) || (isCaller(this.caller, other) && this.isCallers()))
  }

  show(): string {
    return listIds(this.ids)
  }

  relation(other: Value, language: Language): string {
    const zh = language === 'zh'
    const owner = this.show()
    if (this.isCallers()) return zh ? `${owner} 是当前用户` : `${owner} is the caller`
    if (this.caller === null) {
      const shown = show(other, language)
      return zh ? `${owner} 不是 ${shown}，而且没有登录` : `${owner} is not ${shown}, and nobody is logged in`
    }
    if (typeof other === 'string' && !isCaller(this.caller, other)) {
      const shown = show(other, language)
      return zh ? `${owner} 不是 ${shown}` : `${owner} is not ${shown}`
    }
    const caller = listIds(callerIds(this.caller))
    return zh ? `${owner} 不是当前用户（${caller}）` : `${owner} is not the caller (${caller})`
  }

  text(): string {
    const [id, ...others] = this.ids
    if (id === undefined || others.length > 0) throw new EvaluationError(SEVERAL_IDS)
    return id
  }

  private isCallers(): boolean {
    return this.ids.some((id) => isCaller(this.caller, id))
  }
}

/** Ids as a reason shows them. */
export function listIds(ids: readonly string[]): string {
  return ids.map((id) => show(id, 'en')).join(', ')
}
