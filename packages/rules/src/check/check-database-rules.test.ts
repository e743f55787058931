import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileDatabaseRules } from '../database/rules.ts'
import { checkDatabaseRules, type DatabaseCheckOptions } from './check-database-rules.ts'
import { findingLines } from './finding-lines.fixture.ts'

const OWN = 'doc._openid == auth.openid'
const NAMED = "auth != null && auth.loginType != 'ANONYMOUS'"
const TEAM = "auth.uid in get('database.teams.' + doc.team).members"

function lines(acl: unknown, options?: DatabaseCheckOptions): readonly string[] {
  return findingLines(acl, checkDatabaseRules(acl, options))
}

/** The same without the hints about queries, which most rules that check `doc` get. */
function linesButQueries(acl: unknown, options?: DatabaseCheckOptions): readonly string[] {
  return lines(acl, options).filter((line) => !line.startsWith('note query-refused'))
}

describe('rules with no findings, or only obvious ones', () => {
  for (const [name, acl, expected] of [
    ['READONLY', 'READONLY', ['note everyone-reads']],
    ['PRIVATE', 'PRIVATE', []],
    ['ADMINWRITE', 'ADMINWRITE', ['note everyone-reads']],
    ['ADMINONLY', 'ADMINONLY', []],
    ['the rules of PRIVATE', { read: OWN, write: OWN }, []],
    ['the rules of READONLY', { read: true, write: OWN }, ['note everyone-reads read']],
    ['either id', { read: `${OWN} || doc._openid == auth.uid` }, []],
    ['false', { read: false, write: 'false' }, []],
    ['any login makes documents', { create: 'auth != null' }, []],
    ['certain users', { write: "auth.uid in ['u1', 'u2'] || auth.openid == 'o1'" }, []],
    ['administrators by a document of theirs', { write: "get('database.users.' + auth.uid).role == 'admin'" }, []],
    ['a list of administrators', { write: "auth.uid in get('database.settings.admins').ids" }, []],
    ['the team of the document', { update: TEAM, delete: TEAM }, []],
    ['a role in the document', { update: "doc.roles[auth.uid] == 'owner'" }, []],
    ['members', { update: `auth.uid in doc.members`, delete: OWN }, []],
    [
      'a change of the owner’s own',
      { update: `${OWN} && request.data.status == null && request.data.price > 0`, delete: OWN },
      [],
    ],
    ['a new document as it has to be', { create: `${NAMED} && request.data.status == 'new'` }, []],
    [
      'a new document of a team of the caller',
      { create: "auth.uid in get('database.teams.' + request.data.team).members" },
      [],
    ],
    [
      'the team stays the same',
      {
        update: "doc.team == request.data.team && auth.uid in get('database.teams.' + request.data.team).members",
      },
      [],
    ],
    ['time', { read: `${OWN} && doc.expires > now` }, []],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    test(name, () => assert.deepEqual(linesButQueries(acl), expected))
  }
})

describe('callers who get access', () => {
  for (const [name, acl, expected] of [
    ['everybody reads by an expression', { read: 'auth != null || auth == null' }, ['warning everyone-reads read']],
    ['everybody reads what is published', { read: "doc.status == 'published'" }, ['note everyone-reads read']],
    ['anonymous logins read', { read: 'auth != null' }, ['warning anonymous-passes read']],
    ['anonymous logins read some', { read: 'auth != null && doc.public == true' }, ['note anonymous-passes read']],
    ['everybody writes', { write: true }, ['warning write-without-login write']],
    ['everybody makes documents', { create: 'request.data.n > 0' }, ['warning write-without-login create']],
    ['everybody deletes some', { delete: `doc.n == 0 || (${OWN})` }, ['warning write-without-login delete']],
    ['every login changes everything', { update: 'auth != null' }, ['warning ownerless-write update']],
    ['and every login but anonymous ones', { write: NAMED }, ['warning ownerless-write write']],
    ['and who names himself', { update: 'request.data.owner == auth.uid' }, ['warning ownerless-write update']],
    [
      'while something is open',
      { delete: `${NAMED} && get('database.settings.main').open == true` },
      ['warning ownerless-write delete'],
    ],
    [
      'anonymous logins change drafts',
      { update: "auth != null && doc.status == 'draft'" },
      ['warning anonymous-passes update'],
    ],
    ['whoever is not the owner', { delete: 'doc._openid != auth.uid' }, ['warning anonymous-passes delete']],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    test(name, () => assert.deepEqual(linesButQueries(acl), expected))
  }

  test('an environment without anonymous logins gets no warnings about them', () => {
    assert.deepEqual(lines({ read: 'auth != null' }, { anonymous: false }), [])
    assert.match(checkDatabaseRules({ update: 'auth != null' })[0]?.message.en ?? '', /anonymous logins included/)
    const [found] = checkDatabaseRules({ update: 'auth != null' }, { anonymous: false })
    assert.doesNotMatch(found?.message.en ?? '', /anonymous/)
  })

  test('write is checked for the operations that it decides', () => {
    const said = (acl: object) => checkDatabaseRules(acl).map(({ message }) => message.en)
    assert.match(said({ write: true })[0] ?? '', /can create, update and delete documents/)
    assert.match(said({ write: true, create: false })[0] ?? '', /can update and delete documents/)
    assert.match(said({ write: NAMED, update: OWN })[0] ?? '', /users can delete documents of other users/)
    assert.deepEqual(lines({ write: NAMED, update: false, delete: false }), [])
  })
})

describe('a document that the caller chooses', () => {
  const CHOSEN = "get('database.teams.' + request.data.team)"
  for (const [name, acl, expected] of [
    [
      'lets change those of others',
      { update: `auth.uid in ${CHOSEN}.members` },
      [`warning get-of-caller-input update '${CHOSEN}'`],
    ],
    [
      'need not name the caller',
      { create: `${NAMED} && ${CHOSEN}.open == true` },
      [`note get-of-caller-input create '${CHOSEN}'`],
    ],
    ['does no harm to what is the caller’s', { update: `${OWN} && ${CHOSEN}.open == true` }, []],
    [
      'is not chosen when the caller’s id is in its id',
      {
        update: "get('database.members.' + request.data.team + auth.uid).role == 'editor'",
      },
      [],
    ],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    test(name, () => assert.deepEqual(linesButQueries(acl), expected))
  }
})

describe('clauses', () => {
  for (const [acl, expected, message] of [
    [{ read: 'resource.openid == auth.openid' }, "error unknown-variable read 'resource'", /only in storage rules/],
    [{ read: 'x == 1' }, "error unknown-variable read 'x'", /the variables are auth, doc, request and now/],
    [{ update: 'data.x == 1' }, "error unknown-variable update 'data'", /did you mean request\.data\?/],
    [{ create: 'request.dat.x == 1' }, "warning unknown-member create 'request.dat'", /did you mean request\.data\?/],
    [
      { create: 'request.data._openid == auth.openid' },
      "warning unknown-member create 'request.data._openid'",
      /clients cannot send it/,
    ],
    [{ read: 'request.data.x == 1' }, "warning data-without-write read 'request.data'", /a read request has no data/],
    [
      { delete: 'request.data == null' },
      "warning data-without-write delete 'request.data'",
      /a delete request has no data/,
    ],
    [
      { write: `${OWN} && request.data.n > 0` },
      "warning data-without-write write 'request.data'",
      /write a separate "delete" rule/,
    ],
    [{ read: 'doc._openid == 5' }, "warning never-holds read 'doc._openid == 5'", /is an id, 5 is a number/],
    [{ read: "doc == 'x'" }, "warning never-holds read 'doc == 'x''", /cannot be compared/],
    [
      { read: "get('database.a.b') == 'x'" },
      "warning never-holds read 'get('database.a.b') == 'x''",
      /cannot be compared/,
    ],
    [{ read: "auth.loginType == 'EMAIL'" }, "warning never-holds read 'auth.loginType == 'EMAIL''", /one of ANONYMOUS/],
    [{ update: `doc && ${OWN}` }, "warning not-boolean update 'doc'", /write doc != null/],
    [
      { read: `auth.loginType == 'ANONYMOUS' && ${OWN}` },
      `warning login-without-openid read 'auth.loginType == 'ANONYMOUS' && ${OWN}'`,
      /only auth\.uid/,
    ],
    [{ create: 'doc != null && auth.uid != null' }, "note always-holds create 'doc != null'", /always true/],
    [
      { create: `${NAMED} && doc.status == 'new'` },
      "warning doc-in-create create 'doc.status'",
      /the data that the caller sends is request\.data\.status/,
    ],
    [{ create: OWN }, "note doc-in-create create 'doc._openid'", /always the caller/],
    [
      { write: `${OWN} && doc.status == 'open'` },
      "note doc-in-create write 'doc.status'",
      /write a separate "create" rule/,
    ],
    [{ write: OWN, create: false, update: false, delete: false }, 'note unused-rule write', /never used/],
  ] as const) {
    test(JSON.stringify(acl), () => {
      assert.equal(linesButQueries(acl)[0], expected)
      assert.match(checkDatabaseRules(acl)[0]?.message.en ?? '', message)
    })
  }

  test('request.data exists for create and update', () => {
    assert.deepEqual(lines({ create: `${NAMED} && request.data.n > 0` }), [])
    assert.deepEqual(linesButQueries({ write: `${OWN} && (request.data == null || request.data.n > 0)` }), [])
  })
})

describe('queries that a rule refuses', () => {
  for (const [acl, shown] of [
    [{ read: OWN }, "write collection.where({ _openid: '{openid}' }).get()"],
    [{ read: `auth != null && ${OWN} && doc.n > 3` }, "where({ _openid: '{openid}', n: _.gt(3) }).get()"],
    [{ read: "doc.status in ['a', 'b']" }, "where({ status: _.in(['a', 'b']) })"],
    [{ read: 'auth.uid in doc.members' }, "where({ members: '{uid}' })"],
    [{ read: `doc.status == 'published' || ${OWN}` }, "where({ status: 'published' })"],
    [{ read: "doc.status != 'secret'" }, "where({ status: _.neq('secret').and(_.neq(null)) })"],
    [{ read: "get('database.users.' + auth.uid).role == 'admin' || doc._openid == auth.uid" }, "_openid: '{uid}'"],
    [{ update: OWN }, "where({ _openid: '{openid}' }).update(...)"],
    [{ delete: OWN }, "where({ _openid: '{openid}' }).remove()"],
    [{ read: TEAM }, 'the query does not determine which document get( ) reads'],
    [
      { read: 'doc.n > 1 && doc.n < 5' },
      'the query does not imply doc.n > 1: the query can match documents for which it',
    ],
    [{ read: 'doc.expires > now' }, 'add expires: _.gt(now) to the query'],
    [{ read: '!(doc.secret == true)' }, 'the query does not imply !(doc.secret == true)'],
  ] as const) {
    test(JSON.stringify(acl), () => {
      const found = checkDatabaseRules(acl).find(({ code }) => code === 'query-refused')
      assert.equal(found?.severity, 'note')
      assert.ok(found.message.en.includes(shown), found.message.en)
    })
  }

  for (const acl of [{ read: true }, { read: NAMED }, { create: OWN }, { read: `${NAMED} || ${OWN}` }, 'PRIVATE']) {
    test(`none: ${JSON.stringify(acl)}`, () => {
      assert.ok(!checkDatabaseRules(acl).some(({ code }) => code === 'query-refused'))
    })
  }

  test('the reported query is refused, and the recommended one is allowed', () => {
    const auth = { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' }
    const rules = compileDatabaseRules({ read: `auth != null && ${OWN} && doc.n > 3` })
    const proves = (query: object) => rules.prove('read', { ...query }, { auth, now: 0 }).allowed
    assert.deepEqual(
      [proves({}), proves({ status: 'x' }), proves({ _openid: 'alice', n: { $gt: 3 } })],
      [false, false, true],
    )
  })

  test('the recommended query contains the name of the collection', () => {
    const found = checkDatabaseRules({ read: OWN }, { collection: 'orders' })
    assert.match(found[0]?.message.en ?? '', /db\.collection\('orders'\)\.where/)
  })
})

describe('what the server refuses is an error with its position', () => {
  for (const [name, acl, expected] of [
    ['a misspelt preset', 'PRIVAT', ['error invalid']],
    ['no acl', 3, ['error invalid']],
    ['no rules', {}, ['error invalid']],
    ['a misspelt key', { raed: true }, ['error invalid']],
    ['a key of storage rules', { read: true, maxAge: 5 }, ['error invalid']],
    ['no expression', { read: 5 }, ['error invalid read']],
    ['each rule for itself', { read: 'a =', delete: 'b +' }, ["error invalid read '='", "error invalid delete '+'"]],
    [
      'and warnings about the rest, but not for what the broken rule decides',
      { update: 'a =', write: NAMED },
      ["error invalid update '='", 'warning ownerless-write write'],
    ],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    test(name, () => assert.deepEqual(lines(acl), expected))
  }

  test('a broken rule does not fall back', () => {
    const [, found] = checkDatabaseRules({ update: 'a =', write: NAMED })
    assert.match(found?.message.en ?? '', /users can delete documents/)
  })
})
