import { CloudsteadError, MAX_VALUE_DEPTH, setOwn, type Text } from '@cloudstead/protocol'
import { COMMANDS, conditionOf, FieldLogic, holdsLogic } from './query-commands.ts'

/** Spaces, `// ...` to the end of the line and closed comments; also a byte order mark. */
const BETWEEN = /(?:\s+|\ufeff|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/y
const NUMBER = /[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const DOUBLE_QUOTED = /"(?:[^"\\\r\n]|\\[^\r\n])*"/y
const SINGLE_QUOTED = /'(?:[^'\\\r\n]|\\[^\r\n])*'/y
/** A name without quotes. Includes operators, and dotted paths, which need quotes in JavaScript. */
/** A regular expression of JavaScript with its flags. */
const REGEX = /\/((?:[^/\\[\r\n]|\\[^\r\n]|\[(?:[^\]\\\r\n]|\\[^\r\n])*\])+)\/([a-z]*)/y
/** `_.gt`, where `_` is `db.command`. */
const COMMAND = /^(?:_|db\.command)\.(\w+)$/
const CHAINED = /\.(and|or)(?=\s*\()/y
const NAME = /[\p{L}_$][\p{L}\p{N}_$.]*/uy

const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/**
 * Parses a query as people write it: JSON with names without quotes, strings in single quotes, comments and trailing
 * commas. Also what Mini Programs write: commands such as `_.gt(5)`, `/^a/i`, `new Date('2026-11-30')`. Empty text is the
 * query for all documents.
 *
 * @throws CloudsteadError INVALID_PARAM with line and column
 * @example parseQueryText("{status: 'paid', total: {$gt: 5}}") // { status: 'paid', total: { $gt: 5 } }
 */
export function parseQueryText(text: string): unknown {
  return new QueryReader(text).document()
}

class QueryReader {
  readonly #text: string
  /** The values that commands made. */
  readonly #conditions = new WeakSet<object>()
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
    if (holdsLogic(value))
      this.#refuse(
        { en: 'the command needs a field, such as {total: _.gt(5)}', zh: '命令需要字段，例如 {total: _.gt(5)}' },
        0,
      )
    return value
  }

  #value(): unknown {
    this.#skip()
    this.#depth += 1
    if (this.#depth > MAX_VALUE_DEPTH)
      this.#refuse({ en: `nested deeper than ${MAX_VALUE_DEPTH} levels`, zh: `嵌套超过 ${MAX_VALUE_DEPTH} 层` })
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
    if (char === '/') return this.#regex()
    const number = this.#match(NUMBER)
    if (number !== undefined) return Number(number)
    const word = this.#match(NAME)
    const value = word === undefined ? undefined : LITERALS.get(word)
    if (value !== undefined) return value
    const command = word === undefined ? undefined : COMMAND.exec(word)?.[1]
    if (command !== undefined) return this.#command(command, start)
    if (word === 'new') return this.#date(start)
    if (word === 'db.RegExp') return this.#regexObject(start)
    if (word !== undefined)
      this.#refuse(
        {
          en: `${JSON.stringify(word)} is not a value: strings need quotes`,
          zh: `${JSON.stringify(word)} 不是值：字符串需要引号`,
        },
        start,
      )
    return this.#unexpected(start)
  }

  #object(): Readonly<Record<string, unknown>> {
    const object: Record<string, unknown> = {}
    this.#items('}', () => {
      const start = this.#at
      const char = this.#text[start]
      const name = char === '"' || char === "'" ? this.#quoted(char) : this.#match(NAME)
      if (name === undefined) return this.#unexpected(start, { en: 'a name', zh: '名称' })
      if (!this.#take(':'))
        this.#unexpected(this.#at, { en: `: after ${JSON.stringify(name)}`, zh: `${JSON.stringify(name)} 之后的 :` })
      const value = this.#value()
      // JSON.parse would silently keep the last one.
      if (Object.hasOwn(object, name))
        this.#refuse({ en: `${JSON.stringify(name)} appears twice`, zh: `${JSON.stringify(name)} 出现了两次` }, start)
      if (value instanceof FieldLogic) {
        const logic = Object.hasOwn(object, '$and') ? (object.$and as unknown[]) : []
        setOwn(object, '$and', [...logic, value.about(name)])
        return
      }
      if (holdsLogic(value))
        this.#refuse({ en: 'a list cannot have a command as an item', zh: '列表的元素不能是命令' }, start)
      // The SDK makes a path of it; as MongoDB reads it, it compares whole objects.
      if (!name.startsWith('$') && this.#hasCondition(value)) {
        const path = JSON.stringify(`${name}.field`)
        this.#refuse(
          {
            en: `write the path with a dot, such as ${path}, to use a command in it`,
            zh: `要在其中使用命令，请用点号写出路径，例如 ${path}`,
          },
          start,
        )
      }
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
      this.#unexpected(this.#at, { en: `, or ${closing}`, zh: `, 或 ${closing}` })
    }
  }

  #hasCondition(value: unknown): boolean {
    if (typeof value !== 'object' || value === null || this.#conditions.has(value)) return false
    return Object.values(value).some((member) => typeof member === 'object' && this.#conditions.has(member))
  }

  #command(name: string, start: number): unknown {
    const value = this.#condition(name, this.#arguments(start), start)
    let chained = value
    for (;;) {
      this.#skip()
      const next = this.#match(CHAINED)?.slice(1)
      if (next === undefined) return chained
      chained = this.#condition(next, [chained, ...this.#arguments(start)], start)
    }
  }

  #condition(name: string, args: readonly unknown[], start: number): object {
    const condition = conditionOf(name, args)
    if (condition === undefined) {
      const problem = COMMANDS.includes(name)
        ? { en: `_.${name} has other arguments`, zh: `_.${name} 的参数不正确` }
        : {
            en: `_.${name} is not a command; commands are ${COMMANDS.join(', ')}`,
            zh: `没有命令 _.${name}；可用的命令有 ${COMMANDS.join('、')}`,
          }
      this.#refuse(problem, start)
    }
    this.#conditions.add(condition)
    return condition
  }

  #arguments(start: number): readonly unknown[] {
    this.#skip()
    if (this.#text[this.#at] !== '(') {
      const before = this.#text.slice(start, this.#at)
      this.#unexpected(this.#at, { en: `( after ${before}`, zh: `${before} 之后的 (` })
    }
    const args: unknown[] = []
    this.#items(')', () => {
      args.push(this.#value())
    })
    return args
  }

  #regex(): unknown {
    const start = this.#at
    const found = this.#match(REGEX)
    if (found === undefined) return this.#unexpected(start)
    const end = found.lastIndexOf('/')
    return { $regex: found.slice(1, end), $options: found.slice(end + 1) }
  }

  /** `db.RegExp({ regexp: '^a', options: 'i' })`. */
  #regexObject(start: number): unknown {
    const [given] = this.#arguments(start) as readonly [{ regexp?: unknown; options?: unknown }?]
    if (typeof given?.regexp !== 'string')
      return this.#refuse({ en: 'db.RegExp needs {regexp: "..."}', zh: 'db.RegExp 需要 {regexp: "..."}' }, start)
    return { $regex: given.regexp, $options: given.options ?? '' }
  }

  /** `new Date(...)` of a text or of milliseconds; without either, of this moment. */
  #date(start: number): unknown {
    this.#skip()
    if (this.#match(NAME) !== 'Date')
      return this.#refuse({ en: 'after new, only Date is understood', zh: 'new 之后只能是 Date' }, start)
    const [given = Date.now()] = this.#arguments(start)
    const time = typeof given === 'number' || typeof given === 'string' ? new Date(given) : new Date(Number.NaN)
    if (Number.isNaN(time.getTime())) return this.#refuse({ en: 'the date is not valid', zh: '日期无效' }, start)
    return { $date: time.toISOString() }
  }

  #quoted(quote: '"' | "'"): string {
    const start = this.#at
    const raw = this.#match(quote === '"' ? DOUBLE_QUOTED : SINGLE_QUOTED)
    if (raw === undefined)
      return this.#refuse({ en: 'the string does not end on its line', zh: '字符串没有在本行结束' }, start)
    const inner = raw.slice(1, -1)
    const json = quote === '"' ? inner : inner.replaceAll(/\\'|"/g, (found) => (found === '"' ? '\\"' : "'"))
    try {
      return JSON.parse(`"${json}"`) as string
    } catch {
      return this.#refuse(
        {
          en: 'the string has an escape or a character that is not valid in JSON',
          zh: '字符串中有 JSON 不允许的转义或字符',
        },
        start,
      )
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
    if (this.#text.startsWith('/*', this.#at)) this.#refuse({ en: 'the comment has no end', zh: '注释没有结束' })
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #unexpected(at = this.#at, wanted?: Text): never {
    const code = this.#text.codePointAt(at)
    const char = code === undefined ? undefined : JSON.stringify(String.fromCodePoint(code))
    const found = { en: char ?? 'the end', zh: char ?? '结尾' }
    return this.#refuse(
      wanted === undefined
        ? { en: `unexpected ${found.en}`, zh: `意外的 ${found.zh}` }
        : { en: `expected ${wanted.en}, found ${found.en}`, zh: `应为 ${wanted.zh}，却是 ${found.zh}` },
      at,
    )
  }

  #refuse(what: Text, at = this.#at): never {
    const before = this.#text.slice(0, at)
    const line = before.split('\n').length
    const column = at - before.lastIndexOf('\n')
    throw new CloudsteadError('INVALID_PARAM', {
      en: `line ${line}, column ${column}: ${what.en}`,
      zh: `第 ${line} 行第 ${column} 列：${what.zh}`,
    })
  }
}
