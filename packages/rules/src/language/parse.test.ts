import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RuleError } from '../rule-error.ts'
import type { RuleKind, RuleNode } from './ast.ts'
import { parse } from './parse.ts'

function refusal(source: string, kind: RuleKind = 'storage'): RuleError {
  try {
    parse(source, kind)
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

test('every node has its position', () => {
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
    ['"a" + "b"', 4, /string concatenation/],
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
    ['a == get("database.x.y")', 5, /get\( \) exists only in database rules/],
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
    ['/x/g.test(a)', 0, /the flags "g" are not supported; only i is/],
    ['/x/ii.test(a)', 0, /the flags "ii"/],
    ['{}', 0, /unexpected "\{"/],
    ['a: b', 1, /unexpected ":"/],
    ['@a', 0, /unexpected "@"/],
    ['#a', 0, /unexpected "#"/],
    ['a\u0000', 1, /unexpected/],
    ['1a', 1, /must not be followed by a letter/],
    ['0x10', 1, /must not be followed by a letter/],
    ['1_000', 1, /must not be followed by a letter/],
    ['010', 0, /must not start with 0/],
    ['1e', 1, /must not be followed by a letter/],
    ['1.2.3', 4, /unexpected "3"/],
    ['"a', 0, /no closing quote/],
    ['"a\nb"', 0, /line where it starts/],
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

/** `${` and `}` around an expression; written in pieces so that the strings do not look like forgotten templates. */
const IN = `$${'{'}`
const OUT = '}'

describe('get( )', () => {
  for (const [source, tree] of [
    ["get('database.users.u1')", 'get(users/"u1")'],
    ['get("database.users.u1").name', 'get(users/"u1")[\'name\']'],
    ['get(`database.users.u1`)', 'get(users/"u1")'],
    [" get ( 'database.users.u1' ) == null", '(get(users/"u1") == null)'],
    ["get('database.users.' + auth.uid)", "get(users/auth['uid'])"],
    ["get('database.' + 'users.' + auth.uid)", "get(users/auth['uid'])"],
    ["get('database.users.a.b')", 'get(users/"a.b")'],
    ["get('database.users.a' + b + 'c' + d)", 'get(users/"a"+b+"c"+d)'],
    ["get('database.users.' + '' + a + '')", 'get(users/a)'],
    ["get('database.users.' + 5)", 'get(users/5)'],
    ["get('database.users.5')", 'get(users/"5")'],
    ["get('database.users.' + a[b] . c)", "get(users/a[b]['c'])"],
    ["get('database.users.' + (a || b))", 'get(users/(a || b))'],
    [`get(\`database.users.${IN}auth.uid${OUT}\`)`, "get(users/auth['uid'])"],
    [`get('database.users.${IN}auth.uid${OUT}')`, "get(users/auth['uid'])"],
    [`get("database.users.${IN}auth.uid${OUT}")`, "get(users/auth['uid'])"],
    [`get(\`database.users.a${IN} b ${OUT}c${IN}d${OUT}\`)`, 'get(users/"a"+b+"c"+d)'],
    [`get(\`database.users.${IN}a == '}'${OUT}\`)`, 'get(users/(a == "}"))'],
    [`get(\`database.users.a\` + \`${IN}b${OUT}\`)`, 'get(users/"a"+b)'],
    [`get('database.users.\\${IN}a${OUT}')`, `get(users/"${IN}a${OUT}")`],
    ["get('database.users.$a{b}')", 'get(users/"$a{b}")'],
    ["get('database.my-users_2.a')", 'get(my-users_2/"a")'],
    ["get('database.a.' + get('database.b.' + c).d)", "get(a/get(b/c)['d'])"],
    [`get(\`database.a.${IN}get(\`database.b.${IN}c${OUT}\`).d${OUT}\`)`, "get(a/get(b/c)['d'])"],
    ["get('database.a.b').c[get('database.d.e').f]", 'get(a/"b")[\'c\'][get(d/"e")[\'f\']]'],
    ["get('database.a.b').c in get('database.d.e').f", '(get(a/"b")[\'c\'] in get(d/"e")[\'f\'])'],
    ['get == 1', '(get == 1)'],
    ['get.a', "get['a']"],
    ["a.get == 'x'", '(a[\'get\'] == "x")'],
  ] as const) {
    test(JSON.stringify(source), () => assert.equal(grouped(parse(source, 'database')), tree))
  }

  const form = /needs 'database\.COLLECTION\.ID'; only the id can be computed/
  for (const [source, index, message] of [
    ['get()', 4, /unexpected "\)"/],
    ['get(a)', 0, form],
    ["get(a + 'database.users.b')", 0, form],
    ["get('users.u1')", 0, form],
    ["get('database.users')", 0, form],
    ["get('database.users.')", 0, form],
    ["get('database..a')", 0, form],
    ["get('database.' + a + '.b')", 0, form],
    [`get('database.${IN}a${OUT}.b')`, 0, form],
    [`get('database.us${IN}a${OUT}.b')`, 0, form],
    ["get(' database.users.a')", 0, form],
    ["get('database.us ers.a')", 0, form],
    [`get('database.${'c'.repeat(121)}.a')`, 0, form],
    ["a && get('database.users.' + '')", 5, form],
    ["get('database.users.a' 'b')", 23, /unexpected "'"/],
    ["get('database.users.a', b)", 22, /one expression/],
    ["get('database.users.a' + )", 25, /unexpected "\)"/],
    ["get('database.users.' + a == b)", 26, /unexpected "="/],
    ["get('database.users.' - a)", 22, /arithmetic/],
    ["get('database.users.a'", 22, /the \( has no closing \)/],
    ["get('database.users.a)", 4, /no closing quote/],
    ["get('database.users.\na')", 4, /no closing quote/],
    [`get(\`database.users.${IN}a\`)`, 23, /template strings|unexpected|closing/],
    [`get('database.users.${IN}a b${OUT}')`, 24, /the placeholder has no closing }/],
    [`get('database.users.${IN}${OUT}')`, 22, /unexpected "}"/],
    ["get('database.users.a')('b')", 0, /function calls are not supported, except .* get\( \)/],
    ["a.get('database.users.a')", 0, /function calls are not supported/],
    ["'a' + get('database.users.a')", 4, /string concatenation are not supported, except in get\( \)/],
    ["get('database.a.b') + 'c'", 20, /string concatenation/],
    [`\`a${IN}b${OUT}\``, 0, /template strings are supported only in get\( \)/],
    [`get('database.a.' + [\`b\`])`, 21, /template strings are supported only in get\( \)/],
  ] as const) {
    test(JSON.stringify(source), () => {
      const error = refusal(source, 'database')
      assert.match(error.message, message)
      assert.equal(error.index, index)
      assert.match(error.text.zh, /[\u4e00-\u9fff]/)
    })
  }

  test('three in one rule are accepted, four are not', () => {
    const one = "get('database.a.b').c == 1"
    assert.equal(parse(Array(3).fill(one).join(' && '), 'database').kind, 'logical')
    const error = refusal(Array(4).fill(one).join(' && '), 'database')
    assert.match(error.message, /at most 3 get\( \)/)
    assert.equal(error.index, 3 * (one.length + 4))
  })

  test('two nested ones are accepted, three are not', () => {
    const error = refusal("get('database.a.' + get('database.b.' + get('database.c.d').e).f)", 'database')
    assert.match(error.message, /nested at most 2 deep/)
    assert.equal(error.index, 40)
    assert.equal(parse("get('database.a.' + get('database.b.c').d + get('database.e.f').g)", 'database').kind, 'get')
  })

  test('the nesting limit applies to its id', () => {
    const deep = `get('database.a.' + ${'('.repeat(70)}b${')'.repeat(70)})`
    assert.match(refusal(deep, 'database').message, /nested deeper than 64 levels/)
    const templates = `get(\`database.a.${`${IN}(`.repeat(70)}`
    assert.match(refusal(templates, 'database').message, /nested deeper|unexpected/)
  })

  test('every piece has its position', () => {
    const source = ` get( 'database.a.b' + c + \`d${IN} e ${OUT}\` ) `
    const node = parse(source, 'database')
    assert.equal(source.slice(node.start, node.end), source.trim())
    const pieces = node.kind === 'get' ? node.id : []
    assert.deepEqual(
      pieces.filter(({ kind }) => kind === 'variable').map(({ start, end }) => source.slice(start, end)),
      ['c', 'e'],
    )
  })
})

describe('bounds', () => {
  test('1,024 characters are read, 1,025 are not', () => {
    assert.equal(parse(`a${' '.repeat(1023)}`).kind, 'variable')
    assert.match(refusal(`a${' '.repeat(1024)}`).message, /1025 characters; at most 1024 are allowed/)
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
    test(`endless ${name} are refused and do not overflow the stack`, () => {
      assert.match(refusal(source).message, /nested deeper than 64 levels/)
    })
  }
})
