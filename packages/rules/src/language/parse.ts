import jsep from 'jsep'
import { RuleError } from '../rule-error.ts'
import { MAX_DEPTH, MAX_LENGTH, PRECEDENCE } from './ast.ts'

/**
 * What jsep calls an expression, with the offsets that we add.
 * Its shape is not trusted: `check` admits node by node what the language has.
 */
export interface ParsedNode {
  readonly type: string
  readonly start?: number
  readonly end?: number
  readonly [member: string]: unknown
}

type MaybeNode = ParsedNode | false | null | undefined

/** The parts of jsep's parser class that we lean on; its typings describe only the function. */
interface JsepParser {
  index: number
  readonly expr: string
  /** NaN at the end of the expression. */
  readonly code: number
  gobbleSpaces(): void
  gobbleExpression(): MaybeNode
  gobbleExpressions(until?: number): ParsedNode[]
  gobbleBinaryExpression(): MaybeNode
  gobbleToken(): MaybeNode
  gobbleIdentifier(): ParsedNode
  gobbleArguments(closing: number): ParsedNode[]
  throwError(message: string): never
  runHook(name: string, node?: MaybeNode): MaybeNode
  searchHook(name: string): MaybeNode
}

const { Jsep } = jsep as unknown as { readonly Jsep: new (expression: string) => JsepParser }

const COMMA = ','.charCodeAt(0)
const SLASH = '/'.charCodeAt(0)

/** Longest first, so that `<=` is not read as `<`. */
const OPERATORS = [...PRECEDENCE.keys()].sort((a, b) => b.length - a.length)

/** Why a character that JavaScript would know is not accepted where it stands. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['=', 'a rule cannot assign; compare with =='],
  ['?', 'a rule has no ? operators; use && and ||'],
  ['`', 'template strings are not supported; use quotes'],
  ['+', 'arithmetic and joining strings are not supported'],
  ['-', 'arithmetic is not supported'],
  ['*', 'arithmetic is not supported'],
  ['%', 'arithmetic is not supported'],
  ['/', 'division, comments and regular expressions are not supported'],
  ['&', '"and" is &&'],
  ['|', '"or" is ||'],
  [',', 'a rule is one expression'],
  [';', 'a rule is one expression'],
])

/**
 * jsep with the grammar pinned down.
 *
 * jsep keeps its operators, literals and plugins in tables that the whole process shares, and any other package may
 * change them. So nothing is registered there (`in` is ours alone) and nothing decisive is read from there: binary
 * operators come from PRECEDENCE, plugins are not run, and `check` derives each literal from its source text.
 * A changed table can make a rule fail to load, never make it mean something else.
 *
 * It is also stricter than jsep, which reads `a b`, `a; b`, `(a, b)` and `[a b]` without complaint.
 */
class RuleParser extends Jsep {
  private depth = 0

  parseAll(): ParsedNode {
    const node = this.expect(this.gobbleExpression())
    this.gobbleSpaces()
    if (this.index < this.expr.length) this.unexpected()
    return node
  }

  override runHook(_name: string, node?: MaybeNode): MaybeNode {
    return node
  }

  override searchHook(_name: string): undefined {
    return undefined
  }

  /** jsep calls this for what stands between parentheses: exactly one expression here. */
  override gobbleExpressions(): ParsedNode[] {
    const node = this.expect(this.gobbleExpression())
    if (this.expr[this.index] === ',') this.unexpected()
    return [node]
  }

  override gobbleBinaryExpression(): ParsedNode {
    return this.binary(1)
  }

  /** Every nesting passes here, so here it is counted, and each token learns where it stands. */
  override gobbleToken(): ParsedNode {
    this.gobbleSpaces()
    if (this.depth >= MAX_DEPTH) this.throwError(`nested deeper than ${MAX_DEPTH} levels`)
    if (this.code === SLASH)
      this.throwError('regular expressions and function calls are not supported in storage rules')
    const start = this.index
    this.depth++
    const token = this.expect(super.gobbleToken())
    this.depth--
    return { ...token, start, end: endOfToken(this.expr, start, this.index) }
  }

  override gobbleIdentifier(): ParsedNode {
    const start = this.index
    if (start >= this.expr.length) this.unexpected()
    return { ...super.gobbleIdentifier(), start, end: this.index }
  }

  /** The items of an array (and the arguments of a call, which `check` refuses), with every comma in its place. */
  override gobbleArguments(closing: number): ParsedNode[] {
    const items: ParsedNode[] = []
    this.gobbleSpaces()
    while (this.code !== closing) {
      items.push(this.expect(this.gobbleExpression()))
      this.gobbleSpaces()
      if (this.code === closing) break
      if (this.code !== COMMA) this.unexpected()
      this.index++
      this.gobbleSpaces()
    }
    this.index++
    return items
  }

  /** Precedence climbing; every operator is left-associative. */
  private binary(lowest: number): ParsedNode {
    let left = this.gobbleToken()
    for (;;) {
      const operator = this.peekOperator()
      const precedence = operator === undefined ? 0 : (PRECEDENCE.get(operator) ?? 0)
      if (operator === undefined || precedence < lowest) return left
      this.index += operator.length
      const right = this.binary(precedence + 1)
      left = { type: 'BinaryExpression', operator, left, right, start: left.start ?? 0, end: right.end ?? 0 }
    }
  }

  private peekOperator(): string | undefined {
    this.gobbleSpaces()
    const operator = OPERATORS.find((candidate) => this.expr.startsWith(candidate, this.index))
    if (operator === 'in' && /[\p{ID_Continue}$]/u.test(this.expr[this.index + 2] ?? '')) return undefined
    return operator
  }

  private expect(node: MaybeNode): ParsedNode {
    return node || this.unexpected()
  }

  private unexpected(): never {
    const char = this.expr[this.index]
    if (char === undefined) this.throwError('unexpected end, an operand or a closing bracket is missing')
    const hint = HINTS.get(char)
    return this.throwError(`unexpected ${JSON.stringify(char)}${hint === undefined ? '' : ` (${hint})`}`)
  }
}

/** jsep skips the spaces after a token before it hands the token over. */
function endOfToken(source: string, start: number, end: number): number {
  return start + source.slice(start, end).trimEnd().length
}

/**
 * Reads one expression into jsep's tree with offsets. Whether the tree is in the language is for `check` to say.
 *
 * @throws {RuleError} with `index` for anything that is not one whole expression, too long or nested too deep
 */
export function parse(source: string): ParsedNode {
  if (source.length > MAX_LENGTH) {
    throw new RuleError(`the expression has ${source.length} characters, ${MAX_LENGTH} are allowed`)
  }
  if (source.trim() === '') throw new RuleError('the expression is empty')
  try {
    return new RuleParser(source).parseAll()
  } catch (error) {
    throw toRuleError(error)
  }
}

/** jsep throws plain errors that carry `description` and `index`. */
function toRuleError(error: unknown): RuleError {
  if (!(error instanceof Error)) return new RuleError('the expression cannot be parsed')
  const { description, index } = error as { description?: unknown; index?: unknown }
  return new RuleError(
    `${typeof description === 'string' ? description : error.message}${typeof index === 'number' ? ` at character ${index}` : ''}`,
    { index: typeof index === 'number' ? index : undefined },
  )
}
