import { nearest } from '../nearest.ts'
import { RuleError } from '../rule-error.ts'
import type { RulesText } from '../rules-text/rules-text.ts'
import { type Text, text } from '../text.ts'

/** What can say where something stands: a text that was read, or an object that was handed in. */
export type Places = Pick<RulesText, 'errorAt'>

/** Of an object without a text only the path is known. */
export const NO_TEXT: Places = {
  errorAt: (message, path) => {
    const at = path.length === 0 ? '' : `${path.join('.')}: `
    return new RuleError(text(`${at}${message.en}`, `${at}${message.zh}`), { key: path.at(-1) })
  },
}

const MAX_SHOWN = 80

/** Shorter words are near to too many others. */
const MIN_WORD = 4

/** A part of a case file or a configuration that is being read: its value, and where it stands for errors. */
export class Part {
  readonly value: unknown
  readonly path: readonly string[]
  readonly #places: Places

  constructor(places: Places, value: unknown, path: readonly string[] = []) {
    this.#places = places
    this.value = value
    this.path = path
  }

  /**
   * @param path what leads on from here
   * @param index an offset inside the string that stands there
   */
  error(message: Text, path: readonly string[] = [], index?: number): RuleError {
    return this.#places.errorAt(message, [...this.path, ...path], index)
  }

  /** @throws {RuleError} at this part */
  fail(message: Text): never {
    throw this.error(message)
  }

  /** @throws {RuleError} at this part, saying what it has to be */
  failAs(needed: Text): never {
    const name = this.path.at(-1)
    const what = name === undefined ? text('this', '这里') : text(JSON.stringify(name), JSON.stringify(name))
    return this.fail(text(`${what.en} must be ${needed.en}`, `${what.zh} 必须是${needed.zh}`))
  }

  at(key: string): Part | undefined {
    if (!isObject(this.value) || !Object.hasOwn(this.value, key)) return undefined
    const value = this.value[key]
    return value === undefined ? undefined : new Part(this.#places, value, [...this.path, key])
  }

  /** The members of an object. */
  members(): readonly (readonly [name: string, part: Part])[] {
    if (!isObject(this.value)) return this.failAs(AN_OBJECT)
    return Object.keys(this.value).flatMap((name) => {
      const part = this.at(name)
      return part === undefined ? [] : [[name, part] as const]
    })
  }

  items(): readonly Part[] {
    if (!Array.isArray(this.value)) return this.failAs(A_LIST)
    return this.value.map((item: unknown, index) => new Part(this.#places, item, [...this.path, String(index)]))
  }

  string(): string {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.failAs(A_TEXT)
  }

  /** One of the valid words. */
  word<T extends string>(valid: readonly T[]): T {
    const found = valid.find((word) => word === this.value)
    if (found !== undefined) return found
    return this.fail(unknown(text(this.path.at(-1) ?? 'value', '值'), this.value, valid))
  }

  /** Refuses members that an object has beyond those that are known. */
  only(known: readonly string[]): this {
    for (const [name, part] of this.members()) {
      if (!known.includes(name)) part.fail(unknown(text('key', '键'), name, known))
    }
    return this
  }

  /** @throws {RuleError} when the member is not there */
  need(key: string): Part {
    return this.at(key) ?? this.fail(text(`${JSON.stringify(key)} is missing`, `缺少 ${JSON.stringify(key)}`))
  }
}

const AN_OBJECT = text('an object', '对象')
const A_LIST = text('a list', '数组')
const A_TEXT = text('a text', '非空字符串')

/** The message about a name that does not exist, with the nearest one that does. */
export function unknown(what: Text, name: unknown, valid: readonly string[]): Text {
  const shown = (JSON.stringify(name) ?? String(name)).slice(0, MAX_SHOWN)
  const near = typeof name === 'string' && name.length >= MIN_WORD ? nearest(name, valid) : undefined
  if (near !== undefined) {
    const quoted = JSON.stringify(near)
    return text(
      `unknown ${what.en} ${shown}; did you mean ${quoted}?`,
      `未知的${what.zh} ${shown}；是否想写 ${quoted}？`,
    )
  }
  const list = valid.length === 0 ? text('there is none', '一个也没有') : text(valid.join(', '), valid.join('、'))
  return text(`unknown ${what.en} ${shown}; valid: ${list.en}`, `未知的${what.zh} ${shown}；可用：${list.zh}`)
}

/** A plain object, as JSON has them. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
