import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RuleAuth } from '../../caller/rule-auth.ts'
import type { DatabaseRuleContext, DocumentData } from '../context.ts'
import { Lookups } from '../lookups.ts'
import { updatedData } from '../request-data.ts'
import { compileDatabaseRules } from '../rules.ts'

const ALICE: RuleAuth = { uid: 'u-alice', customUserId: 'alice', loginType: 'CUSTOM' }
const ANONYMOUS: RuleAuth = { uid: 'u-anon', loginType: 'ANONYMOUS' }
const NOW = 1000

const stored: Readonly<Record<string, DocumentData>> = {
  '["teams","t1"]': { owner: 'alice', _openid: 'u-alice', size: 3 },
  '["teams","t2"]': { owner: 'bob' },
  '["teams",5]': { owner: 'alice' },
  '["users","alice"]': { admin: true, team: 't1' },
}
const documents = { get: (collection: string, id: string | number) => stored[JSON.stringify([collection, id])] ?? null }

const CONTEXT: DatabaseRuleContext = { auth: ALICE, now: NOW, documents }

/** true: proven. false: not proven. A pattern: not proven, with a matching reason. */
type Expected = boolean | RegExp
type Row = readonly [rule: string, query: DocumentData, expected: Expected, context?: Partial<DatabaseRuleContext>]

const OWN = 'doc._openid == auth.openid'
const BOTH_IDS = { _openid: { $in: ['alice', 'u-alice'] } }
const at = (ms: number) => new Date(ms)
const TABLE: Readonly<Record<string, readonly Row[]>> = {
  'equal values': [
    ["doc.status == 'a'", { status: 'a' }, true],
    ["doc.status === 'a'", { status: { $eq: 'a' } }, true],
    ["'a' == doc.status", { status: 'a' }, true],
    ["doc.status == 'a'", { status: 'b' }, /it is not true; add status: 'a'/],
    ["doc.status == 'a'", {}, /documents for which it is not true; add status: 'a' to the query/],
    ["doc.status == 'a'", { other: 'a' }, false],
    ["doc.status == 'a'", { status: {} }, /objects and arrays cannot be compared/],
    ["doc.status == 'a'", { status: { $in: ['a'] } }, true],
    ['doc.n == 1', { n: '1' }, false],
    ['doc.n == 0', { n: -0 }, true],
    ['doc.n == 0', { $and: [{ n: 0 }, { n: -0 }] }, true],
    ['doc.done == true', { done: true }, true],
    ['doc.done', { done: true }, true],
    ['doc.done', { done: 1 }, /\|\||&&|doc\.done/],
    ['!doc.done', { done: false }, true],
    ["!(doc.status == 'a')", { status: 'b' }, true],
    ["!(doc.status == 'a')", {}, false],
    ['doc.a == doc.b', { a: 1, b: 1 }, true],
    ['doc.a == doc.b', { a: { $in: [1, 2] }, b: { $in: [1, 2] } }, /must restrict a further$/],
    ['doc.a == doc.a', {}, false],
  ],
  lists: [
    ["doc.status in ['a', 'b']", { status: { $in: ['a', 'b'] } }, true],
    ["doc.status in ['a', 'b']", { status: { $in: ['a', 'c'] } }, /add status: _\.in\(\['a', 'b'\]\)/],
    ["doc.status == 'a' || doc.status == 'b'", { status: { $in: ['a', 'b'] } }, true],
    ["doc.status in ['a', 'b']", { $or: [{ status: 'a' }, { status: 'b' }] }, true],
    ["doc.status in ['a', 'b']", { status: { $in: ['a', 'c'] }, $and: [{ status: { $ne: 'c' } }] }, true],
    ["doc.status in ['a']", { status: { $in: ['a', 'b'] }, $and: [{ status: { $in: ['a', 'c'] } }] }, true],
    ['doc.n in [1, 2]', { n: { $in: [1, 2, null] } }, false],
    ['doc.n in [1, null]', { n: { $in: [1, null] } }, true],
    ["doc.status == 'a'", { status: { $in: [] } }, true],
    ["!(doc.status in ['x'])", { status: { $in: ['a', 'b'] } }, true],
    ["!(doc.status in ['x'])", { status: { $nin: ['x', null] } }, true],
    ["!(doc.status in ['x'])", { status: { $nin: ['x'] } }, false],
    ["doc.status in ['a']", { status: { $regex: /a/ } }, false],
    ['doc.status != null', { status: { $in: ['a', /b/] } }, true],
    ["doc.status == 'a'", { status: /a/ }, false],
  ],
  'logic of queries': [
    ['doc.a == 1 && doc.b == 2', { a: 1, b: 2 }, true],
    ['doc.a == 1 && doc.b == 2', { $and: [{ a: 1 }, { $and: [{ b: 2 }] }] }, true],
    ['doc.a == 1 && doc.b == 2', { $or: [{ a: 1, b: 2 }] }, true],
    ['doc.a == 1 || doc.b == 2', { $or: [{ a: 1 }, { b: 2 }] }, true],
    ["'x' in doc.l || doc.b == 2", { $or: [{ l: 'x' }, { b: 2 }] }, true],
    ['doc.a > 1 || doc.b == 2', { b: 2 }, false],
    ['doc.a == 1 && doc.b == 2', { $or: [{ a: 1 }, { b: 2 }] }, false],
    ['doc.a == 1 || doc.b == 2', { $or: [{ a: 1 }, { b: 3 }] }, false],
    ['doc.a == 1 || doc.b == 2', { $or: [{ a: 1 }, {}] }, false],
    ['doc.a == 1 || doc.b == 2', { $or: [{ a: 1 }, { $or: [{ b: 2 }, { a: 1, c: 3 }] }] }, true],
    ['doc.a == 1', { $and: [{ $or: [{ a: 1 }, { a: 2 }] }, { $or: [{ a: 1 }, { a: 3 }] }] }, true],
    ['doc.a == 1', { a: 1, $or: [{ b: 1 }, { c: 1 }] }, true],
    ['doc.a == 1', { a: 1, $and: [{ a: 2 }] }, true],
    ['doc.a == 3', { a: 1, $and: [{ a: 2 }] }, true],
    // ... but two values of a possible array are not a contradiction, nor are conditions on paths that the rule does not read.
    ['doc.a == 3', { $and: [{ tags: 'x' }, { tags: 'y' }] }, false],
    ["doc.a == 3 || 'x' in doc.tags", { $and: [{ tags: 'z' }, { tags: 'y' }] }, false],
    ['doc.a == 3 || doc.o.x == 1', { $and: [{ o: { y: 1 } }, { o: { y: 1 } }] }, false],
    ['doc.list == null', { $and: [{ list: 'x' }, { list: 'y' }] }, false],
  ],
  'order and ranges': [
    ['doc.age >= 18 && doc.age < 65', { age: { $gt: 20, $lte: 30 } }, true],
    ['doc.age >= 18 && doc.age < 65', { age: { $gte: 18, $lt: 65 } }, true],
    ['doc.age >= 18 && doc.age < 65', { age: { $gt: 20, $lte: 65 } }, /doc\.age < 65.*add age: _\.lt\(65\)/],
    ['doc.age > 18', { age: { $gte: 18 } }, false],
    ['doc.age > 18', { age: 19 }, true],
    ['18 < doc.age', { age: { $gt: 18 } }, true],
    ['doc.age > 18', { age: { $gt: '2' } }, false],
    ['doc.age != 5', { age: { $gt: 5 } }, true],
    ['doc.age != 5', { age: { $gte: 5 } }, false],
    ['doc.age > 18', { $and: [{ age: { $gt: 10 } }, { age: { $gt: 20 } }] }, true],
    ["doc.name >= 'm'", { name: { $gte: 'n' } }, true],
    ["doc.name >= '\uff00'", { name: { $gte: '\uff00' } }, false],
    ['doc.n > -1', { n: { $gt: 0 } }, true],
    ['doc.n == 6', { n: { $in: [5, 6], $gt: 5 } }, true],
    ['doc.n == 6', { n: { $in: [5, 6], $gte: 5 } }, false],
    ['doc.n >= 0', { n: { $in: [0, 1, 2] } }, true],
    ['doc.age > doc.limit', { age: { $gt: 10 }, limit: { $lt: 5 } }, true],
  ],
  dates: [
    ['doc.at < now', { at: { $lt: at(500) } }, true],
    ['doc.at < now', { at: { $lt: at(NOW) } }, true],
    ['doc.at < now', { at: { $lte: at(NOW) } }, false],
    ['doc.at < now', { at: at(999) }, true],
    ['doc.at < now', { at: { $lt: 500 } }, true],
    ['doc.at == 999', { at: at(999) }, true],
    ['doc.at > now', { at: { $gt: at(2000) } }, true],
    ['doc.at > now', { at: { $gt: at(500) } }, false],
    ['doc.from < now && doc.to > now', { from: { $lt: at(10) }, to: { $gt: at(5000) } }, true],
  ],
  arrays: [
    ['auth.openid in doc.members', { members: 'alice' }, true],
    ['auth.openid in doc.members', { members: { $all: ['alice', 'bob'] } }, true],
    ['auth.openid in doc.members', { members: { $all: ['bob'] } }, false],
    ['auth.openid in doc.members', { members: { $elemMatch: { $eq: 'alice' } } }, true],
    ['auth.openid in doc.members', { members: { $elemMatch: { id: 'alice' } } }, false],
    ['auth.openid in doc.members', { members: { $in: ['alice', 'bob'] } }, false],
    ['auth.openid in doc.members', { members: { $in: ['alice'] } }, true],
    ['auth.openid in doc.members', { members: ['alice', 'bob'] }, true],
    ['auth.openid in doc.members', { members: ['bob'] }, false],
    ['auth.openid in doc.members', { $and: [{ members: 'bob' }, { members: 'alice' }] }, true],
    ['auth.openid in doc.members', {}, /add members: auth\.openid to the query/],
    ["'a' in doc.l || 'b' in doc.l", { l: { $in: ['a', 'b'] } }, true],
    ["'a' in doc.l && 'b' in doc.l", { l: { $all: ['a', 'b'] } }, true],
    ["'a' in doc.l && 'b' in doc.l", { l: { $in: ['a', 'b'] } }, false],
    ["!('a' in doc.l)", { l: { $ne: 'a' } }, false],
    ['doc.x in doc.l', { x: 'a', l: 'a' }, true],
    ['doc.l != null', { l: { $size: 2 } }, true],
    ['doc.l != null', { l: { $all: ['a'] } }, true],
    ['doc.l != null', { l: { $all: [null] } }, false],
    ["doc.l != null && 'a' in doc.l", { l: null }, false],
    ["doc.l == null || 'a' in doc.l", { l: null }, false],
    ["doc.l == null || 'a' in doc.l", { l: { $exists: false } }, true],
    ["doc.l[0] == 'a'", { 'l.0': 'a' }, true],
    ["doc.l[0] == 'a'", { l: 'a' }, false],
    ["doc.l[0] == 'a'", { l: ['a', 'b'] }, true],
  ],
  'paths and members': [
    ['doc.a.b == 1', { 'a.b': 1 }, true],
    ['doc.a.b == 1', { a: { b: 1 } }, true],
    ['doc.a.b == 1', { a: { b: 2 }, 'a.b': 1 }, false],
    ["doc['a.b'] == 1", { 'a.b': 1 }, false],
    ["doc.a['b'].c == 1", { 'a.b.c': 1 }, true],
    ['doc.a.b == 1 && doc.a.c == 2', { 'a.b': 1, 'a.c': 2 }, true],
    ['doc.a != null', { 'a.b': 1 }, true],
    ['doc.a != null', { 'a.b': { $ne: 1 } }, false],
    ['doc.a != null', { 'a.b': { $exists: false } }, false],
    ['doc.a.b == null', { 'a.b': null }, true],
    ['doc.a.b == null', { a: { $ne: 5 } }, false],
    ['doc.a.b == null', { a: { $ne: null }, 'a.b': 1 }, false],
    ['doc.a.b == 1', { a: { $ne: null }, 'a.b': 1 }, true],
    ["doc.roles[auth.openid] == 'owner'", { 'roles.alice': 'owner' }, true],
    ["doc.roles[auth.uid] == 'owner'", { 'roles.alice': 'owner' }, false],
    ["doc.roles[auth.uid] != 'banned'", { 'roles.u-alice': { $nin: ['banned', null] } }, true],
    ['doc.roles[auth.uid].level == null', { 'roles.u-alice': { $nin: ['banned', null] } }, false],
    // When the path depends on the document, it is not known how the rule uses the value.
    ['auth.uid in doc.teams[doc.team]', { team: 'red', 'teams.red': 'u-alice' }, false],
    ['auth.uid in doc.teams[doc.team]', { team: { $in: ['red', 'blue'] }, 'teams.red': 'u-alice' }, false],
    ['doc[doc.key] == 1', { key: 'a', a: 1 }, false],
    ['doc[doc.key].x == 1', { key: 'a', 'a.x': 1 }, false],
    ['doc[doc.key] == 1', { a: 1 }, false],
    ["doc.constructor == 'x'", { constructor: 'x' }, false],
    ["doc._id == 'o1'", { _id: 'o1' }, true],
    ['doc != null', {}, true],
    ['doc.l.length == 1', { l: { $size: 1 } }, false],
  ],
  'what is missing': [
    ["doc.s != 'draft'", { s: 'public' }, true],
    ["doc.s != 'draft'", { s: { $ne: 'draft' } }, /add s: _\.neq\('draft'\)\.and\(_\.neq\(null\)\)/],
    ["doc.s != 'draft'", { $and: [{ s: { $ne: 'draft' } }, { s: { $ne: null } }] }, true],
    ["doc.s != 'draft'", { s: { $nin: ['draft', null] } }, true],
    ["doc.s == null || doc.s != 'draft'", { s: { $ne: 'draft' } }, false],
    ["doc.s == null || doc.s != 'draft'", { $or: [{ s: null }, { s: 'x' }] }, true],
    ['doc.s == null', { s: null }, true],
    ['doc.s == null', { s: { $exists: false } }, true],
    ['doc.s == null', {}, false],
    ['doc.s != null', { s: { $exists: true } }, false],
    ['doc.s != null', { s: { $ne: null } }, true],
    ['doc.s != null', {}, /add s: _\.neq\(null\) to the query/],
    ['doc.s != null', { s: 'x' }, true],
    ['doc.s != null', { s: { $gt: 0 } }, true],
    ['doc.s != null', { s: { $gte: null } }, false],
    ['doc.s != true', { s: { $nin: [null, true] } }, true],
  ],
  owners: [
    [OWN, { _openid: 'alice' }, true],
    [OWN, { _openid: 'u-alice' }, true],
    [OWN, BOTH_IDS, true],
    ['doc._openid == auth.uid', { _openid: 'alice' }, true],
    ['doc._openid == auth.customUserId', BOTH_IDS, true],
    [OWN, { _openid: 'bob' }, /it is not true; add _openid: '\{openid\}'/],
    [OWN, { _openid: { $in: ['alice', 'bob'] } }, false],
    [OWN, {}, /add _openid: '\{openid\}' to the query/],
    [OWN, { _openid: { $ne: 'bob' } }, false],
    [OWN, { _openid: null }, false],
    [OWN, { _openid: 5 }, false],
    ["doc._openid != 'bob'", { _openid: 'alice' }, true],
    ['doc._openid != auth.openid', { _openid: 'bob' }, true],
    ['doc._openid != auth.openid', BOTH_IDS, false],
    ["doc._openid == 'u-alice'", { _openid: 'alice' }, true],
    ["doc._openid == 'bob'", { _openid: 'bob' }, true],
    ['doc._openid != null', { _openid: { $ne: null } }, true],
    ['doc._openid != null', {}, false],
    ['doc._openid in doc.members', { _openid: 'alice', members: 'u-alice' }, true],
    ['doc.owner == auth.openid', { owner: 'alice' }, true],
    ['doc.owner == auth.openid', { owner: { $in: ['alice', 'u-alice'] } }, /add owner: auth\.openid to/],
    ['doc.owner == auth.uid', {}, /add owner: '\{uid\}' to/],
    [OWN, { _openid: 'u-anon' }, false, { auth: ANONYMOUS }],
    ['doc._openid == auth.uid', { _openid: 'u-anon' }, true, { auth: ANONYMOUS }],
    [OWN, { _openid: 'alice' }, false, { auth: null }],
    ["doc._openid == 'alice'", { _openid: 'alice' }, true, { auth: null }],
  ],
  'what the query need not say': [
    ['auth != null', {}, true],
    ['auth != null', {}, /auth != null is not true/, { auth: null }],
    ["auth.loginType == 'CUSTOM'", {}, true],
    ["auth.loginType != 'ANONYMOUS'", {}, false, { auth: ANONYMOUS }],
    ["auth.uid in ['u-alice']", {}, true],
    ['now > 500', {}, true],
    ['true || doc.a', {}, true],
    ['doc.a || true', {}, false],
    ["auth.loginType == 'CUSTOM' || doc.public == true", {}, true],
    ["auth.loginType == 'CUSTOM' || doc.public == true", {}, false, { auth: ANONYMOUS }],
    ["auth.loginType == 'CUSTOM' || doc.public == true", { public: true }, true, { auth: ANONYMOUS }],
    ['nobody == 1', {}, /there is no variable "nobody"/],
  ],
  'request.data': [
    ['request.data.role == null', {}, true, { data: updatedData({ $set: { name: 'x' } }) }],
    ['request.data.role == null', {}, false, { data: updatedData({ $inc: { role: 1 } }) }],
    ["request.data.s in ['a', 'b']", {}, true, { data: updatedData({ $set: { s: 'a' } }) }],
    ['request.data.s != 1', {}, /its new value is not in the request/, { data: updatedData({ $inc: { s: 1 } }) }],
    ['request.data.s == doc.s', { s: 'a' }, true, { data: { s: 'a' } }],
    ['request.data.s == doc.s', {}, /add s: request\.data\.s/, { data: { s: 'a' } }],
    ['request.data == null', {}, true],
    ['doc._openid != request.data.to', { _openid: 'bob' }, false, { data: updatedData({ $inc: { to: 1 } }) }],
    ['doc._openid != request.data.to', { _openid: 'bob' }, true, { data: { to: 'carl' } }],
  ],
  'get( )': [
    ["get('database.users.' + auth.openid).admin == true", {}, true],
    ["get('database.users.' + auth.uid).admin == true", {}, false],
    ["get('database.users.' + auth.uid) == null", {}, true],
    ["get('database.teams.' + doc.team).owner == auth.openid", { team: 't1' }, true],
    ["get('database.teams.' + doc.team).owner == auth.openid", { team: 't2' }, false],
    ["get('database.teams.' + doc.team).owner == auth.openid", { team: { $in: ['t1'] } }, true],
    ["get('database.teams.' + doc.team).owner == auth.openid", { team: { $in: ['t1', 't2'] } }, false],
    ["get('database.teams.' + doc.team).size == null", { team: { $in: ['t2', 'none'] } }, true],
    [
      "get('database.teams.' + doc.team).owner == auth.openid",
      { x: 1 },
      /does not determine which document get\( \) reads/,
    ],
    ["get('database.teams.' + doc.team) == null", { team: { $gt: 't' } }, /does not determine which document/],
    ["get('database.teams.' + doc.team).owner == auth.openid", { team: 5 }, true],
    ["get('database.teams.' + get('database.users.' + auth.openid).team).size == 3", {}, true],
    ["get('database.teams.t1')._openid == auth.openid", {}, true],
    ["get('database.users.' + doc._openid).admin == true", { _openid: 'alice' }, true],
    // A different id of the same person identifies a different document.
    ["get('database.users.' + doc._openid).admin == true", BOTH_IDS, false],
    ["get('database.users.' + doc[doc.k]).admin == true", { ...BOTH_IDS, k: '_openid' }, /does not determine/],
    ["get('database.teams.' + doc.team).size > doc.n", { team: 't1', n: { $lt: 3 } }, true],
  ],
  tests: [
    ['/^a/.test(doc.name)', { name: 'abc' }, true],
    ['/^a/.test(doc.name)', { name: 'xbc' }, false],
    ['/^a/.test(doc.name)', { name: { $regex: /^a/ } }, false],
    ['/^a/.test(doc.name)', {}, false],
  ],
  'operators that are not understood': [
    ['doc.a == 1', { $expr: { $eq: ['$a', 1] } }, false],
    ['doc.a == 1', { $nor: [{ a: { $ne: 1 } }] }, false],
    ['doc.a == 1', { a: { $not: { $ne: 1 } } }, false],
    ['doc.a != 1', { a: { $not: { $eq: 1 } } }, false],
    ['doc.a == 1', { a: { $mod: [2, 1] } }, false],
    ['doc.at != null', { at: { $geoWithin: {} } }, false],
    ['doc.at != null', { at: { $nearSphere: {} } }, false],
    ['doc.a == 1', { a: 1, b: { $unheard: 1 }, $nor: [{ a: 1 }] }, true],
    ['doc.a == 1', { $or: [] }, false],
    ['doc.a == 1', { $or: [{ a: 1 }, 5] } as never, false],
    ['doc.a == 1', { $and: { a: 1 } } as never, false],
    ['doc.a == 1', { a: { $in: 1 } } as never, false],
    ['doc.a == 1', { a: { $exists: 1 } }, false],
  ],
}

for (const [name, rows] of Object.entries(TABLE)) {
  describe(name, () => {
    for (const [rule, query, expected, context] of rows) {
      test(`${rule} <- ${shown(query)}${expected === true ? '' : ': no'}`, () => {
        const decision = compileDatabaseRules({ read: rule }).prove('read', query, { ...CONTEXT, ...context })
        assert.equal(decision.allowed, expected === true, decision.reason)
        if (expected instanceof RegExp) assert.match(decision.reason, expected)
      })
    }
  })
}

function shown(query: DocumentData): string {
  return JSON.stringify(query, (_, value: unknown) => (value instanceof RegExp ? String(value) : value))
}

describe('many alternatives', () => {
  const values = Array.from({ length: 65 }, (_, index) => index)

  test('64 of them are examined, 65 are not', () => {
    const rules = compileDatabaseRules({ read: 'doc.n < 64' })
    const query = (count: number) => ({ $or: values.slice(0, count).map((n) => ({ n })) })
    assert.equal(rules.prove('read', query(64), CONTEXT).allowed, true)
    assert.equal(rules.prove('read', query(65), CONTEXT).allowed, false)
  })

  test('for a long list, it is known what its values have in common', () => {
    const numbers = compileDatabaseRules({ read: 'doc.n >= 0 && doc.n < 1000' })
    const list = Array.from({ length: 1000 }, (_, index) => index)
    assert.equal(numbers.prove('read', { n: { $in: list } }, CONTEXT).allowed, true)
    assert.equal(numbers.prove('read', { n: { $in: [...list, 1000] } }, CONTEXT).allowed, false)
    const texts = compileDatabaseRules({ read: 'doc.s != null' })
    assert.equal(texts.prove('read', { s: { $in: list.map(String) } }, CONTEXT).allowed, true)
    assert.equal(texts.prove('read', { s: { $in: [...list.map(String), null] } }, CONTEXT).allowed, false)
  })

  test('lists of several fields beyond the limit are still known separately', () => {
    const rules = compileDatabaseRules({ read: "doc.a in ['x', 'y', 'z'] && doc.b in [1, 2, 3, 4, 5] && doc.c < 9" })
    const query = { a: { $in: ['x', 'y', 'z'] }, b: { $in: [1, 2, 3, 4, 5] }, c: { $in: [1, 2, 3, 4, 5, 6, 7, 8] } }
    assert.equal(rules.prove('read', query, CONTEXT).allowed, true)
  })

  test('an array with null or one of many values may be there', () => {
    const rules = compileDatabaseRules({ read: "doc.l == null || 'a' in doc.l" })
    const many = Array.from({ length: 70 }, (_, index) => `v${index}`)
    assert.equal(rules.prove('read', { l: { $in: [null, ...many] } }, CONTEXT).allowed, false)
    assert.equal(rules.prove('read', { l: { $in: [['a'], ...many.map((v) => [v])] } }, CONTEXT).allowed, false)
  })

  test('many ids are not a known owner', () => {
    const rules = compileDatabaseRules({ read: OWN })
    const many = Array.from({ length: 70 }, (_, index) => `v${index}`)
    assert.equal(rules.prove('read', { _openid: { $in: ['alice', ...many] } }, CONTEXT).allowed, false)
  })

  test('alternatives on paths that the rule does not read are ignored', () => {
    const rules = compileDatabaseRules({ read: 'doc.n == 1 || doc.n == 2' })
    const idle = { $or: values.slice(0, 40).map((x) => ({ x })) }
    assert.equal(rules.prove('read', { $and: [idle, { $or: [{ n: 1 }, { n: 2 }] }] }, CONTEXT).allowed, true)
  })
})

describe('documents that get( ) reads are requested', () => {
  const read = async (collection: string, id: string | number) => stored[JSON.stringify([collection, id])] ?? null

  test('once each, for all ids in the query', async () => {
    const rules = compileDatabaseRules({ read: "get('database.teams.' + doc.team).owner in [auth.openid, 'bob']" })
    const lookups = new Lookups()
    const asked: string[] = []
    const decision = await lookups.settle(
      () => rules.prove('read', { team: { $in: ['t1', 't2'] } }, { ...CONTEXT, documents: lookups }),
      ({ collection, id }) => {
        asked.push(`${collection}/${id}`)
        return read(collection, id)
      },
    )
    assert.deepEqual(decision.allowed, true)
    assert.deepEqual(asked.sort(), ['teams/t1', 'teams/t2'])
  })

  test('eleven are too many', async () => {
    const rules = compileDatabaseRules({ read: "get('database.teams.' + doc.team) == null" })
    const lookups = new Lookups()
    const prove = (count: number) =>
      lookups.settle(
        () =>
          rules.prove(
            'read',
            { team: { $in: Array.from({ length: count }, (_, index) => `x${index}`) } },
            { ...CONTEXT, documents: lookups },
          ),
        async () => null,
      )
    assert.equal((await prove(10)).allowed, true)
    assert.match((await prove(11)).reason, /more than 10 documents/)
  })
})
