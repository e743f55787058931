import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RuleError } from '../rule-error.ts'
import type { RuleNode } from './ast.ts'
import { parse } from './parse.ts'

function refusal(source: string): RuleError {
  try {
    parse(source)
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
    case 'get':
      return `get(${node.collection}/${node.id.map(grouped).join('+')})`
    case 'test':
      return `/${node.pattern}/${node.flags}(${grouped(node.argument)})`
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
    ['/^a\\/[/]b/i.test(c.d) && e', "(/^a\\/[/]b/i(c['d']) && e)"],
    ['!/a/ . test ( b )', '(!/a/(b))'],
    ['(a && b) && c', '((a && b) && c)'],
  ] as const) {
    test(JSON.stringify(source), () => assert.equal(grouped(parse(source)), tree))
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
  visit(parse(source))
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
    ['(a', 2, /the \( has no closing \)/],
    ['a)', 1, /unexpected "\)"/],
    ['[a b]', 3, /unexpected "b"/],
    ['[,a]', 1, /unexpected ","/],
    ['[a,,b]', 3, /unexpected ","/],
    ['[a', 2, /unexpected end/],
    ['a[', 2, /unexpected end/],
    ['a[]', 2, /unexpected "\]"/],
    ['a[b c]', 4, /unexpected "c"/],
    ['a[b', 3, /the \[ has no closing \]/],
    ['a.', 2, /unexpected end/],
    ['a.1', 2, /unexpected "1"/],
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
    ['~a', 0, /^~ is not part of the rule language/],
    ['a << b', 3, /unexpected "<"/],
    ['a ?? b', 2, /no \? operators/],
    ['a ? b : c', 2, /no \? operators/],
    ['a?.b', 1, /use \. instead of \?\./],
    ['--a', 0, /^-- is not part/],
    ['++a', 0, /^\+\+ is not part/],
    ['a++', 1, /arithmetic/],
    ['`a`', 0, /template strings/],
    ['a`b`', 1, /template strings/],
    ['f()', 0, /function calls are not supported/],
    ['a.b(c)', 0, /function calls are not supported/],
    ['a == get("database.x.y")', 5, /get\( \) exists in database rules only/],
    ['// note', 0, /comments are not supported/],
    ['/* note */ a', 0, /comments are not supported/],
    ['a // note', 2, /comments/],
    ['this', 0, /this is not part/],
    ['this.a', 0, /this is not part/],
    ['typeof a', 0, /typeof is not part/],
    ['new a', 0, /new is not part/],
    ['a && /x/', 5, /only be used as \/\.\.\.\/\.test\( \)/],
    ['/x/.exec(a)', 0, /only be used as/],
    ['/x/.testing(a)', 0, /only be used as/],
    ['/x/ == a', 0, /only be used as/],
    ['/x/.test()', 9, /unexpected "\)"/],
    ['/x/.test(a, b)', 10, /one expression/],
    ['/x/.test(a', 10, /the \( has no closing \)/],
    ['a.test(b)', 0, /function calls are not supported, except/],
    ['/x', 0, /no closing \//],
    ['/[/].test(a)', 0, /no closing \//],
    ['/x\n/.test(a)', 0, /no closing \//],
    ['/x/g.test(a)', 0, /the flags "g" are not supported, only i/],
    ['/x/ii.test(a)', 0, /the flags "ii"/],
    ['{}', 0, /unexpected "\{"/],
    ['a: b', 1, /unexpected ":"/],
    ['@a', 0, /unexpected "@"/],
    ['#a', 0, /unexpected "#"/],
    ['a\u0000', 1, /unexpected/],
    ['1a', 1, /followed by something else than a letter/],
    ['0x10', 1, /followed by something else than a letter/],
    ['1_000', 1, /followed by something else than a letter/],
    ['010', 0, /must not begin with 0/],
    ['1e', 1, /followed by something else than a letter/],
    ['1.2.3', 4, /unexpected "3"/],
    ['"a', 0, /no closing quote/],
    ['"a\nb"', 0, /line it begins on/],
    ['"\\x41"', 1, /unknown escape/],
    ['"\\u0041"', 1, /unknown escape/],
    ['a == “x”', 5, /must be ASCII/],
    ['a\u3000== b', 1, /must be ASCII/],
    ['（a）', 0, /must be ASCII/],
    ['a.b\u00a0', 3, /must be ASCII/],
  ] as const) {
    test(JSON.stringify(source), () => {
      const error = refusal(source)
      assert.match(error.message, message)
      assert.equal(error.index, index)
      assert.match(error.text.zh, /[\u4e00-\u9fff]/)
      if (index !== undefined) assert.equal(error.frame?.split('\n')[1]?.endsWith('^'), true)
    })
  }
})

describe('bounds', () => {
  test('1,024 characters are read, 1,025 are not', () => {
    assert.equal(parse(`a${' '.repeat(1023)}`).kind, 'variable')
    assert.match(refusal(`a${' '.repeat(1024)}`).message, /1025 characters, 1024 are allowed/)
  })

  test('a chain of a hundred alternatives is long, not deep', () => {
    assert.equal(parse(Array(100).fill('a.b == 1').join('||')).kind, 'logical')
  })

  test('sixty parentheses are read', () => {
    assert.equal(parse(`${'('.repeat(60)}a${')'.repeat(60)}`).kind, 'variable')
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
