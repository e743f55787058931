/** Where a JSON text is wrong: browsers say it in English, and some of them not at all. Pure. */
import { isObject, type JsonObject } from './values.ts'

export type ReadDocument =
  | { readonly document: JsonObject; readonly fault?: never }
  | {
      /** `object`: it is JSON, but no object. */
      readonly fault: 'syntax' | 'object'
      /** Offset in the text. */
      readonly at: number
      readonly line: number
      readonly column: number
    }

export function readDocument(text: string): ReadDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { fault: 'syntax', ...placeOf(text, new Scanner(text).errorAt()) }
  }
  return isObject(value) ? { document: value } : { fault: 'object', ...placeOf(text, 0) }
}

function placeOf(text: string, at: number) {
  const before = text.slice(0, at).split('\n')
  return { at, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

const SPACE = /[ \t\r\n]*/y
const SCALAR =
  /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy
const TEXT = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy

/** Walks over a text that is no JSON, as far as it is. */
class Scanner {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  /** The offset of the first thing that does not belong there. */
  errorAt(): number {
    if (this.value()) this.take(SPACE)
    return this.at
  }

  /** Whether a whole value was here; else `at` is where it is wrong. */
  private value(): boolean {
    this.take(SPACE)
    const char = this.text[this.at]
    if (char === '{') return this.list('}', () => this.take(TEXT) && this.mark(':') && this.value())
    if (char === '[') return this.list(']', () => this.value())
    return this.take(SCALAR)
  }

  private list(end: string, item: () => boolean): boolean {
    this.at += 1
    if (this.mark(end)) return true
    do {
      this.take(SPACE)
      if (!item()) return false
    } while (this.mark(','))
    return this.mark(end)
  }

  private mark(char: string): boolean {
    this.take(SPACE)
    if (this.text[this.at] !== char) return false
    this.at += 1
    return true
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    this.at += found?.length ?? 0
    return found !== undefined
  }
}
