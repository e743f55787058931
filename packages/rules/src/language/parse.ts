import { RuleError } from '../rule-error.ts'
import { text } from '../text.ts'
import {
  type CompareOperator,
  type Dialect,
  type LiteralNode,
  type LogicalNode,
  MAX_DEPTH,
  MAX_GET_DEPTH,
  MAX_GETS,
  MAX_LENGTH,
  MAX_SEARCHES,
  PRECEDENCE,
  type RuleNode,
  type UnaryOperator,
} from './ast.ts'
import { compilePattern } from './pattern.ts'
import { Reader, type RegexToken } from './lexer.ts'

const KEYWORD_LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Words that JavaScript gives a meaning which rules do not have; anything else is the name of a variable. */
const FOREIGN_WORDS: ReadonlySet<string> = new Set([
  'this',
  'typeof',
  'void',
  'delete',
  'new',
  'await',
  'function',
  'instanceof',
  'import',
  'in',
  'class',
  'const',
  'var',
  'let',
  'if',
  'else',
  'for',
  'while',
  'do',
  'switch',
  'case',
  'default',
  'break',
  'continue',
  'return',
  'throw',
  'try',
  'catch',
  'finally',
  'with',
  'yield',
  'super',
  'extends',
  'export',
  'enum',
  'debugger',
])

/** How the text in `get( )` begins. */
const DOCUMENT = /^database\.([A-Za-z0-9_-]{1,120})\./

const GET_FORM = text(
  "get( ) needs 'database.COLLECTION.ID'; only the id can be computed: get('database.users.' + auth.openid)",
  "get( ) 需要 'database.集合名.文档ID'；只有文档 ID 可以计算：get('database.users.' + auth.openid)",
)

const TOO_DEEP = text(`nested deeper than ${MAX_DEPTH} levels`, `嵌套超过 ${MAX_DEPTH} 层`)

/**
 * Reads one expression; the grammar is the part of JavaScript's that the language has, precedence included.
 *
 * @throws {RuleError} with `index`, `line`, `column` and `frame` for anything that is not one whole expression of the
 *   language, is too long or is nested too deep
 */
export function parse(source: string, dialect: Dialect = 'storage'): RuleNode {
  if (source.length > MAX_LENGTH) {
    throw new RuleError(
      text(
        `the expression has ${source.length} characters, ${MAX_LENGTH} are allowed`,
        `表达式有 ${source.length} 个字符，最多允许 ${MAX_LENGTH} 个`,
      ),
    )
  }
  if (source.trim() === '') throw new RuleError(text('the expression is empty', '表达式为空'))
  return new Parser(source, dialect).parseAll()
}

class Parser {
  private readonly reader: Reader
  /** Levels of every node so far: members and comparisons nest without brackets, and without recursion. */
  private readonly levels = new WeakMap<RuleNode, number>()
  private readonly dialect: Dialect
  private depth = 0
  private searches = 0
  private gets = 0
  private getDepth = 0

  constructor(source: string, dialect: Dialect) {
    this.reader = new Reader(source)
    this.dialect = dialect
  }

  parseAll(): RuleNode {
    const node = this.binary(1)
    this.reader.skipSpaces()
    if (this.reader.char !== undefined) this.reader.unexpected()
    return node
  }

  /** Precedence climbing; every operator is left-associative. */
  private binary(lowest: number): RuleNode {
    const { reader } = this
    let left = this.operand()
    // A chain grows only here: in `(a && b) && c` the parentheses keep theirs apart.
    let chain: LogicalNode | undefined
    for (;;) {
      const operator = reader.peekOperator()
      const precedence = operator === undefined ? 0 : (PRECEDENCE.get(operator) ?? 0)
      if (operator === undefined || precedence < lowest) return left
      reader.index += operator.length
      const right = this.binary(precedence + 1)
      const span = { start: left.start, end: right.end }
      if (operator === '&&' || operator === '||') {
        const operands = chain === left && chain.operator === operator ? [...chain.operands, right] : [left, right]
        chain = { kind: 'logical', operator, operands, ...span }
        left = this.grown(chain, operands)
      } else {
        if (operator === 'in' && right.kind !== 'array') this.search(left.start)
        const compare = { kind: 'compare', operator: operator as CompareOperator, left, right, ...span } as const
        left = this.grown(compare, [left, right])
      }
    }
  }

  private search(start: number): void {
    if (++this.searches <= MAX_SEARCHES) return
    this.reader.refuse(
      text(
        `a rule may search at most ${MAX_SEARCHES} arrays of data with in`,
        `一条规则最多只能用 in 查找 ${MAX_SEARCHES} 个数据数组`,
      ),
      start,
    )
  }

  /** Every nesting passes here, so here the recursion is bounded. */
  private operand(): RuleNode {
    const { reader } = this
    reader.skipSpaces()
    if (this.depth >= MAX_DEPTH) reader.refuse(TOO_DEEP)
    this.depth++
    const node = this.unary() ?? this.members(this.primary())
    this.depth--
    return node
  }

  private unary(): RuleNode | undefined {
    const { reader } = this
    const start = reader.index
    const operator = reader.char
    if (operator !== '!' && operator !== '+' && operator !== '-' && operator !== '~') return undefined
    // `--a` would be -(-a) here; in JavaScript it changes a.
    const doubled = operator !== '!' && reader.source[start + 1] === operator
    if (operator === '~' || doubled) return this.foreign(`${operator}${doubled ? operator : ''}`, start)
    reader.index++
    const operand = this.operand()
    return this.grown({ kind: 'unary', operator: operator satisfies UnaryOperator, operand, start, end: operand.end }, [
      operand,
    ])
  }

  private primary(): RuleNode {
    const { reader } = this
    const start = reader.index
    const char = reader.char
    switch (char) {
      case '(': {
        reader.index++
        const inner = this.binary(1)
        if (!reader.take(')')) this.closingMissing('(', ')')
        const node = { ...inner, start, end: reader.index }
        this.levels.set(node, this.levelsOf(inner))
        return node
      }
      case '[':
        return this.array(start)
      case "'":
      case '"':
        return this.literal(reader.string(char), start)
      case '/':
        return this.regexTest(reader.regex())
    }
    const number = reader.number()
    return number === undefined ? this.word(start) : this.literal(number, start)
  }

  private word(start: number): RuleNode {
    const { reader } = this
    const name = reader.name()
    if (name === undefined) return reader.unexpected()
    const keyword = KEYWORD_LITERALS.get(name)
    if (keyword !== undefined) return this.literal(keyword, start)
    if (FOREIGN_WORDS.has(name)) return this.foreign(name, start)
    if (name === 'get' && this.dialect === 'database' && reader.take('(')) return this.get(start)
    return { kind: 'variable', name, start, end: reader.index }
  }

  private literal(value: LiteralNode['value'], start: number): LiteralNode {
    return { kind: 'literal', value, start, end: this.reader.index }
  }

  private array(start: number): RuleNode {
    const { reader } = this
    const items: RuleNode[] = []
    reader.index++
    while (!reader.take(']')) {
      items.push(this.binary(1))
      if (reader.take(',')) continue
      if (reader.take(']')) break
      reader.unexpected()
    }
    return this.grown({ kind: 'array', items, start, end: reader.index }, items)
  }

  /** `.name` and `[ ]` after an operand. */
  private members(first: RuleNode): RuleNode {
    const { reader } = this
    const { start } = first
    let object = first
    for (;;) {
      reader.skipSpaces()
      const at = reader.index
      if (reader.take('?.')) {
        reader.refuse(
          text('use . instead of ?. (a missing object is no error)', '请用 . 代替 ?.（对象缺失不是错误）'),
          at,
        )
      } else if (reader.take('.')) {
        reader.skipSpaces()
        const property = reader.name() ?? reader.unexpected()
        object = this.grown({ kind: 'member', object, property, start, end: reader.index }, [object])
      } else if (reader.take('[')) {
        const computed = this.binary(1)
        if (!reader.take(']')) this.closingMissing('[', ']')
        const property = computed.kind === 'literal' && typeof computed.value === 'string' ? computed.value : computed
        object = this.grown({ kind: 'member', object, property, start, end: reader.index }, [object, computed])
      } else if (reader.char === '(') {
        this.call(object)
      } else {
        return object
      }
    }
  }

  /** After a regular expression there can only be `.test(...)`. */
  private regexTest(regex: RegexToken): RuleNode {
    const { reader } = this
    if (!(reader.take('.') && reader.take('test') && reader.take('('))) {
      reader.refuse(
        text('a regular expression can only be used as /.../.test( )', '正则表达式只能写成 /.../.test( ) 的形式'),
        regex.start,
      )
    }
    const argument = this.binary(1)
    if (!reader.take(')')) this.closingMissing('(', ')')
    const { pattern, flags, start } = regex
    const matches = compilePattern(regex, reader.source)
    return this.grown({ kind: 'test', pattern, flags, matches, argument, start, end: reader.index }, [argument])
  }

  /** What stands in `get( )`: texts and expressions joined by `+` or by `${ }`. */
  private get(start: number): RuleNode {
    const { reader } = this
    if (++this.gets > MAX_GETS) {
      reader.refuse(
        text(`a rule may have at most ${MAX_GETS} get( )`, `一条规则最多只能有 ${MAX_GETS} 个 get( )`),
        start,
      )
    }
    if (++this.getDepth > MAX_GET_DEPTH) {
      reader.refuse(
        text(`get( ) may be nested at most ${MAX_GET_DEPTH} deep`, `get( ) 最多嵌套 ${MAX_GET_DEPTH} 层`),
        start,
      )
    }
    const pieces: RuleNode[] = []
    do this.piece(pieces)
    while (this.joins())
    if (!reader.take(')')) this.closingMissing('(', ')')
    this.getDepth--
    const [first, ...more] = joinedTexts(pieces)
    const named = first?.kind === 'literal' ? DOCUMENT.exec(String(first.value)) : null
    if (first === undefined || named === null) return reader.refuse(GET_FORM, start)
    const [prefix, collection = ''] = named
    const rest = String(first.kind === 'literal' ? first.value : '').slice(prefix.length)
    const id = rest === '' ? more : [{ ...first, value: rest } as LiteralNode, ...more]
    if (id.length === 0) return reader.refuse(GET_FORM, start)
    return this.grown({ kind: 'get', collection, id, start, end: reader.index }, id)
  }

  /** `a ++b` would be two signs here; in JavaScript it changes a or is refused. */
  private joins(): boolean {
    const { reader } = this
    if (!reader.take('+')) return false
    if (reader.char === '+') reader.unexpected()
    return true
  }

  private piece(pieces: RuleNode[]): void {
    const { reader } = this
    reader.skipSpaces()
    const quote = reader.char
    if (quote === "'" || quote === '"' || quote === '`') {
      reader.template(
        quote,
        (value, start) => pieces.push({ kind: 'literal', value, start, end: reader.index }),
        () => pieces.push(this.binary(1)),
      )
    } else pieces.push(this.operand())
  }

  private call(callee: RuleNode): never {
    if (callee.kind === 'variable' && callee.name === 'get') {
      return this.reader.refuse(
        text(
          'get( ) exists in database rules only, not in storage rules',
          'get( ) 只能用于数据库规则，不能用于存储规则',
        ),
        callee.start,
      )
    }
    return this.reader.refuse(
      text(
        'function calls are not supported, except /.../.test( ) and, in database rules, get( )',
        '不支持函数调用，/.../.test( ) 和数据库规则中的 get( ) 除外',
      ),
      callee.start,
    )
  }

  private foreign(word: string, start: number): never {
    return this.reader.refuse(text(`${word} is not part of the rule language`, `规则语言中没有 ${word}`), start)
  }

  private closingMissing(open: string, close: string): never {
    const { reader } = this
    const char = reader.char
    if (char !== undefined) return reader.unexpected()
    return reader.refuse(text(`the ${open} has no closing ${close}`, `${open} 缺少对应的 ${close}`))
  }

  /** Counts the levels of a new node. */
  private grown<N extends RuleNode>(node: N, children: readonly RuleNode[]): N {
    const levels = 1 + children.reduce((most, child) => Math.max(most, this.levelsOf(child)), 0)
    if (levels > MAX_DEPTH) this.reader.refuse(TOO_DEEP, node.start)
    this.levels.set(node, levels)
    return node
  }

  private levelsOf(node: RuleNode): number {
    return this.levels.get(node) ?? 1
  }
}

/** Neighbouring texts as one; empty ones say nothing. */
function joinedTexts(pieces: readonly RuleNode[]): readonly RuleNode[] {
  const joined: RuleNode[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    const isText = piece.kind === 'literal' && typeof piece.value === 'string'
    if (isText && piece.value === '') continue
    if (isText && last?.kind === 'literal' && typeof last.value === 'string') {
      joined[joined.length - 1] = { ...last, value: `${last.value}${piece.value}`, end: piece.end }
    } else joined.push(piece)
  }
  return joined
}
