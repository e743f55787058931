import { RuleError } from '../rule-error.ts'
import { type Text, text } from '../text.ts'

/** A JSON value with its position. */
export interface JsonNode {
  readonly value: unknown
  readonly start: number
  readonly end: number
  /** The members of an object in order, or the items of an array by index. */
  readonly members?: ReadonlyMap<string, JsonMember>
}

interface JsonMember {
  readonly keyStart: number
  readonly node: JsonNode
}

/** Characters of a source. Rules have a few thousand, and a whole configuration has far fewer than this. */
const MAX_SOURCE = 1_000_000

/** Nesting levels of arrays and objects. A configuration has six. */
const MAX_DEPTH = 64

/** White space, `//` and closed block comments, and the byte order mark that some editors add. */
const BETWEEN = /(?:[ \t\r\n\ufeff]+|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\\r\n]|\\[^\r\n])*"/y
const WORD = /[A-Za-z_$][\w$]*/y

const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/**
 * Parses JSON with comments and trailing commas. A duplicate key is an error, because `JSON.parse` would silently drop the
 * first value.
 *
 * @throws {RuleError} with the position
 */
export function parseJson(source: string): JsonNode {
  if (source.length > MAX_SOURCE) {
    throw new RuleError(
      text(
        `the source has ${source.length} characters; at most ${MAX_SOURCE} are allowed`,
        `文本有 ${source.length} 个字符，最多允许 ${MAX_SOURCE} 个`,
      ),
    )
  }
  return new JsonParser(source).document()
}

class JsonParser {
  readonly #source: string
  #index = 0
  #depth = 0

  constructor(source: string) {
    this.#source = source
  }

  document(): JsonNode {
    const node = this.#value()
    this.#skip()
    if (this.#index < this.#source.length) this.#unexpected()
    return node
  }

  #value(): JsonNode {
    this.#skip()
    if (this.#depth >= MAX_DEPTH) {
      this.#refuse(text(`nested deeper than ${MAX_DEPTH} levels`, `嵌套超过 ${MAX_DEPTH} 层`))
    }
    this.#depth++
    const node = this.#bare()
    this.#depth--
    return node
  }

  #bare(): JsonNode {
    const start = this.#index
    const char = this.#source[start]
    if (char === '{') return this.#object(start)
    if (char === '[') return this.#array(start)
    if (char === '"') return { value: this.#string(), start, end: this.#index }
    const number = this.#match(NUMBER)
    if (number !== undefined) return { value: Number(number), start, end: this.#index }
    const word = this.#match(WORD)
    const value = word === undefined ? undefined : LITERALS.get(word)
    if (value !== undefined) return { value, start, end: this.#index }
    return this.#unexpected(start)
  }

  #object(start: number): JsonNode {
    const members = new Map<string, JsonMember>()
    this.#items('}', () => {
      const keyStart = this.#index
      if (this.#source[keyStart] !== '"') this.#unexpected(keyStart)
      const key = this.#string()
      if (!this.#take(':')) this.#unexpected()
      const node = this.#value()
      const first = members.get(key)
      if (first !== undefined) this.#refuse(duplicateKey(key, first.node.value, node.value), keyStart)
      members.set(key, { keyStart, node })
    })
    const value = Object.fromEntries([...members].map(([key, { node }]) => [key, node.value]))
    return { value, members, start, end: this.#index }
  }

  #array(start: number): JsonNode {
    const members = new Map<string, JsonMember>()
    this.#items(']', () => {
      const node = this.#value()
      members.set(String(members.size), { keyStart: node.start, node })
    })
    const value = [...members.values()].map(({ node }) => node.value)
    return { value, members, start, end: this.#index }
  }

  /** The comma-separated items between brackets. A trailing comma is allowed. */
  #items(closing: string, item: () => void): void {
    this.#index++
    while (!this.#take(closing)) {
      item()
      if (this.#take(',')) continue
      if (this.#take(closing)) return
      this.#unexpected()
    }
  }

  #string(): string {
    const start = this.#index
    const raw = this.#match(STRING)
    if (raw === undefined) {
      this.#refuse(text('a string must end on the line where it starts', '字符串没有在同一行结束'), start)
    }
    try {
      return JSON.parse(raw) as string
    } catch {
      return this.#refuse(
        text('the string has an escape or a character that is not valid in JSON', '字符串中有 JSON 不支持的转义或字符'),
        start,
      )
    }
  }

  #take(expected: string): boolean {
    this.#skip()
    if (this.#source[this.#index] !== expected) return false
    this.#index++
    return true
  }

  #skip(): void {
    this.#match(BETWEEN)
    if (this.#source.startsWith('/*', this.#index)) this.#refuse(text('the comment is not closed', '注释没有结束'))
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#index
    const found = pattern.exec(this.#source)?.[0]
    if (found !== undefined) this.#index += found.length
    return found
  }

  #unexpected(index = this.#index): never {
    const code = this.#source.codePointAt(index)
    if (code === undefined) {
      return this.#refuse(text('unexpected end; a closing bracket is missing', '内容不完整，缺少右括号'), index)
    }
    const char = JSON.stringify(String.fromCodePoint(code))
    const quotes = char === `"'"` || code > 0x7f
    return this.#refuse(
      quotes
        ? text(`unexpected ${char} (JSON quotes are ")`, `意外的 ${char}（JSON 的引号是半角双引号）`)
        : text(`unexpected ${char}`, `意外的 ${char}`),
      index,
    )
  }

  #refuse(message: Text, index = this.#index): never {
    throw new RuleError(message, { index, source: this.#source })
  }
}

const RULES: readonly string[] = ['read', 'write', 'create', 'update', 'delete', 'invoke']

/** Old pages of the platform show two variants of a rule under the same key, one for each kind of login. */
function duplicateKey(key: string, first: unknown, second: unknown): Text {
  const quoted = JSON.stringify(key.slice(0, 64))
  // The values of other keys may be secrets, such as variables of functions.
  if (!RULES.includes(key) || typeof first !== 'string' || typeof second !== 'string') {
    return text(`duplicate key ${quoted}; JSON keeps only the last`, `键 ${quoted} 重复；JSON 只保留最后一个`)
  }
  const merged = `${quoted}: ${JSON.stringify(first === second ? first : `(${first}) || (${second})`)}`
  return text(
    `duplicate key ${quoted}; JSON keeps only the last. Old pages of the platform show two variants of a rule like this, ` +
      `and you choose one. To allow both, join them: ${merged}`,
    `键 ${quoted} 重复，JSON 只保留最后一个。平台的旧文档曾这样写出一条规则的两种写法，供选择其一。要同时允许两者，请合并为：${merged}`,
  )
}
