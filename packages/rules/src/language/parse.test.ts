import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import jsep from 'jsep'
import { RuleError } from '../rule-error.ts'
import type { RuleNode } from './ast.ts'
import { check } from './check.ts'
import { parse } from './parse.ts'

function read(source: string): RuleNode {
  return check(parse(source), source)
}

function refusal(source: string): RuleError {
  try {
    read(source)
  } catch (error) {
    assert.ok(error instanceof RuleError, `${source}: ${String(error)}`)
    return error
  }
  return assert.fail(`${JSON.stringify(source)} was accepted`)
}

/** The tree with all parentheses written out. */
function grouped(node: RuleNode): string {
  switch (node.kind) {
    case 'literal':
      return JSON.stringify(node.value)
    case 'variable':
      return node.name
    case 'member':
      return `${grouped(node.object)}[${typeof node.property === 'string' ? `'${node.property}'` : grouped(node.property)}]`
    case 'array':
      return `[${node.items.map(grouped).join(', ')}]`
    case 'unary':
      return `(${node.operator}${grouped(node.operand)})`
    case 'compare':
      return `(${grouped(node.left)} ${node.operator} ${grouped(node.right)})`
    case 'logical':
      return `(${node.operands.map(grouped).join(` ${node.operator} `)})`
  }
}

describe('what is read', () => {
  for (const [source, tree] of [
    ['a || b && c', '(a || (b && c))'],
    ['a && b || c', '((a && b) || c)'],
    ['a || b || c && d', '(a || b || (c && d))'],
    ['a && (b && c)', '(a && (b && c))'],
    ['a == b && c', '((a == b) && c)'],
    ['a == b < c', '(a == (b < c))'],
    ['a < b == c', '((a < b) == c)'],
    ['a in b == c', '((a in b) == c)'],
    ['a == b in c', '(a == (b in c))'],
    ['a == b != c', '((a == b) != c)'],
    ['!a in b', '((!a) in b)'],
    ['!a == b', '((!a) == b)'],
    ['!a.b', "(!a['b'])"],
    ['!(a || b)', '(!(a || b))'],
    ['!!a', '(!(!a))'],
    ['-a < +b', '((-a) < (+b))'],
    ['a<=b', '(a <= b)'],
    ['a>=b', '(a >= b)'],
    ['a===b', '(a === b)'],
    ['a!==b', '(a !== b)'],
    ['a in[1,2]', '(a in [1, 2])'],
    ['inside == index', '(inside == index)'],
    ['a . b [ "c" ] . d', "a['b']['c']['d']"],
    ['a[b.c]', "a[b['c']]"],
    ['a[0]', 'a[0]'],
    ['(a).b', "a['b']"],
    ['[1, [2, "x"], []]', '[1, [2, "x"], []]'],
    ['[1, 2,]', '[1, 2]'],
    [' \t\r\n a \n', 'a'],
    ["'it\\'s' == \"x\\n\"", '("it\'s" == "x\\n")'],
    ['1.5e3 == .5', '(1500 == 0.5)'],
    ['true == false', '(true == false)'],
    ['null', 'null'],
    ['a.true', "a['true']"],
    ['a.标签', "a['标签']"],
    ['$a._b1', "$a['_b1']"],
  ] as const) {
    test(JSON.stringify(source), () => assert.equal(grouped(read(source)), tree))
  }
})

test('every node knows where it stands', () => {
  const source = ' a.b[ "c" ] == ( d || 1 ) '
  const texts: string[] = []
  const visit = (node: RuleNode): void => {
    texts.push(source.slice(node.start, node.end))
    if (node.kind === 'compare') [node.left, node.right].forEach(visit)
    if (node.kind === 'member') visit(node.object)
    if (node.kind === 'logical') node.operands.forEach(visit)
  }
  visit(read(source))
  assert.deepEqual(texts, ['a.b[ "c" ] == ( d || 1 )', 'a.b[ "c" ]', 'a.b', 'a', '( d || 1 )', 'd', '1'])
})

describe('what is refused, and where', () => {
  for (const [source, index, message] of [
    ['', undefined, /empty/],
    [' \n ', undefined, /empty/],
    ['a b', 2, /unexpected "b"/],
    ['a; b', 1, /one expression/],
    ['a;', 1, /one expression/],
    [',a', 0, /one expression/],
    ['a, b', 1, /one expression/],
    ['(a, b)', 2, /one expression/],
    ['()', 1, /unexpected "\)"/],
    ['(a', 2, /Unclosed \(/],
    ['a)', 1, /unexpected "\)"/],
    ['[a b]', 3, /unexpected "b"/],
    ['[,a]', 1, /unexpected ","/],
    ['[a,,b]', 3, /unexpected ","/],
    ['[a', 2, /unexpected end/],
    ['a[', 2, /unexpected end/],
    ['a[]', 2, /unexpected "\]"/],
    ['a[b c]', 4, /Unclosed \[/],
    ['a.', 2, /unexpected end/],
    ['a.1', 2, /Unexpected 1/],
    ['a ==', 4, /unexpected end/],
    ['a in', 4, /unexpected end/],
    ['== a', 0, /unexpected "="/],
    ['a = b', 2, /cannot assign/],
    ['a.b = 1', 4, /cannot assign/],
    ['a += 1', 2, /arithmetic/],
    ['a => b', 2, /cannot assign/],
    ['a + b', 2, /arithmetic/],
    ['"a" + "b"', 4, /joining strings/],
    ['a - b', 2, /arithmetic/],
    ['a * b', 2, /arithmetic/],
    ['a / b', 2, /division/],
    ['a % b', 2, /arithmetic/],
    ['a ** b', 2, /arithmetic/],
    ['a & b', 2, /"and" is &&/],
    ['a | b', 2, /"or" is \|\|/],
    ['a ^ b', 2, /unexpected "\^"/],
    ['~a', 0, /the operator ~/],
    ['a << b', 3, /unexpected "<"/],
    ['a ?? b', 2, /no \? operators/],
    ['a ? b : c', 2, /no \? operators/],
    ['a?.b', 0, /use \. instead of \?\./],
    ['--a', 0, /the operator --/],
    ['++a', 0, /the operator \+\+/],
    ['a++', 1, /arithmetic/],
    ['`a`', 0, /template strings/],
    ['a`b`', 1, /template strings/],
    ['f()', 0, /function calls are not supported in storage rules/],
    ['a.b(c)', 0, /function calls are not supported in storage rules/],
    ['a == get("database.x.y")', 5, /function calls are not supported in storage rules/],
    ['true && /x/.test(a)', 8, /regular expressions and function calls are not supported in storage rules/],
    ['// note', 0, /not supported/],
    ['a // note', 2, /comments/],
    ['this', 0, /no "this"/],
    ['this.a', 0, /no "this"/],
    ['typeof a', 7, /unexpected "a"/],
    ['new a', 4, /unexpected "a"/],
    ['{}', 0, /unexpected "\{"/],
    ['a: b', 1, /unexpected ":"/],
    ['@a', 0, /unexpected "@"/],
    ['#a', 0, /unexpected "#"/],
    ['a\u0000', 1, /unexpected/],
    ['1a', 1, /cannot start with a number/],
    ['0x10', 1, /cannot start with a number/],
    ['1_000', 1, /cannot start with a number/],
    ['010', 0, /must not begin with 0/],
    ['1e', 2, /exponent/],
    ['1.2.3', 3, /period/],
    ['"a', 2, /Unclosed quote/],
    ['"a\nb"', 0, /line it begins on/],
    ['"\\x41"', 0, /unknown escape/],
    ['"\\u0041"', 0, /unknown escape/],
    ['a == “x”', 5, /must be ASCII/],
    ['a\u3000== b', 0, /must be ASCII/],
    ['（a）', 0, /must be ASCII/],
    ['a.b\u00a0', 2, /must be ASCII/],
  ] as const) {
    test(JSON.stringify(source), () => {
      const error = refusal(source)
      assert.match(error.message, message)
      assert.equal(error.index, index)
    })
  }
})

describe('bounds', () => {
  test('1,024 characters are read, 1,025 are not', () => {
    assert.equal(read(`a${' '.repeat(1023)}`).kind, 'variable')
    assert.match(refusal(`a${' '.repeat(1024)}`).message, /1025 characters, 1024 are allowed/)
  })

  test('a chain of a hundred alternatives is long, not deep', () => {
    assert.equal(read(Array(100).fill('a.b == 1').join('||')).kind, 'logical')
  })

  test('sixty parentheses are read', () => {
    assert.equal(read(`${'('.repeat(60)}a${')'.repeat(60)}`).kind, 'variable')
  })

  for (const [name, source] of [
    ['closed parentheses', `${'('.repeat(511)}a${')'.repeat(511)}`],
    ['open parentheses', '('.repeat(1024)],
    ['brackets', '['.repeat(1024)],
    ['computed members', 'a['.repeat(512)],
    ['members', `a${'.b'.repeat(500)}`],
    ['negations', `${'!'.repeat(1023)}a`],
    ['signs', '- '.repeat(511)],
    ['comparisons', `${'1=='.repeat(300)}1`],
    ['alternating operators', `${'(a&&(a||'.repeat(100)}a`],
  ] as const) {
    test(`${name} without end are refused, not a stack overflow`, () => {
      assert.match(refusal(source).message, /nested deeper than 64 levels/)
    })
  }
})

describe('jsep is shared by the whole process', () => {
  test('its tables stay as they were: nobody else suddenly has an "in" operator', () => {
    read('a in b')
    assert.equal(Object.hasOwn(jsep.binary_ops, 'in'), false)
  })

  test('another package that changes the tables cannot change what a rule means', () => {
    const before = { ...jsep.binary_ops }
    try {
      jsep.addBinaryOp('&&', 0.5)
      jsep.addBinaryOp('=', 0.9)
      jsep.addUnaryOp('typeof')
      jsep.addLiteral('auth', true)
      jsep.addLiteral('false', true)
      assert.equal(grouped(read('a || b && c')), '(a || (b && c))')
      assert.equal(grouped(read('false')), 'false')
      assert.match(refusal('a = b').message, /cannot assign/)
      assert.match(refusal('typeof a').message, /typeof/)
      assert.match(refusal('auth').message, /not part of the rule language/)
    } finally {
      Object.assign(jsep.binary_ops, before)
      jsep.removeBinaryOp('=')
      jsep.removeUnaryOp('typeof')
      jsep.removeLiteral('auth')
      jsep.addLiteral('false', false)
    }
  })
})
