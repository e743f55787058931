/** Finds the position of an error in JSON, which not all browsers report. Pure. */

/** The offset of the first character that is not valid. @param text that `JSON.parse` refuses */
export function jsonErrorAt(text: string): number {
  return new Scanner(text).errorAt()
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
