/** Parses the JSON of a document and finds the position of an error, which not all browsers report. Pure. */
import { positionAt } from '../../ui/text-position.ts'
import { isObject, type JsonObject } from './values.ts'

export type ReadDocument =
  | { readonly document: JsonObject; readonly fault?: never }
  | {
      /** `object`: valid JSON, but not an object. */
      readonly fault: 'syntax' | 'object'
      /** The offset of the error in the text. */
      readonly at: number
      readonly line: number
      readonly column: number
    }

export function readDocument(text: string): ReadDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const at = new Scanner(text).errorAt()
    return { fault: 'syntax', at, ...positionAt(text, at) }
  }
  return isObject(value) ? { document: value } : { fault: 'object', at: 0, ...positionAt(text, 0) }
}

const SPACE = /[ \t\r\n]*/y
const SCALAR =
  /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy

/** Reads invalid JSON up to its first error. */
class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The offset of the first character that is not valid. */
  errorAt(): number {
    if (this.#value()) this.#take(SPACE)
    return this.#at
  }

  /** Reads a value. Returns false at an error, with `#at` on it. */
  #value(): boolean {
    this.#take(SPACE)
    const char = this.#text[this.#at]
    if (char === '{') return this.#list('}', () => this.#take(STRING) && this.#mark(':') && this.#value())
    if (char === '[') return this.#list(']', () => this.#value())
    return this.#take(SCALAR)
  }

  #list(end: string, item: () => boolean): boolean {
    this.#at += 1
    if (this.#mark(end)) return true
    do {
      this.#take(SPACE)
      if (!item()) return false
    } while (this.#mark(','))
    return this.#mark(end)
  }

  #mark(char: string): boolean {
    this.#take(SPACE)
    if (this.#text[this.#at] !== char) return false
    this.#at += 1
    return true
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found !== undefined
  }
}
