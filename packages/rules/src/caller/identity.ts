import { show } from '../language/show.ts'
import { ComparableValue, EvaluationError, NOT_COMPARABLE, type Unknown, type Value } from '../language/values.ts'
import { type Language, text } from '../text.ts'
import { type Caller, callerIds, isCaller } from './caller.ts'

const SEVERAL_IDS = text(
  'the owner has several ids, and it is not clear which one to use',
  '不知道是多个 id 中的哪一个',
)

/** An id in data. Anything but a non-empty string is not an id, so it equals nothing. */
export function idOf(source: object, field: string): string | undefined {
  const value: unknown = Object.hasOwn(source, field) ? (source as Record<string, unknown>)[field] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Whether two ids name the same person; the same as `new Identity([owner], caller).equals(other)` for a string. */
export function isSamePerson(owner: string, other: string, caller: Caller | null): boolean {
  return owner === other || (isCaller(caller, owner) && isCaller(caller, other))
}

/**
 * The owner of a file or document, such as `resource.openid`. A person has several ids, and the owner is recorded with
 * one or more of them. When one of these is an id of the caller, the owner is the caller and equals each of the caller's
 * ids.
 */
export class Identity extends ComparableValue {
  readonly #ids: readonly string[]
  readonly #caller: Caller | null

  /** @param ids at least one id of the owner */
  constructor(ids: readonly string[], caller: Caller | null) {
    super()
    this.#ids = ids
    this.#caller = caller
  }

  equals(other: Exclude<Value, null | undefined | Unknown>): boolean {
    if (other instanceof Identity) return other.#ids.some((id) => this.equals(id))
    if (other instanceof ComparableValue) return other.equals(this)
    if (typeof other === 'object') throw new EvaluationError(NOT_COMPARABLE)
    return (
      typeof other === 'string' &&
      (this.#ids.includes(other) || (isCaller(this.#caller, other) && this.#isCallersOwn()))
    )
  }

  show(): string {
    return listIds(this.#ids)
  }

  relation(other: Value, language: Language): string {
    const zh = language === 'zh'
    const owner = this.show()
    if (this.#isCallersOwn()) return zh ? `${owner} 是当前用户` : `${owner} is the caller`
    if (this.#caller === null) {
      const shown = show(other, language)
      return zh ? `${owner} 不是 ${shown}，而且没有登录` : `${owner} is not ${shown}, and nobody is logged in`
    }
    if (typeof other === 'string' && !isCaller(this.#caller, other)) {
      const shown = show(other, language)
      return zh ? `${owner} 不是 ${shown}` : `${owner} is not ${shown}`
    }
    const caller = listIds(callerIds(this.#caller))
    return zh ? `${owner} 不是当前用户（${caller}）` : `${owner} is not the caller (${caller})`
  }

  asIdPart(): string {
    const [id, ...others] = this.#ids
    if (id === undefined || others.length > 0) throw new EvaluationError(SEVERAL_IDS)
    return id
  }

  #isCallersOwn(): boolean {
    return this.#ids.some((id) => isCaller(this.#caller, id))
  }
}

/** Ids as shown in a reason. */
export function listIds(ids: readonly string[]): string {
  return ids.map((id) => show(id, 'en')).join(', ')
}
