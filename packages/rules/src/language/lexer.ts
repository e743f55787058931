import { RuleError } from '../rule-error.ts'
import { type Text, text } from '../text.ts'
import { PRECEDENCE, type Span } from './ast.ts'

/** Longest first, so that `<=` is not read as `<`. */
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

/** Why a character that JavaScript would know is not accepted where it stands. */
const HINTS: ReadonlyMap<string, Text> = new Map([
  ['=', text('a rule cannot assign; compare with ==', '规则不能赋值；比较请用 ==')],
  ['?', text('a rule has no ? operators; use && and ||', '规则没有 ? 运算符；请用 && 和 ||')],
  ['`', text('template strings exist in get( ) only; use quotes', '模板字符串只能用于 get( )；请用引号')],
  [
    '+',
    text(
      'arithmetic and joining strings are not supported, except in get( )',
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

/** A regular expression as it stands between its slashes. */
export interface RegexToken extends Span {
  readonly pattern: string
  readonly flags: string
}

/** Reads the words of an expression from left to right; what a word means is for the parser to say. */
export class Reader {
  readonly source: string
  index = 0

  constructor(source: string) {
    this.source = source
  }

  get char(): string | undefined {
    return this.source[this.index]
  }

  skipSpaces(): void {
    this.match(SPACES)
  }

  /** Moves past `expected` when it comes next, after spaces. */
  take(expected: string): boolean {
    this.skipSpaces()
    if (!this.source.startsWith(expected, this.index)) return false
    this.index += expected.length
    return true
  }

  /** The binary operator that comes next, after spaces; does not move past it. */
  peekOperator(): string | undefined {
    this.skipSpaces()
    const operator = OPERATORS.find((candidate) => this.source.startsWith(candidate, this.index))
    return operator === 'in' && this.matchAt(NAME_PART, this.index + 2) !== undefined ? undefined : operator
  }

  name(): string | undefined {
    return this.match(NAME)
  }

  number(): number | undefined {
    const start = this.index
    const digits = this.match(NUMBER)
    if (digits === undefined) return undefined
    if (/^0\d/.test(digits)) {
      this.refuse(text(`the number ${digits} must not begin with 0`, `数字 ${digits} 不能以 0 开头`), start)
    }
    if (this.matchAt(NAME_PART, this.index) !== undefined) {
      this.refuse(text('a number must be followed by something else than a letter', '数字后面不能紧跟字母'))
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
        this.refuse(text('a string must end on the line it begins on', '字符串必须在同一行结束'), start)
      }
      this.index++
      if (char === quote) return value
      value += char === '\\' ? this.escape() : char
    }
  }

  /**
   * A quoted text in which `${` begins an expression: `literal` is told what stands between, `expression` reads one up to
   * its `}`. The platform's own examples write `${ }` between any of the three quotes.
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
        value += char === '\\' ? this.escape() : char
      }
    }
  }

  private escape(): string {
    const char = this.char
    const meant = char === undefined ? undefined : ESCAPES.get(char)
    if (meant === undefined) this.refuse(text('unknown escape in a string', '字符串中有未知的转义'), this.index - 1)
    this.index++
    return meant
  }

  /** `/pattern/flags`, up to the slash that is neither escaped nor in a class, as JavaScript reads it. */
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

  /** Refuses what stands at the current place. */
  unexpected(): never {
    const found = this.source.codePointAt(this.index)
    if (found === undefined) {
      this.refuse(
        text('unexpected end, an operand or a closing bracket is missing', '表达式不完整，缺少操作数或右括号'),
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

  refuse(message: Text, index = this.index): never {
    throw new RuleError(message, { index, source: this.source })
  }

  /** What a sticky pattern matches here, moving past it; undefined when it does not. */
  private match(pattern: RegExp): string | undefined {
    const found = this.matchAt(pattern, this.index)
    if (found !== undefined) this.index += found.length
    return found
  }

  private matchAt(pattern: RegExp, index: number): string | undefined {
    pattern.lastIndex = index
    return pattern.exec(this.source)?.[0]
  }
}
