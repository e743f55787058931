import { show } from '../language/explain.ts'
import { ComparableValue, EvaluationError, NOT_COMPARABLE, type Unknown, type Value } from '../language/values.ts'
import { type Language, text } from '../text.ts'
import { type Caller, callerIds, isCaller } from './caller.ts'

const SEVERAL_IDS = text('it is not known which of several ids it is', '不知道是多个 id 中的哪一个')

/** An id from data; an empty or ill-typed one is no id, so it equals nothing. */
export function idOf(source: object, field: string): string | undefined {
  const value: unknown = Object.hasOwn(source, field) ? (source as Record<string, unknown>)[field] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Whether somebody with the id `owner` is `other`: what `new Identity([owner], caller).equals(other)` says of a string. */
export function isSamePerson(owner: string, other: string, caller: Caller | null): boolean {
  return owner === other || (isCaller(caller, owner) && isCaller(caller, other))
}

/**
 * The owner of a file, as `resource.openid`. A person has several ids and the file is marked with one or more of
 * them; when one is the caller's, the owner is the caller and equals each of the caller's ids.
 */
export class Identity extends ComparableValue {
  private readonly ids: readonly string[]
  private readonly caller: Caller | null

  /** @param ids at least one id of the owner */
  constructor(ids: readonly string[], caller: Caller | null) {
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
