import { RuleError } from '../rule-error.ts'
import { text } from '../text.ts'
import {
  type CompareOperator,
  type LiteralNode,
  type LogicalNode,
  MAX_DEPTH,
  MAX_GET_DEPTH,
  MAX_GETS,
  MAX_LENGTH,
  MAX_SEARCHES,
  PRECEDENCE,
  type RuleKind,
  type RuleNode,
  type UnaryOperator,
} from './ast.ts'
import { Lexer, type RegexToken } from './lexer.ts'
import { compilePattern } from './pattern.ts'

const KEYWORD_LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Keywords of JavaScript that rules do not support. Any other word is the name of a variable. */
const UNSUPPORTED_WORDS: ReadonlySet<string> = new Set([
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

/** The beginning of the string in `get( )`. */
const DOCUMENT = /^database\.([A-Za-z0-9_-]{1,120})\./

const GET_FORM = text(
  "get( ) needs 'database.COLLECTION.ID'; only the id can be computed: get('database.users.' + auth.openid)",
  "get( ) 需要 'database.集合名.文档ID'；只有文档 ID 可以计算：get('database.users.' + auth.openid)",
)

const NO_GET_IN_STORAGE = text(
  'get( ) exists only in database rules, not in storage rules',
  'get( ) 只能用于数据库规则，不能用于存储规则',
)

const NO_GET_IN_FUNCTIONS = text(
  'get( ) exists only in database rules, not in rules of functions',
  'get( ) 只能用于数据库规则，不能用于函数规则',
)

const TOO_DEEP = text(`nested deeper than ${MAX_DEPTH} levels`, `嵌套超过 ${MAX_DEPTH} 层`)

/**
 * Parses one expression. The grammar and the precedence are a subset of JavaScript's.
 *
 * @throws {RuleError} with `index`, `line`, `column` and `frame`, unless the source is exactly one expression of the language;
 *   also when it is too long or nested too deep
 */
export function parse(source: string, kind: RuleKind = 'storage'): RuleNode {
  if (source.length > MAX_LENGTH) {
    throw new RuleError(
      text(
        `the expression has ${source.length} characters; at most ${MAX_LENGTH} are allowed`,
        `表达式有 ${source.length} 个字符，最多允许 ${MAX_LENGTH} 个`,
      ),
    )
  }
  if (source.trim() === '') throw new RuleError(text('the expression is empty', '表达式为空'))
  return new Parser(source, kind).parseAll()
}

class Parser {
  readonly #lexer: Lexer
  /** The depth of every node so far. Members and comparisons nest without brackets and without recursion. */
  readonly #levels = new WeakMap<RuleNode, number>()
  readonly #kind: RuleKind
  #depth = 0
  #searches = 0
  #gets = 0
  #getDepth = 0

  constructor(source: string, kind: RuleKind) {
    this.#lexer = new Lexer(source)
    this.#kind = kind
  }

  parseAll(): RuleNode {
    const node = this.#binary(1)
    this.#lexer.skipSpaces()
    if (this.#lexer.char !== undefined) this.#lexer.unexpected()
    return node
  }

  /** Precedence climbing. Every operator is left-associative. */
  #binary(lowest: number): RuleNode {
    const lexer = this.#lexer
    let left = this.#operand()
    // A chain grows only here: the parentheses in `(a && b) && c` make a chain of their own.
    let chain: LogicalNode | undefined
    for (;;) {
      const operator = lexer.peekOperator()
      const precedence = operator === undefined ? 0 : (PRECEDENCE.get(operator) ?? 0)
      if (operator === undefined || precedence < lowest) return left
      lexer.index += operator.length
      const right = this.#binary(precedence + 1)
      const span = { start: left.start, end: right.end }
      if (operator === '&&' || operator === '||') {
        const operands = chain === left && chain.operator === operator ? [...chain.operands, right] : [left, right]
        chain = { kind: 'logical', operator, operands, ...span }
        left = this.#grown(chain, operands)
      } else {
        if (operator === 'in' && right.kind !== 'array') this.#search(left.start)
        const compare = { kind: 'compare', operator: operator as CompareOperator, left, right, ...span } as const
        left = this.#grown(compare, [left, right])
      }
    }
  }

  #search(start: number): void {
    if (++this.#searches <= MAX_SEARCHES) return
    this.#lexer.refuse(
      text(
        `a rule may search at most ${MAX_SEARCHES} stored arrays with in`,
        `一条规则最多只能用 in 查找 ${MAX_SEARCHES} 个数据数组`,
      ),
      start,
    )
  }

  /** Every nesting level passes here, so this bounds the recursion. */
  #operand(): RuleNode {
    const lexer = this.#lexer
    lexer.skipSpaces()
    if (this.#depth >= MAX_DEPTH) lexer.refuse(TOO_DEEP)
    this.#depth++
    const node = this.#unary() ?? this.#members(this.#primary())
    this.#depth--
    return node
  }

  #unary(): RuleNode | undefined {
    const lexer = this.#lexer
    const start = lexer.index
    const operator = lexer.char
    if (operator !== '!' && operator !== '+' && operator !== '-' && operator !== '~') return undefined
    // `--a` would be -(-a) here, but it modifies a in JavaScript.
    const doubled = operator !== '!' && lexer.source[start + 1] === operator
    if (operator === '~' || doubled) return this.#unsupported(`${operator}${doubled ? operator : ''}`, start)
    lexer.index++
    const operand = this.#operand()
    return this.#grown(
      { kind: 'unary', operator: operator satisfies UnaryOperator, operand, start, end: operand.end },
      [operand],
    )
  }

  #primary(): RuleNode {
    const lexer = this.#lexer
    const start = lexer.index
    const char = lexer.char
    switch (char) {
      case '(': {
        lexer.index++
        const inner = this.#binary(1)
        if (!lexer.take(')')) this.#closingMissing('(', ')')
        const node = { ...inner, start, end: lexer.index }
        this.#levels.set(node, this.#levelsOf(inner))
        return node
      }
      case '[':
        return this.#array(start)
      case "'":
      case '"':
        return this.#literal(lexer.string(char), start)
      case '/':
        return this.#regexTest(lexer.regex())
    }
    const number = lexer.number()
    return number === undefined ? this.#word(start) : this.#literal(number, start)
  }

  #word(start: number): RuleNode {
    const lexer = this.#lexer
    const name = lexer.name()
    if (name === undefined) return lexer.unexpected()
    const keyword = KEYWORD_LITERALS.get(name)
    if (keyword !== undefined) return this.#literal(keyword, start)
    if (UNSUPPORTED_WORDS.has(name)) return this.#unsupported(name, start)
    if (name === 'get' && this.#kind === 'database' && lexer.take('(')) return this.#get(start)
    return { kind: 'variable', name, start, end: lexer.index }
  }

  #literal(value: LiteralNode['value'], start: number): LiteralNode {
    return { kind: 'literal', value, start, end: this.#lexer.index }
  }

  #array(start: number): RuleNode {
    const lexer = this.#lexer
    const items: RuleNode[] = []
    lexer.index++
    while (!lexer.take(']')) {
      items.push(this.#binary(1))
      if (lexer.take(',')) continue
      if (lexer.take(']')) break
      lexer.unexpected()
    }
    return this.#grown({ kind: 'array', items, start, end: lexer.index }, items)
  }

  /** `.name` and `[ ]` after an operand. */
  #members(first: RuleNode): RuleNode {
    const lexer = this.#lexer
    const { start } = first
    let object = first
    for (;;) {
      lexer.skipSpaces()
      const at = lexer.index
      if (lexer.take('?.')) {
        lexer.refuse(
          text(
            'use . instead of ?. (a member of a missing object is missing, not an error)',
            '请用 . 代替 ?.（对象缺失不是错误）',
          ),
          at,
        )
      } else if (lexer.take('.')) {
        lexer.skipSpaces()
        const property = lexer.name() ?? lexer.unexpected()
        object = this.#grown({ kind: 'member', object, property, start, end: lexer.index }, [object])
      } else if (lexer.take('[')) {
        const computed = this.#binary(1)
        if (!lexer.take(']')) this.#closingMissing('[', ']')
        const property = computed.kind === 'literal' && typeof computed.value === 'string' ? computed.value : computed
        object = this.#grown({ kind: 'member', object, property, start, end: lexer.index }, [object, computed])
      } else if (lexer.char === '(') {
        this.#call(object)
      } else {
        return object
      }
    }
  }

  /** A regular expression can only be followed by `.test(...)`. */
  #regexTest(regex: RegexToken): RuleNode {
    const lexer = this.#lexer
    if (!(lexer.take('.') && lexer.take('test') && lexer.take('('))) {
      lexer.refuse(
        text('a regular expression can only be used as /.../.test( )', '正则表达式只能写成 /.../.test( ) 的形式'),
        regex.start,
      )
    }
    const argument = this.#binary(1)
    if (!lexer.take(')')) this.#closingMissing('(', ')')
    const { pattern, flags, start } = regex
    const matches = compilePattern(regex, lexer.source)
    return this.#grown({ kind: 'test', pattern, flags, matches, argument, start, end: lexer.index }, [argument])
  }

  /** The argument of `get( )`: strings and expressions, concatenated with `+` or `${ }`. */
  #get(start: number): RuleNode {
    const lexer = this.#lexer
    if (++this.#gets > MAX_GETS) {
      lexer.refuse(
        text(`a rule may have at most ${MAX_GETS} get( )`, `一条规则最多只能有 ${MAX_GETS} 个 get( )`),
        start,
      )
    }
    if (++this.#getDepth > MAX_GET_DEPTH) {
      lexer.refuse(
        text(`get( ) may be nested at most ${MAX_GET_DEPTH} deep`, `get( ) 最多嵌套 ${MAX_GET_DEPTH} 层`),
        start,
      )
    }
    const pieces: RuleNode[] = []
    do this.#piece(pieces)
    while (this.#joins())
    if (!lexer.take(')')) this.#closingMissing('(', ')')
    this.#getDepth--
    const [first, ...more] = joinedStrings(pieces)
    const named = first?.kind === 'literal' ? DOCUMENT.exec(String(first.value)) : null
    if (first === undefined || named === null) return lexer.refuse(GET_FORM, start)
    const [prefix, collection = ''] = named
    const rest = String(first.kind === 'literal' ? first.value : '').slice(prefix.length)
    const id = rest === '' ? more : [{ ...first, value: rest } as LiteralNode, ...more]
    if (id.length === 0) return lexer.refuse(GET_FORM, start)
    return this.#grown({ kind: 'get', collection, id, start, end: lexer.index }, id)
  }

  /** `a ++b` would be two plus signs here, but it modifies a or is an error in JavaScript. */
  #joins(): boolean {
    const lexer = this.#lexer
    if (!lexer.take('+')) return false
    if (lexer.char === '+') lexer.unexpected()
    return true
  }

  #piece(pieces: RuleNode[]): void {
    const lexer = this.#lexer
    lexer.skipSpaces()
    const quote = lexer.char
    if (quote === "'" || quote === '"' || quote === '`') {
      lexer.template(
        quote,
        (value, start) => pieces.push({ kind: 'literal', value, start, end: lexer.index }),
        () => pieces.push(this.#binary(1)),
      )
    } else pieces.push(this.#operand())
  }

  #call(callee: RuleNode): never {
    if (callee.kind === 'variable' && callee.name === 'get') {
      return this.#lexer.refuse(this.#kind === 'functions' ? NO_GET_IN_FUNCTIONS : NO_GET_IN_STORAGE, callee.start)
    }
    return this.#lexer.refuse(
      text(
        'function calls are not supported, except /.../.test( ) and get( ) in database rules',
        '不支持函数调用，/.../.test( ) 和数据库规则中的 get( ) 除外',
      ),
      callee.start,
    )
  }

  #unsupported(word: string, start: number): never {
    return this.#lexer.refuse(text(`${word} is not part of the rule language`, `规则语言中没有 ${word}`), start)
  }

  #closingMissing(open: string, close: string): never {
    const lexer = this.#lexer
    const char = lexer.char
    if (char !== undefined) return lexer.unexpected()
    return lexer.refuse(text(`the ${open} has no closing ${close}`, `${open} 缺少对应的 ${close}`))
  }

  /** Records the depth of a new node. */
  #grown<N extends RuleNode>(node: N, children: readonly RuleNode[]): N {
    const levels = 1 + children.reduce((most, child) => Math.max(most, this.#levelsOf(child)), 0)
    if (levels > MAX_DEPTH) this.#lexer.refuse(TOO_DEEP, node.start)
    this.#levels.set(node, levels)
    return node
  }

  #levelsOf(node: RuleNode): number {
    return this.#levels.get(node) ?? 1
  }
}

/** Merges adjacent strings and drops empty ones. */
function joinedStrings(pieces: readonly RuleNode[]): readonly RuleNode[] {
  const joined: RuleNode[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    const isString = piece.kind === 'literal' && typeof piece.value === 'string'
    if (isString && piece.value === '') continue
    if (isString && last?.kind === 'literal' && typeof last.value === 'string') {
      joined[joined.length - 1] = { ...last, value: `${last.value}${piece.value}`, end: piece.end }
    } else joined.push(piece)
  }
  return joined
}
