/**
 * A second parser of the rule language for tests, written from docs/rules.md. It is as simple as possible, slow, and shares no
 * code with the real one.
 */

export type Operator = '&&' | '||' | '==' | '===' | '!=' | '!==' | '<' | '<=' | '>' | '>=' | 'in'

export type Node =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly object: Node; readonly name: Node }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'unary'; readonly operator: '!' | '+' | '-'; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'test'; readonly pattern: string; readonly flags: string; readonly argument: Node }
  | { readonly kind: 'get'; readonly collection: string; readonly id: readonly Node[] }

interface Token {
  readonly type: 'number' | 'string' | 'template' | 'regex' | 'name' | 'mark'
  readonly text: string
}

const TOKENS: readonly (readonly [Token['type'], RegExp])[] = [
  ['number', /^(\d+\.\d*|\d+(?!\.)|\.\d+)([eE][+-]?\d+)?(?![\p{ID_Continue}$])/u],
  ['string', /^'(\\.|[^'\\\n\r])*'|^"(\\.|[^"\\\n\r])*"/],
  ['template', /^`(\\.|[^`\\])*`/],
  ['regex', /^\/(?![*/])(\\.|\[(\\.|[^\]\\\n\r])*\]|[^/\\[\n\r])+\/[\p{ID_Continue}$]*/u],
  ['name', /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u],
  ['mark', /^(===|!==|==|!=|<=|>=|&&|\|\||--|\+\+|[<>!+\-.,()[\]])/],
]

/** From the loosest to the tightest, as in JavaScript. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '===', '!=='],
  ['<', '<=', '>', '>=', 'in'],
]

const CONSTANTS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Keywords of JavaScript that rules do not support. */
const REFUSED_WORDS =
  'this typeof void delete new await function instanceof import in class const var let if else for while do switch case default break continue return throw try catch finally with yield super extends export enum debugger'.split(
    ' ',
  )

const ESCAPES = new Map(Object.entries({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' }))

export interface NaiveParserOptions {
  /** Database rules have `get( )`. */
  readonly get?: boolean
}

/** Parses one expression of the language. Throws when the source is not one. */
export function naiveParse(source: string, options: NaiveParserOptions = {}): Node {
  if (source.length > 1024) throw new Error('too long')
  const tokens = tokenize(source)
  let at = 0
  let [searches, gets, getDepth] = [0, 0, 0]
  const node = binary(0)
  if (at < tokens.length) throw new Error('something follows the expression')
  return node

  function next(): Token {
    const token = tokens[at++]
    if (token === undefined) throw new Error('the expression ends too early')
    return token
  }

  /** Whether one of these marks, or the word `in`, comes next. */
  function ahead(...texts: readonly string[]): boolean {
    const token = tokens[at]
    return token !== undefined && (token.type === 'mark' || token.text === 'in') && texts.includes(token.text)
  }

  function expect(text: string): void {
    if (next().text !== text) throw new Error(`${text} is missing`)
  }

  function binary(level: number): Node {
    const operators = LEVELS[level]
    if (operators === undefined) return unary()
    let left = binary(level + 1)
    while (ahead(...operators)) {
      const operator = next().text as Operator
      const right = binary(level + 1)
      if (operator === 'in' && right.kind !== 'array' && ++searches > 8) throw new Error('too many searches')
      left = { kind: 'binary', operator, left, right }
    }
    return left
  }

  function unary(): Node {
    if (!ahead('!', '+', '-')) return members()
    const operator = next().text as '!' | '+' | '-'
    return { kind: 'unary', operator, operand: unary() }
  }

  function members(): Node {
    let object = primary()
    for (;;) {
      if (ahead('.')) {
        next()
        const { type, text } = next()
        if (type !== 'name') throw new Error('a name is missing')
        object = { kind: 'member', object, name: { kind: 'literal', value: text } }
      } else if (ahead('[')) {
        next()
        object = { kind: 'member', object, name: binary(0) }
        expect(']')
      } else {
        return object
      }
    }
  }

  function primary(): Node {
    const { type, text } = next()
    if (type === 'number') {
      if (/^0\d/.test(text)) throw new Error('a number begins with 0')
      return { kind: 'literal', value: Number(text) }
    }
    if (type === 'string') return { kind: 'literal', value: unescaped(text.slice(1, -1)) }
    if (type === 'regex') return test(text)
    if (type === 'name') {
      const constant = CONSTANTS.get(text)
      if (constant !== undefined) return { kind: 'literal', value: constant }
      if (REFUSED_WORDS.includes(text)) throw new Error(`there is no ${text}`)
      if (options.get === true && text === 'get' && ahead('(')) return get()
      return { kind: 'variable', name: text }
    }
    if (text === '(') {
      const inner = binary(0)
      expect(')')
      return inner
    }
    if (text === '[') return array()
    throw new Error(`unexpected ${text}`)
  }

  function array(): Node {
    const items: Node[] = []
    while (!ahead(']')) {
      items.push(binary(0))
      if (ahead(',')) next()
      else break
    }
    expect(']')
    return { kind: 'array', items }
  }

  function test(regex: string): Node {
    const end = regex.lastIndexOf('/')
    const [pattern, flags] = [regex.slice(1, end), regex.slice(end + 1)]
    checkPattern(pattern, flags)
    expect('.')
    expect('test')
    expect('(')
    const argument = binary(0)
    expect(')')
    return { kind: 'test', pattern, flags, argument }
  }

  /** `get('database.c.id')`, `get('database.c.' + id)`, and `${id}` inside any kind of quotes. */
  function get(): Node {
    if (++gets > 3) throw new Error('too many get( )')
    if (++getDepth > 2) throw new Error('get( ) in get( ) in get( )')
    expect('(')
    const parts: Node[] = []
    do {
      const token = tokens[at]
      if (token?.type === 'string' || token?.type === 'template') {
        next()
        parts.push(...pieces(token.text.slice(1, -1)))
      } else {
        parts.push(unary())
      }
    } while (ahead('+') && next())
    expect(')')
    getDepth--
    return { kind: 'get', ...document(parts) }
  }

  /** The strings and the expressions in `${ }` between them. */
  function pieces(quoted: string): Node[] {
    return quoted.split(/(?<!\\)\$\{([^}]*)\}/).map((piece, index) => {
      if (index % 2 === 1) return naiveParse(piece, options)
      if (/(?<!\\)\$\{/.test(piece)) throw new Error('a placeholder has no end')
      return { kind: 'literal', value: unescaped(piece) }
    })
  }
}

/** The collection must be a literal string, in any number of pieces. The rest is the id. */
function document(parts: readonly Node[]): { collection: string; id: Node[] } {
  const computed = parts.findIndex((part) => part.kind !== 'literal' || typeof part.value !== 'string')
  const texts = parts.slice(0, computed === -1 ? parts.length : computed)
  const text = texts.map((part) => (part.kind === 'literal' ? String(part.value) : '')).join('')
  const [, collection, rest] = /^database\.([A-Za-z0-9_-]{1,120})\.(.*)$/s.exec(text) ?? []
  if (collection === undefined || rest === undefined) throw new Error('no collection')
  const more = parts.slice(texts.length)
  const id: Node[] = rest === '' ? [...more] : [{ kind: 'literal', value: rest }, ...more]
  if (id.length === 0) throw new Error('no id')
  return { collection, id }
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let rest = source
  for (;;) {
    rest = rest.replace(/^[ \t\r\n]+/, '')
    if (rest === '') return tokens
    const token = TOKENS.map(([type, pattern]) => ({ type, text: pattern.exec(rest)?.[0] })).find(hasText)
    if (token === undefined) throw new Error(`cannot be read: ${rest}`)
    tokens.push(token)
    rest = rest.slice(token.text.length)
  }
}

function hasText(token: { type: Token['type']; text: string | undefined }): token is Token {
  return token.text !== undefined
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gu, (_, char: string) => {
    if (!/[nrtbfv'"`$\\/]/.test(char)) throw new Error(`unknown escape \\${char}`)
    return ESCAPES.get(char) ?? char
  })
}

/** Refuses patterns that only one of JavaScript and RE2 supports. Does not check the program size: the tests use small patterns. */
function checkPattern(pattern: string, flags: string): void {
  if (flags !== '' && flags !== 'i') throw new Error('unknown flags')
  if (pattern.length > 256) throw new Error('the pattern is too long')
  new RegExp(pattern)
  for (const [piece] of pattern.matchAll(/\\.|\[(\\.|[^\]\\])*\]|\(\?.|./gs)) {
    if (piece.startsWith('\\')) checkEscape(piece)
    if (piece.startsWith('(?') && piece !== '(?:') throw new Error('a group that rules do not have')
    if (!piece.startsWith('[')) continue
    if (piece === '[]' || piece === '[^]') throw new Error('an empty class')
    for (const [part] of piece.slice(1).matchAll(/\\.|\[[:.=]/gs)) {
      if (part === '\\b' || part.startsWith('[')) throw new Error('RE2 reads this in another way')
      checkEscape(part)
    }
  }
}

function checkEscape(escaped: string): void {
  if (/[^dDwWsSbBnrtfv!-/:-@[-`{-~]/.test(escaped.slice(1))) throw new Error('an escape that rules do not have')
}
