import { RuleError } from '../rule-error.ts'
import type { RulesText } from '../rules-text/rules-text.ts'
import { type Text, text } from '../text.ts'
import { unknownName } from '../unknown-name.ts'

type ErrorSource = Pick<RulesText, 'errorAt'>

/** For values that were not parsed from a source. Their errors start with the path. */
export const NO_SOURCE: ErrorSource = {
  errorAt: (message, path) => {
    const at = path.length === 0 ? '' : `${path.join('.')}: `
    return new RuleError(text(`${at}${message.en}`, `${at}${message.zh}`), { key: path.at(-1), path })
  },
}

/** Reads a case file or a configuration: a value in it, with the path that errors refer to. */
export class JsonCursor {
  readonly value: unknown
  readonly path: readonly string[]
  readonly #source: ErrorSource

  constructor(source: ErrorSource, value: unknown, path: readonly string[] = []) {
    this.#source = source
    this.value = value
    this.path = path
  }

  /**
   * @param path relative to this value
   * @param index an offset inside the string at `path`
   */
  error(message: Text, path: readonly string[] = [], index?: number): RuleError {
    return this.#source.errorAt(message, [...this.path, ...path], index)
  }

  /** @throws {RuleError} at this value */
  fail(message: Text): never {
    throw this.error(message)
  }

  /** @throws {RuleError} at this value: it must be `needed` */
  failAs(needed: Text): never {
    const name = this.path.at(-1)
    const what = name === undefined ? text('this', '这里') : text(JSON.stringify(name), JSON.stringify(name))
    return this.fail(text(`${what.en} must be ${needed.en}`, `${what.zh} 必须是${needed.zh}`))
  }

  at(key: string): JsonCursor | undefined {
    if (!isJsonObject(this.value) || !Object.hasOwn(this.value, key)) return undefined
    const value = this.value[key]
    return value === undefined ? undefined : new JsonCursor(this.#source, value, [...this.path, key])
  }

  /** @throws {RuleError} unless the value is an object */
  members(): readonly (readonly [name: string, member: JsonCursor])[] {
    if (!isJsonObject(this.value)) return this.failAs(AN_OBJECT)
    return Object.keys(this.value).flatMap((name) => {
      const member = this.at(name)
      return member === undefined ? [] : [[name, member] as const]
    })
  }

  /** @throws {RuleError} unless the value is an array */
  items(): readonly JsonCursor[] {
    if (!Array.isArray(this.value)) return this.failAs(AN_ARRAY)
    return this.value.map((item: unknown, index) => new JsonCursor(this.#source, item, [...this.path, String(index)]))
  }

  /** @throws {RuleError} unless the value is a string and not empty */
  string(): string {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.failAs(A_STRING)
  }

  /** @throws {RuleError} unless the value is one of the valid words */
  word<T extends string>(valid: readonly T[]): T {
    const found = valid.find((word) => word === this.value)
    if (found !== undefined) return found
    return this.fail(unknownName(text(this.path.at(-1) ?? 'value', '值'), this.value, valid))
  }

  /** @throws {RuleError} when the object has a member that is not in the list */
  only(names: readonly string[]): this {
    for (const [name, member] of this.members()) {
      if (!names.includes(name)) member.fail(unknownName(text('key', '键'), name, names))
    }
    return this
  }

  /** @throws {RuleError} when there is no such member */
  need(key: string): JsonCursor {
    return this.at(key) ?? this.fail(text(`${JSON.stringify(key)} is missing`, `缺少 ${JSON.stringify(key)}`))
  }
}

const AN_OBJECT = text('an object', '对象')
const AN_ARRAY = text('an array', '数组')
const A_STRING = text('a non-empty string', '非空字符串')

function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
