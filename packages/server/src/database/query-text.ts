import { CloudsteadError, MAX_VALUE_DEPTH, setOwn } from '@cloudstead/protocol'

/** Spaces, `// ...` to the end of the line and closed comments; also a byte order mark. */
const BETWEEN = /(?:\s+|\ufeff|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/y
const NUMBER = /[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const DOUBLE_QUOTED = /"(?:[^"\\\r\n]|\\[^\r\n])*"/y
const SINGLE_QUOTED = /'(?:[^'\\\r\n]|\\[^\r\n])*'/y
/** A name without quotes. Includes operators, and dotted paths, which need quotes in JavaScript. */
const NAME = /[\p{L}_$][\p{L}\p{N}_$.]*/uy

const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/**
 * Parses a query as people write it: JSON with names without quotes, strings in single quotes, comments and trailing
 * commas. Empty text is the query for all documents.
 *
 * @throws CloudsteadError INVALID_PARAM with line and column
 * @example parseQueryText("{status: 'paid', total: {$gt: 5}}") // { status: 'paid', total: { $gt: 5 } }
 */
export function parseQueryText(text: string): unknown {
  return new QueryReader(text).document()
}

class QueryReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): unknown {
    this.#skip()
    if (this.#at === this.#text.length) return {}
    const value = this.#value()
    this.#skip()
    if (this.#at < this.#text.length) this.#unexpected()
    return value
  }

  #value(): unknown {
    this.#skip()
    this.#depth += 1
    if (this.#depth > MAX_VALUE_DEPTH) this.#refuse(`nested deeper than ${MAX_VALUE_DEPTH} levels`)
    const value = this.#bare()
    this.#depth -= 1
    return value
  }

  #bare(): unknown {
    const start = this.#at
    const char = this.#text[start]
    if (char === '{') return this.#object()
    if (char === '[') return this.#array()
    if (char === '"' || char === "'") return this.#quoted(char)
    const number = this.#match(NUMBER)
    if (number !== undefined) return Number(number)
    const word = this.#match(NAME)
    const value = word === undefined ? undefined : LITERALS.get(word)
    if (value !== undefined) return value
    if (word !== undefined) this.#refuse(`${JSON.stringify(word)} is not a value: strings need quotes`, start)
    return this.#unexpected(start)
  }

  #object(): Readonly<Record<string, unknown>> {
    const object: Record<string, unknown> = {}
    this.#items('}', () => {
      const start = this.#at
      const char = this.#text[start]
      const name = char === '"' || char === "'" ? this.#quoted(char) : this.#match(NAME)
      if (name === undefined) return this.#unexpected(start, 'a name')
      if (!this.#take(':')) this.#unexpected(this.#at, `: after ${JSON.stringify(name)}`)
      const value = this.#value()
      // JSON.parse would silently keep the last one.
      if (Object.hasOwn(object, name)) this.#refuse(`${JSON.stringify(name)} appears twice`, start)
      setOwn(object, name, value)
    })
    return object
  }

  #array(): readonly unknown[] {
    const items: unknown[] = []
    this.#items(']', () => {
      items.push(this.#value())
    })
    return items
  }

  /** The items between brackets, separated by commas. A trailing comma is allowed. */
  #items(closing: string, item: () => void): void {
    this.#at += 1
    while (!this.#take(closing)) {
      item()
      if (this.#take(',')) continue
      if (this.#take(closing)) return
      this.#unexpected(this.#at, `, or ${closing}`)
    }
  }

  #quoted(quote: '"' | "'"): string {
    const start = this.#at
    const raw = this.#match(quote === '"' ? DOUBLE_QUOTED : SINGLE_QUOTED)
    if (raw === undefined) return this.#refuse('the string does not end on its line', start)
    const inner = raw.slice(1, -1)
    const json = quote === '"' ? inner : inner.replaceAll(/\\'|"/g, (found) => (found === '"' ? '\\"' : "'"))
    try {
      return JSON.parse(`"${json}"`) as string
    } catch {
      return this.#refuse('the string has an escape or a character that is not valid in JSON', start)
    }
  }

  #take(expected: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== expected) return false
    this.#at += 1
    this.#skip()
    return true
  }

  #skip(): void {
    this.#match(BETWEEN)
    if (this.#text.startsWith('/*', this.#at)) this.#refuse('the comment has no end')
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #unexpected(at = this.#at, wanted?: string): never {
    const code = this.#text.codePointAt(at)
    const found = code === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(code))
    return this.#refuse(wanted === undefined ? `unexpected ${found}` : `expected ${wanted}, found ${found}`, at)
  }

  #refuse(what: string, at = this.#at): never {
    const before = this.#text.slice(0, at)
    const line = before.split('\n').length
    const column = at - before.lastIndexOf('\n')
    throw new CloudsteadError('INVALID_PARAM', `line ${line}, column ${column}: ${what}`)
  }
}
