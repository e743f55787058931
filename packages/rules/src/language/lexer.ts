import { RuleError } from '../rule-error.ts'
import { type Text, text } from '../text.ts'
import { PRECEDENCE, type Span } from './ast.ts'

/** The longest first, so that `<=` is not read as `<`. */
const OPERATORS = [...PRECEDENCE.keys()].sort((a, b) => b.length - a.length)

const SPACES = /[ \t\r\n]*/y
const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy
const NAME_PART = /[\p{ID_Continue}$]/uy
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['$', '$'],
  ['\\', '\\'],
  ['/', '/'],
])

const NO_CLOSING_QUOTE = text('the string has no closing quote', '字符串缺少结束引号')

const ARITHMETIC = text('arithmetic is not supported', '不支持算术运算')
const ONE_EXPRESSION = text('a rule is one expression', '一条规则只能是一个表达式')

/** Why a character that is valid in JavaScript is not accepted. */
const HINTS: ReadonlyMap<string, Text> = new Map([
  ['=', text('a rule cannot assign; compare with ==', '规则不能赋值；比较请用 ==')],
  ['?', text('a rule has no ? operators; use && and ||', '规则没有 ? 运算符；请用 && 和 ||')],
  ['`', text('template strings are supported only in get( ); use quotes', '模板字符串只能用于 get( )；请用引号')],
  [
    '+',
    text(
      'arithmetic and string concatenation are not supported, except in get( )',
      '不支持算术运算和字符串拼接，get( ) 中除外',
    ),
  ],
  ['-', ARITHMETIC],
  ['*', ARITHMETIC],
  ['%', ARITHMETIC],
  ['/', text('division and comments are not supported in an expression', '表达式中不支持除法和注释')],
  ['&', text('"and" is &&', '“并且”写作 &&')],
  ['|', text('"or" is ||', '“或者”写作 ||')],
  [',', ONE_EXPRESSION],
  [';', ONE_EXPRESSION],
])

/** A regular expression literal. */
export interface RegexToken extends Span {
  readonly pattern: string
  readonly flags: string
}

/** Reads the tokens of an expression from left to right, as the parser asks for them. */
export class Lexer {
  readonly source: string
  index = 0

  constructor(source: string) {
    this.source = source
  }

  get char(): string | undefined {
    return this.source[this.index]
  }

  skipSpaces(): void {
    this.#match(SPACES)
  }

  /** Skips spaces, and moves past `expected` when it comes next. */
  take(expected: string): boolean {
    this.skipSpaces()
    if (!this.source.startsWith(expected, this.index)) return false
    this.index += expected.length
    return true
  }

  /** Skips spaces, and returns the binary operator that comes next without moving past it. */
  peekOperator(): string | undefined {
    this.skipSpaces()
    const operator = OPERATORS.find((candidate) => this.source.startsWith(candidate, this.index))
    return operator === 'in' && this.#matchAt(NAME_PART, this.index + 2) !== undefined ? undefined : operator
  }

  name(): string | undefined {
    return this.#match(NAME)
  }

  number(): number | undefined {
    const start = this.index
    const digits = this.#match(NUMBER)
    if (digits === undefined) return undefined
    if (/^0\d/.test(digits)) {
      this.refuse(text(`the number ${digits} must not start with 0`, `数字 ${digits} 不能以 0 开头`), start)
    }
    if (this.#matchAt(NAME_PART, this.index) !== undefined) {
      this.refuse(text('a number must not be followed by a letter', '数字后面不能紧跟字母'))
    }
    return Number(digits)
  }

  string(quote: string): string {
    const start = this.index++
    let value = ''
    for (;;) {
      const char = this.char
      if (char === undefined) this.refuse(NO_CLOSING_QUOTE, start)
      if (char === '\n' || char === '\r') {
        this.refuse(text('a string must end on the line where it starts', '字符串必须在同一行结束'), start)
      }
      this.index++
      if (char === quote) return value
      value += char === '\\' ? this.#escape() : char
    }
  }

  /**
   * A quoted string with `${ }` placeholders. Calls `literal` for each literal piece, and `expression` to parse the inside of
   * each placeholder. The platform's own examples use `${ }` in all three kinds of quotes.
   */
  template(quote: string, literal: (value: string, start: number) => void, expression: () => void): void {
    const start = this.index++
    let from = this.index
    let value = ''
    for (;;) {
      const char = this.char
      if (char === undefined || char === '\n' || char === '\r') {
        this.refuse(NO_CLOSING_QUOTE, start)
      } else if (char === quote) {
        literal(value, from)
        this.index++
        return
      } else if (this.source.startsWith('${', this.index)) {
        literal(value, from)
        this.index += 2
        expression()
        if (!this.take('}')) this.refuse(text('the placeholder has no closing }', '占位符缺少结束的 }'))
        from = this.index
        value = ''
      } else {
        this.index++
        value += char === '\\' ? this.#escape() : char
      }
    }
  }

  #escape(): string {
    const char = this.char
    const unescaped = char === undefined ? undefined : ESCAPES.get(char)
    if (unescaped === undefined) this.refuse(text('unknown escape in a string', '字符串中有未知的转义'), this.index - 1)
    this.index++
    return unescaped
  }

  /** `/pattern/flags`. As in JavaScript, a slash that is escaped or in a class does not end the pattern. */
  regex(): RegexToken {
    const start = this.index++
    if (this.char === '/' || this.char === '*') {
      this.refuse(text('comments are not supported in an expression', '表达式中不支持注释'), start)
    }
    for (let inClass = false; this.char !== '/' || inClass; this.index++) {
      if (this.char === '\\') this.index++
      else if (this.char === '[') inClass = true
      else if (this.char === ']') inClass = false
      if (this.char === undefined || this.char === '\n' || this.char === '\r') {
        this.refuse(text('the regular expression has no closing /', '正则表达式缺少结束的 /'), start)
      }
    }
    const pattern = this.source.slice(start + 1, this.index)
    this.index++
    const flags = this.name() ?? ''
    return { pattern, flags, start, end: this.index }
  }

  /** @throws {RuleError} about the character at the current position */
  unexpected(): never {
    const found = this.source.codePointAt(this.index)
    if (found === undefined) {
      this.refuse(
        text('unexpected end; an operand or a closing bracket is missing', '表达式不完整，缺少操作数或右括号'),
      )
    }
    const char = String.fromCodePoint(found)
    const quoted = JSON.stringify(char)
    if (found > 0x7f) {
      this.refuse(
        text(
          `unexpected ${quoted} (quotes, brackets, operators and spaces must be ASCII)`,
          `意外的 ${quoted}（引号、括号、运算符和空格必须是半角）`,
        ),
      )
    }
    const hint = HINTS.get(char)
    this.refuse(
      hint === undefined
        ? text(`unexpected ${quoted}`, `意外的 ${quoted}`)
        : text(`unexpected ${quoted} (${hint.en})`, `意外的 ${quoted}（${hint.zh}）`),
    )
  }

  /** @throws {RuleError} */
  refuse(message: Text, index = this.index): never {
    throw new RuleError(message, { index, source: this.source })
  }

  /** Matches a sticky pattern here and moves past the match; undefined when there is none. */
  #match(pattern: RegExp): string | undefined {
    const found = this.#matchAt(pattern, this.index)
    if (found !== undefined) this.index += found.length
    return found
  }

  #matchAt(pattern: RegExp, index: number): string | undefined {
    pattern.lastIndex = index
    return pattern.exec(this.source)?.[0]
  }
}
