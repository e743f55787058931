// biome-ignore-all lint/suspicious/noTemplateCurlyInString: rules have placeholders in any quotes
/** Random rules and requests. They use the same few ids, names and values, so that comparisons are often true. */
import fc from 'fast-check'
import type { NaiveDatabaseRequest } from './naive-database.fixture.ts'
import type { NaiveRequest } from './naive-storage.fixture.ts'

const IDS = ['u1', 'alice', 'bob', '名前', `o'"\\`]

/** Some have a special meaning in JavaScript, where rules must not find anything. */
const NAMES = ['a', 'b', '名', 'length', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'uid']

const PATHS = ['users/alice/a.jpg', 'users/u1/名前.PNG', 'users/bob/b.jpg', 'temp/x.jpg', 'public/o\'".txt', '']

const NUMBERS = ['0', '1', '2', '2.5', '10', '.5', '1e1', '7.']

const PATTERNS = ['/^users\\//', '/\\.(jpe?g|png)$/i', '/[\'"/]/', '/a|b/', '/^$/', '/^[^/]*$/', '/\\bx\\b/']

/** A literal of the language, in either kind of quotes. */
function quoted(text: string, quote: string): string {
  return quote + text.replace(/[\\'"]/g, (char) => (char === quote || char === '\\' ? `\\${char}` : char)) + quote
}

const quote = fc.constantFrom("'", '"')

const gap = fc.constantFrom(' ', ' ', ' ', '', '\n')

/** Operators that need no spaces around them. */
function infix(left: fc.Arbitrary<string>, operator: fc.Arbitrary<string>, right: fc.Arbitrary<string>) {
  return fc.tuple(left, gap, operator, gap, right).map((parts) => parts.join(''))
}

function among(left: fc.Arbitrary<string>, right: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(left, right).map(([a, b]) => `${a} in ${b}`)
}

function items(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(item, { maxLength: 3 }), fc.boolean())
    .map(([texts, comma]) => `[${texts.join(', ')}${comma && texts.length > 0 ? ',' : ''}]`)
}

const equals = fc.constantFrom('==', '===', '!=', '!==')
const orders = fc.constantFrom('<', '<=', '>', '>=')

/** The names in a kind of rules. */
export interface Vocabulary {
  readonly booleans: readonly string[]
  readonly numbers: readonly string[]
  readonly strings: readonly string[]
  readonly lists: readonly string[]
  /** Objects and missing values. */
  readonly others: readonly string[]
  /** Variables that can be compared with `null` and have members, but cannot be items of an array. */
  readonly roots: readonly string[]
}

export const STORAGE_VOCABULARY: Vocabulary = {
  booleans: ['resource.metadata.yes', 'resource.metadata["yes"]'],
  numbers: [
    'now',
    'resource.size',
    'resource.metadata.n',
    'resource.metadata.list.length',
    'resource.metadata.list[1]',
  ],
  strings: [
    'auth.uid',
    'auth.openid',
    'auth.customUserId',
    'auth.loginType',
    'auth["uid"]',
    'resource.openid',
    'resource.openid',
    'resource["openid"]',
    'resource.path',
    'resource.metadata.id',
    'resource.metadata.list[0]',
    'auth[resource.metadata.key]',
    'resource[resource.metadata.key]',
  ],
  lists: ['resource.metadata.list', 'resource.metadata["ids"]'],
  others: ['resource.metadata', 'auth.none', 'resource.metadata.nil', 'nobody', 'null', 'resource.metadata.o'],
  roots: ['auth', 'resource'],
}

export const FUNCTION_VOCABULARY: Vocabulary = {
  booleans: ['auth != null', "auth['loginType'] == 'ANONYMOUS'"],
  numbers: ['now'],
  strings: ['auth.uid', 'auth.openid', 'auth["customUserId"]', 'auth.loginType', 'auth[auth.uid]'],
  lists: ["['u1', auth.openid]"],
  others: ['auth.none', 'nobody', 'null', 'auth.constructor'],
  roots: ['auth'],
}

export const DATABASE_VOCABULARY: Vocabulary = {
  booleans: ['doc.yes', 'request.data["yes"]', "get('database.c.u1').yes"],
  numbers: [
    'now',
    'doc.n',
    'doc["date"]',
    'request.data.n',
    'doc.list.length',
    'doc.list[1]',
    "get('database.c.u1').n",
  ],
  strings: [
    'auth.uid',
    'auth.openid',
    'auth["customUserId"]',
    'doc._openid',
    'doc._openid',
    'doc["_openid"]',
    'doc.id',
    'doc.list[0]',
    'doc[request.data.key]',
    'request.data.id',
    'request.data.o.id',
    'request["data"]._openid',
    "get('database.c.' + auth.uid)._openid",
    'get(`database.c.${auth.openid}`).id',
    "get('database.c.${doc._openid}')['id']",
    'get("database.c." + get(`database.d.${doc.id}`).id)._openid',
  ],
  lists: ['doc.list', 'request.data["ids"]', 'get(`database.d.${doc.id}`).ids'],
  others: [
    'request.data',
    'auth.none',
    'doc.nil',
    'nobody',
    'null',
    'doc.o',
    "get('database.c.alice')",
    "get('database.c.' + doc.n)",
    "get('database.none.bob')",
    "get('database.c.' + request.data.n + doc.id)",
  ],
  roots: ['auth', 'doc', 'request'],
}

/**
 * Expressions of the language. Most have operands of the right type, and all can be parsed.
 */
export function expressions(vocabulary: Vocabulary): fc.Arbitrary<string> {
  const literal = fc.tuple(fc.constantFrom(...IDS, ...NAMES, ...PATHS), quote).map(([text, by]) => quoted(text, by))
  return fc
    .letrec<Record<'bool' | 'operand' | 'num' | 'str' | 'list' | 'any' | 'value', string>>((tie) => {
      const parenthesized = tie('bool').map((inner) => `(${inner})`)
      const relation = fc.oneof(
        { weight: 4, arbitrary: infix(tie('str'), equals, tie('str')) },
        { weight: 3, arbitrary: infix(tie('num'), equals, tie('num')) },
        { weight: 3, arbitrary: infix(tie('num'), orders, tie('num')) },
        { weight: 1, arbitrary: infix(tie('str'), orders, tie('str')) },
        { weight: 2, arbitrary: infix(tie('any'), equals, fc.constant('null')) },
        { weight: 1, arbitrary: infix(fc.constant('null'), equals, tie('any')) },
        { weight: 3, arbitrary: among(tie('str'), tie('list')) },
        { weight: 1, arbitrary: among(tie('num'), tie('list')) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom(...PATTERNS), tie('str'))
            .map(([regex, text]) => `${regex}.test(${text})`),
        },
        { weight: 1, arbitrary: infix(tie('any'), fc.oneof(equals, orders), tie('any')) },
        { weight: 1, arbitrary: among(tie('any'), tie('any')) },
        { weight: 1, arbitrary: infix(parenthesized, equals, parenthesized) },
      )
      return {
        bool: fc.oneof(
          { maxDepth: 6, depthSize: 'medium', depthIdentifier: 'rule' },
          { weight: 5, arbitrary: relation },
          { weight: 3, arbitrary: infix(tie('operand'), fc.constantFrom('&&', '||'), tie('operand')) },
          { weight: 3, arbitrary: infix(parenthesized, fc.constantFrom('&&', '||'), parenthesized) },
          {
            weight: 1,
            arbitrary: fc.array(tie('bool'), { minLength: 3, maxLength: 5 }).map((all) => all.join(' || ')),
          },
          { weight: 2, arbitrary: parenthesized.map((inner) => `!${inner}`) },
          // Without parentheses, so that precedence decides.
          { weight: 1, arbitrary: infix(tie('bool'), fc.oneof(equals, orders), tie('bool')) },
          { weight: 1, arbitrary: among(tie('bool'), tie('list')) },
          { weight: 1, arbitrary: tie('bool').map((text) => `!${text}`) },
          { weight: 1, arbitrary: parenthesized },
        ),
        operand: fc.oneof(
          { weight: 8, arbitrary: tie('bool') },
          { weight: 2, arbitrary: fc.constantFrom('true', 'false', ...vocabulary.booleans) },
          { weight: 1, arbitrary: tie('any') },
        ),
        num: fc.oneof(
          { maxDepth: 6, depthIdentifier: 'rule' },
          { weight: 4, arbitrary: fc.constantFrom(...NUMBERS) },
          { weight: 4, arbitrary: fc.constantFrom(...vocabulary.numbers) },
          { weight: 1, arbitrary: tie('num').map((inner) => `- ${inner}`) },
          { weight: 1, arbitrary: tie('num').map((inner) => `+(${inner})`) },
        ),
        str: fc.oneof(
          { weight: 3, arbitrary: literal },
          { weight: 6, arbitrary: fc.constantFrom(...vocabulary.strings) },
        ),
        list: fc.oneof(
          { maxDepth: 6, depthIdentifier: 'rule' },
          { weight: 4, arbitrary: items(tie('str')) },
          { weight: 3, arbitrary: fc.constantFrom(...vocabulary.lists) },
          { weight: 1, arbitrary: items(tie('value')) },
          { weight: 1, arbitrary: items(tie('bool')) },
        ),
        any: fc.oneof(
          { weight: 9, arbitrary: tie('value') },
          { weight: 1, arbitrary: fc.constantFrom(...vocabulary.roots) },
        ),
        value: fc.oneof(
          { maxDepth: 6, depthIdentifier: 'rule' },
          { weight: 3, arbitrary: tie('str') },
          { weight: 3, arbitrary: tie('num') },
          { weight: 3, arbitrary: fc.constantFrom(...vocabulary.booleans, ...vocabulary.others, 'true') },
          { weight: 1, arbitrary: tie('list') },
          {
            weight: 2,
            arbitrary: fc.tuple(tie('any'), fc.constantFrom(...NAMES)).map(([o, name]) => `(${o}).${name}`),
          },
          { weight: 2, arbitrary: fc.tuple(tie('any'), tie('any')).map(([object, name]) => `(${object})[${name}]`) },
          {
            weight: 2,
            arbitrary: fc.tuple(tie('list'), fc.constantFrom('0', '1')).map(([list, at]) => `${list}[${at}]`),
          },
          { weight: 1, arbitrary: parenthesized },
          {
            weight: 1,
            arbitrary: fc.tuple(fc.constantFrom('!', '- ', '+ '), tie('any')).map((parts) => parts.join('')),
          },
        ),
      }
    })
    .bool.filter(isShort)
}

/** Few expressions exceed the limits of the language. */
function isShort(text: string): boolean {
  const searches = text.split(/ in (?!\[)/).length - 1
  return text.length <= 1024 && searches <= 8 && text.split('get(').length - 1 <= 3
}

/** Data in documents and metadata. Own members can have any name, including `__proto__`. */
const storedData: fc.Arbitrary<Record<string, unknown>> = fc.letrec<{
  value: unknown
  object: Record<string, unknown>
}>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...IDS, ...NAMES),
    fc.constantFrom(0, 1, 2, 2.5, 10, -1),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.array(fc.tuple(fc.constantFrom(...NAMES), tie('value')), { maxLength: 4 }).map(Object.fromEntries),
})).object

/** The members that a vocabulary names, usually present and of the expected type. */
const namedData: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    storedData,
    fc.record(
      {
        yes: fc.boolean(),
        n: fc.constantFrom(0, 1, 2, 2.5, 10),
        id: fc.constantFrom(...IDS),
        key: fc.constantFrom('uid', 'path', 'openid', '_openid', '__proto__', 'none'),
        _openid: fc.constantFrom<unknown>(...IDS, ...IDS, 1),
        date: fc.constantFrom(0, 1, 10).map((time) => new Date(time)),
        list: fc.array(fc.constantFrom<unknown>(...IDS, 1, 2, null), { maxLength: 4 }),
        ids: fc.array(fc.constantFrom(...IDS), { maxLength: 4 }),
        nil: fc.constant(null),
        o: storedData,
      },
      { requiredKeys: ['id', 'key'] },
    ),
  )
  // An own `__proto__` must stay one.
  .map(([odd, named]) => Object.fromEntries([...Object.entries(odd), ...Object.entries(named)]))

const id = fc.constantFrom(...IDS)

const caller: fc.Arbitrary<NaiveRequest['auth']> = fc.option(
  fc.record(
    {
      uid: id,
      openid: id,
      customUserId: id,
      loginType: fc.constantFrom('ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN', 'alice'),
    },
    { requiredKeys: ['uid', 'loginType'] },
  ),
  { freq: 6 },
)

export const storageRequest: fc.Arbitrary<NaiveRequest> = fc.record({
  auth: caller,
  resource: fc.record(
    {
      path: fc.constantFrom(...PATHS),
      claim: id,
      creator: fc.array(id, { maxLength: 2 }),
      exists: fc.boolean(),
      size: fc.constantFrom(0, 1, 2, 10),
      metadata: namedData,
    },
    { requiredKeys: ['path', 'exists'] },
  ),
  now: fc.constantFrom(0, 1, 2, 10),
})

export const functionRequest: fc.Arbitrary<Pick<NaiveRequest, 'auth' | 'now'>> = fc.record({
  auth: caller,
  now: fc.constantFrom(0, 1, 2, 10),
})

const collection = fc
  .array(fc.tuple(fc.constantFrom(...IDS, 'u1alice', '1alice'), namedData), { maxLength: 4 })
  .map(Object.fromEntries)

export const databaseRequest: fc.Arbitrary<NaiveDatabaseRequest> = fc.record(
  {
    auth: caller,
    doc: namedData,
    update: fc.record({
      set: namedData,
      changed: fc.oneof(fc.constant([]), fc.subarray(['n', 'id', 'yes', 'ids', 'o', '_openid'])),
    }),
    documents: fc.record({ c: collection, d: collection }),
    now: fc.constantFrom(0, 1, 2, 10),
  },
  { requiredKeys: ['auth', 'documents', 'now'] },
)
