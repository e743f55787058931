import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileRule } from './compile-rule.ts'
import { MAX_TESTED } from './pattern.ts'
import type { Scope } from './scope.ts'
import { MAX_ARRAY_ITEMS } from './values.ts'

const DATA = {
  n: 5,
  s: 'abc',
  yes: true,
  no: false,
  nil: null,
  empty: '',
  list: ['a', 'b', 3],
  holes: ['a', null],
  long: Array(MAX_ARRAY_ITEMS + 1).fill('a'),
  nested: { deep: { n: 1 }, 'a b': 2 },
  key: 'n',
  huge: 'a'.repeat(MAX_TESTED + 1),
}

const SCOPE: Scope<typeof DATA> = {
  kind: 'storage',
  variables: new Map([['d', { get: (data: typeof DATA) => data }]]),
}

/** true: allowed. false: denied. A pattern: denied, with a matching reason. */
const CASES: readonly (readonly [string, boolean | RegExp])[] = [
  // Only true allows.
  ['true', true],
  ['false', /^false is false$/],
  ['1', /1 is 1, and only true allows/],
  ["'true'", /only true allows/],
  ['null', /null is absent/],
  ['[true]', /an array, and only true allows/],
  ['d', /d is an object/],
  ['d.yes', true],
  ['d.no', /d\.no is false/],
  ['d.s', /d\.s is "abc", and only true allows/],
  ['d.none', /d\.none is absent/],
  // Equality converts nothing.
  ['d.n == 5', true],
  ['d.n === 5', true],
  ["d.n == '5'", /d\.n == '5' is false: d\.n is 5/],
  ["d.n != '5'", true],
  ["d.n !== '5'", true],
  ['d.n != 5', /d\.n is 5/],
  ["d.s == 'abc'", true],
  ["d.s == 'ABC'", false],
  ['d.yes == true', true],
  ['d.yes == 1', false],
  ["d.empty == ''", true],
  ['d.empty == 0', false],
  ['0 == false', false],
  ['0 == -0', true],
  ['d.list == d.list', /objects and arrays cannot be compared/],
  ['d != d.nested', /objects and arrays cannot be compared/],
  ['[1] != [1]', /objects and arrays cannot be compared/],
  // A missing value is neither equal nor unequal to anything.
  ['d.none == d.none', /d\.none is absent; and d\.none is absent/],
  ['d.none != d.none', false],
  ['d.none === d.other', false],
  ['d.none !== d.other', false],
  ["d.none == ''", false],
  ["d.none != 'x'", /not true because d\.none is absent/],
  ['d.none == d.nil', false],
  ['d.nil == d.nil', false],
  ['d.nil != 1', false],
  ['d.none == false', false],
  // ... and negation does not change that.
  ["!(d.none == 'x')", /d\.none is absent/],
  ["!(d.none != 'x')", false],
  ["!!(d.none == 'x')", false],
  ["(d.none == 'x') == false", false],
  ["(d.none == 'x') != true", false],
  ["(d.none == 'x') == null", false],
  ["(d.none == 'x') != null", false],
  ["(d.none == 'x') in [false]", false],
  ["!(d.none == 'x' && false)", false],
  ["!(d.none == 'x' || false)", false],
  ["d.none == 'x' || true", true],
  ["true || d.none == 'x'", true],
  ["d.none == 'x' || d.n == 5", true],
  ["d.none == 'x' && true", false],
  // Comparing with the literal null tests whether a value is missing.
  ['d.none == null', true],
  ['d.none === null', true],
  ['null == d.none', true],
  ['d.nil == null', true],
  ['d.none != null', /d\.none != null is false$/],
  ['d.nil !== null', false],
  ['d.n != null', true],
  ['null != d.n', true],
  ['d.n == null', /d\.n == null is false: d\.n is 5/],
  ['d != null', true],
  ['null == null', true],
  ['d.none.a.b == null', true],
  // Order.
  ['d.n < 6', true],
  ['d.n < 5', /d\.n < 5 is false: d\.n is 5/],
  ['d.n <= 5', true],
  ['d.n > 4', true],
  ['d.n > 5', false],
  ['d.n >= 5', true],
  ['-d.n < 0', true],
  ['+d.n == 5', true],
  ['-d.n >= -5', true],
  ["d.s < 'abd'", true],
  ["'B' < 'a'", true],
  ["d.s > 'abc'", false],
  ["d.n < '6'", /< needs two numbers or two strings, not a number and a string/],
  ['d.yes < 2', /needs two numbers/],
  ['d.list < 2', /needs two numbers/],
  ['d.none < 1', /d\.none is absent/],
  ['d.none >= 0', false],
  ['!(d.none > 1)', false],
  ['null < 1', false],
  ["-'1' < 0", /unary - needs a number, not a string/],
  ['+d.yes == 1', /unary \+ needs a number/],
  ['-d.none < 1', false],
  ['1e999 > 1', true],
  // Logical operators accept only booleans, and stop early.
  ['d.yes && d.yes', true],
  ['d.yes && d.no', /^d\.no is false$/],
  ['d.no || d.yes', true],
  ['d.no || d.no', /d\.no is false; and d\.no is false/],
  ['!d.no', true],
  ['!d.yes', /!d\.yes is false/],
  ['d.n && true', /&& needs true or false, not a number/],
  ['true && d.s', /&& needs true or false, not a string/],
  ['d.n || true', /\|\| needs true or false/],
  ['d.none || true', /\|\| needs true or false, not a missing value/],
  ['!d.none', /! needs true or false, not a missing value/],
  ['!d.n', /! needs true or false, not a number/],
  ['true || d.n', true],
  ['false && d.n', /^false is false$/],
  ["d.none == 'x' && d.none || true", true],
  ['d != null && d.n == 5', true],
  ['d.none != null && d.none.a', /d\.none != null is false/],
  // in
  ["'a' in d.list", true],
  ['3 in d.list', true],
  ["'3' in d.list", false],
  ['0 in d.list', false],
  ["'length' in d.list", false],
  ["d.s in ['x', 'abc']", true],
  ["d.s in ['x', 'y']", /d\.s in \['x', 'y'\] is false: d\.s is "abc"/],
  ["!(d.s in ['x', 'y'])", true],
  ['d.s in []', false],
  ['!(d.s in [])', true],
  ["d.none in ['x']", /d\.none is absent/],
  ["!(d.none in ['x'])", false],
  ['!(d.none in [])', false],
  ['!(d.none in d.list)', false],
  ['d.none in [null]', true],
  ['d.s in [d.none, d.s]', true],
  ['d.s in [d.none]', false],
  ['!(d.s in [d.none])', false],
  ["'a' in d.holes", true],
  ["!('z' in d.holes)", false],
  ["'a' in d.none", /d\.none is absent/],
  ["!('a' in d.none)", false],
  ["'a' in d.nested", /in needs an array on its right, not an object/],
  ["'a' in d.s", /in needs an array on its right, not a string/],
  ["'a' in d.long", /more than 1000 items/],
  ['d.list in [1]', /objects and arrays cannot be compared/],
  // Members.
  ['d.nested.deep.n == 1', true],
  ["d['nested']['deep'].n == 1", true],
  ["d.nested['a b'] == 2", true],
  ['d[d.key] == 5', true],
  ["d.list[0] == 'a'", true],
  ['d.list.length == 3', true],
  ['d.list[7] == null', true],
  ['d[d.none] == null', true],
  ['d[true] == null', /a member name must be a string or a number, not a boolean/],
  ['d[d.list] == null', /not an array/],
  ['d.s.length == null', true],
  ['d.n.x.y.z == null', true],
  ['[1, 2][1] == 2', true],
  // Regular expressions test strings.
  ['/^ab/.test(d.s)', true],
  ['/^AB/.test(d.s)', /\/\^AB\/\.test\(d\.s\) is false: d\.s is "abc"/],
  ['/^AB/i.test(d.s)', true],
  ['!/^b/.test(d.s)', true],
  ["/b/.test('abc') == true", true],
  ['/a/.test(d.none)', /\/a\/\.test\(d\.none\) is not true because d\.none is absent/],
  ['!/a/.test(d.none)', /d\.none is absent/],
  ['/a/.test(d.none) == false', false],
  ['/a/.test(d.none) || true', true],
  ['/5/.test(d.n)', /\.test needs a string, not a number/],
  ['/a/.test(d.list)', /\.test needs a string, not an array/],
  ['/a/.test(d.huge)', /at most 1024 characters/],
  // There are no other names.
  ['nobody', /there is no variable "nobody"/],
  ['undefined == undefined', /there is no variable "undefined"/],
  ['NaN != NaN', /there is no variable "NaN"/],
  ['nobody || true', /there is no variable/],
  ['true || nobody', true],
  ['nobody.a.b == null', /nobody cannot be evaluated: there is no variable "nobody"/],
  ['globalThis != null', /there is no variable "globalThis"/],
  ['process.env != null', /there is no variable "process"/],
]

describe('the decision of an expression', () => {
  for (const [source, expected] of CASES) {
    test(`${source} ${expected === true ? 'allows' : 'denies'}`, () => {
      const rule = compileRule(source, SCOPE)
      assert.equal(rule.allows(DATA), expected === true)
      if (expected !== true) assert.ok(rule.whyNot(DATA, 'en').length > 0)
      if (expected !== true) assert.ok(rule.whyNot(DATA, 'zh').length > 0)
      const { outcome, decided } = rule.explain(DATA)
      assert.equal(outcome === 'true', expected === true)
      assert.ok(decided)
      if (expected instanceof RegExp) assert.match(rule.whyNot(DATA, 'en'), expected)
    })
  }
})

describe('reasons', () => {
  test('quote values, so that stored data cannot forge a line of the log', () => {
    const scope: Scope<string> = { kind: 'storage', variables: new Map([['v', { get: (value: string) => value }]]) }
    const reason = compileRule("v == 'x'", scope).whyNot('a\nallowed "admin"\u001b[2J', 'en')
    assert.equal(reason, `v == 'x' is false: v is "a\\nallowed \\"admin\\"\\u001b[2J"`)
  })

  test('stay short, whatever the values', () => {
    const scope: Scope<string> = { kind: 'storage', variables: new Map([['v', { get: (value: string) => value }]]) }
    const source = Array(60).fill("v == 'x'").join(' || ')
    assert.ok(compileRule(source, scope).whyNot('y'.repeat(100_000), 'en').length <= 600)
  })
})

test('data that throws when it is read denies', () => {
  const hostile = new Proxy({}, { getOwnPropertyDescriptor: () => assert.fail('trap') })
  const scope: Scope<object> = { kind: 'storage', variables: new Map([['d', { get: (data: object) => data }]]) }
  const rule = compileRule('d.a == 1 || true', scope)
  assert.equal(rule.allows(hostile), false)
  assert.match(rule.whyNot(hostile, 'en'), /cannot be (read|evaluated)/)
})

describe('get( )', () => {
  type Asked = { readonly d: Readonly<Record<string, unknown>>; readonly asked: unknown[] }
  const scope: Scope<Asked> = {
    kind: 'database',
    variables: new Map([['d', { get: ({ d }: Asked) => d }]]),
    lookup({ asked }, collection, id) {
      asked.push([collection, id])
      return id === 'none' ? null : { name: `${collection}/${id}`, next: 'b', list: [id] }
    },
  }
  const D = { s: 'a', n: 5, zero: -0, yes: true, o: {}, empty: '' }

  for (const [source, expected, asked] of [
    ["get('database.c.a').name == 'c/a'", true, [['c', 'a']]],
    ["get('database.c.' + d.s).name == 'c/a'", true, [['c', 'a']]],
    ["get('database.c.x-' + d.s + '-' + d.n).name == 'c/x-a-5'", true, [['c', 'x-a-5']]],
    [
      "get('database.c.' + get('database.c.a').next).name == 'c/b'",
      true,
      [
        ['c', 'a'],
        ['c', 'b'],
      ],
    ],
    // A number alone stays a number; next to a string it becomes part of the string.
    ["get('database.c.' + d.n).list[0] == 5", true, [['c', 5]]],
    ["5 in get('database.c.' + d.n).list", true, [['c', 5]]],
    ["get('database.c.5').list[0] == '5'", true, [['c', '5']]],
    // A missing document, and a missing id.
    ["get('database.c.none') == null", true, [['c', 'none']]],
    ["get('database.c.none').name != 'x'", /get\('database\.c\.none'\)\.name is absent/, [['c', 'none']]],
    ["get('database.c.' + d.missing) == null", true, []],
    ["get('database.c.x' + d.missing) == null", true, []],
    ["get('database.c.' + (d.missing == 1)) == null", true, []],
    ["get('database.c.' + d.empty).name == 'c/'", true, [['c', '']]],
    // A piece of an id must be a string or a number.
    ["get('database.c.' + d.yes) == null", /get\( \) needs strings and numbers, not a boolean/, []],
    ["get('database.c.' + d.o) == null", /not an object/, []],
    // A document is not a condition and cannot be compared.
    ["get('database.c.a')", /is an object, and only true allows/, [['c', 'a']]],
    ["get('database.c.a') == d.o", /objects and arrays cannot be compared/, [['c', 'a']]],
    ["!get('database.c.a')", /! needs true or false/, [['c', 'a']]],
    // Documents that are not needed are not looked up.
    ["d.yes || get('database.c.a').name == 'x'", true, []],
    ["d.n == 6 && get('database.c.a').name == 'x'", /d\.n is 5/, []],
  ] as const) {
    test(source, () => {
      const seen: unknown[] = []
      const rule = compileRule(source, scope)
      const context = { d: D, asked: seen }
      assert.equal(rule.allows(context), expected === true)
      assert.deepEqual(seen, asked)
      if (expected !== true) assert.match(rule.whyNot(context, 'en'), expected)
    })
  }

  test('an invalid id is reported in both languages', () => {
    const rule = compileRule("get('database.c.' + d.o) == null", scope)
    assert.match(rule.whyNot({ d: D, asked: [] }, 'zh'), /get\( \) 需要字符串和数字，而不是对象/)
  })

  test('without a lookup function there are no documents', () => {
    const rule = compileRule("get('database.c.a') == null", { kind: 'database', variables: scope.variables })
    assert.equal(rule.allows({ d: D, asked: [] }), true)
  })
})
