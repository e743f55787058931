/** The recipes in docs/rules-documents.md do what the documentation says. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { checkDatabaseRules, compileDatabaseRules, type DocumentData, type RuleAuth, updatedData } from './index.ts'

function text(file: string): string {
  return readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8')
}

function recipes(file: string): readonly unknown[] {
  return [...text(file).matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json ?? ''))
}

const [FIRST, OWNER_ONLY, PUBLIC_READ, POSTS, TEAM, MODERATORS, ORDER] = recipes('rules-documents.md')

const ALICE: RuleAuth = { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' }
const BOB: RuleAuth = { uid: 'u2', openid: 'bob', loginType: 'WECHAT_OPEN' }
const ANONYMOUS: RuleAuth = { uid: 'u3', loginType: 'ANONYMOUS' }

const OTHERS: Readonly<Record<string, DocumentData>> = {
  'teams/t1': { _id: 't1', members: { u1: 'member', u2: 'owner' } },
  'users/bob': { _id: 'bob', role: 'moderator' },
  'users/alice': { _id: 'alice', role: 'user' },
}
const documents = { get: (collection: string, id: string | number) => OTHERS[`${collection}/${id}`] ?? null }

const mine: DocumentData = { _id: 'd1', _openid: 'alice' }
const query = (rules: unknown, auth: RuleAuth | null, where: DocumentData) =>
  compileDatabaseRules(rules).prove('read', where, { auth, now: 0, documents }).allowed
const read = (rules: unknown, auth: RuleAuth | null, doc: DocumentData) =>
  compileDatabaseRules(rules).evaluate('read', { auth, doc, now: 0, documents }).allowed
const create = (rules: unknown, auth: RuleAuth | null, data: DocumentData) => {
  const doc = auth === null ? data : { ...data, _openid: auth.openid ?? auth.customUserId ?? auth.uid }
  return compileDatabaseRules(rules).evaluate('create', { auth, doc, data, now: 0, documents }).allowed
}
const update = (rules: unknown, auth: RuleAuth | null, doc: DocumentData, operators: DocumentData) =>
  compileDatabaseRules(rules).evaluate('update', { auth, doc, data: updatedData(operators), now: 0, documents }).allowed
const remove = (rules: unknown, auth: RuleAuth | null, doc: DocumentData) =>
  compileDatabaseRules(rules).evaluate('delete', { auth, doc, now: 0, documents }).allowed
const set = (fields: DocumentData): DocumentData => ({ $set: fields })

type Row = readonly [what: string, decision: () => boolean, expected: boolean]

const TABLES: Readonly<Record<string, readonly Row[]>> = {
  'the table of queries': [
    ['by openid', () => query(FIRST, ALICE, { _openid: { $in: ['alice', 'u1'] } }), true],
    ['by openid and more', () => query(FIRST, ALICE, { _openid: 'alice', status: 'paid' }), true],
    ['by status', () => query(FIRST, ALICE, { status: 'paid' }), false],
    ['everything', () => query(FIRST, ALICE, {}), false],
    ['or', () => query(FIRST, ALICE, { $or: [{ _openid: 'alice' }, { public: true }] }), false],
    [
      'or, with the wider rule',
      () =>
        query({ read: 'doc._openid == auth.openid || doc.public == true' }, ALICE, {
          $or: [{ _openid: 'alice' }, { public: true }],
        }),
      true,
    ],
    ['neq alone', () => query({ read: "doc.status != 'draft'" }, null, { status: { $ne: 'draft' } }), false],
    [
      'neq, and there',
      () =>
        query({ read: "doc.status != 'draft'" }, null, {
          $and: [{ status: { $ne: 'draft' } }, { status: { $ne: null } }],
        }),
      true,
    ],
  ],
  'owner only': [
    ['the owner reads', () => read(OWNER_ONLY, ALICE, mine), true],
    ['another user does not', () => read(OWNER_ONLY, BOB, mine), false],
    ['nobody does not', () => read(OWNER_ONLY, null, mine), false],
    ['a user creates', () => create(OWNER_ONLY, BOB, { n: 1 }), true],
    ['nobody does not create', () => create(OWNER_ONLY, null, { n: 1 }), false],
    ['another user does not update', () => update(OWNER_ONLY, BOB, mine, set({ n: 1 })), false],
  ],
  'public read': [
    ['everybody reads', () => query(PUBLIC_READ, null, {}), true],
    ['the author updates', () => update(PUBLIC_READ, ALICE, mine, set({ n: 1 })), true],
    ['another user does not', () => update(PUBLIC_READ, BOB, mine, set({ n: 1 })), false],
    ['an anonymous login does not create', () => create(PUBLIC_READ, ANONYMOUS, { n: 1 }), false],
  ],
  posts: [
    ['published ones are for everybody', () => query(POSTS, null, { status: 'published' }), true],
    ['all are not', () => query(POSTS, ALICE, {}), false],
    ['own drafts', () => read(POSTS, ALICE, { ...mine, status: 'draft' }), true],
    ['drafts of others', () => read(POSTS, BOB, { ...mine, status: 'draft' }), false],
  ],
  teams: [
    ['a member asks for the team’s', () => query(TEAM, ALICE, { team: 't1' }), true],
    ['a stranger does not', () => query(TEAM, ANONYMOUS, { team: 't1' }), false],
    ['a member creates', () => create(TEAM, ALICE, { team: 't1' }), true],
    ['for no team nobody does', () => create(TEAM, ALICE, { team: 't9' }), false],
    ['a member updates', () => update(TEAM, ALICE, { team: 't1' }, set({ n: 1 })), true],
    ['and moves nothing elsewhere', () => update(TEAM, ALICE, { team: 't1' }, set({ team: 't2' })), false],
    ['a member removes nothing', () => remove(TEAM, ALICE, { team: 't1' }), false],
    ['the owner does', () => remove(TEAM, BOB, { team: 't1' }), true],
  ],
  moderators: [
    ['a user writes', () => create(MODERATORS, ALICE, { text: 'hi' }), true],
    ['but does not hide', () => create(MODERATORS, ALICE, { text: 'hi', hidden: true }), false],
    ['the author edits', () => update(MODERATORS, ALICE, mine, set({ text: 'ho' })), true],
    ['but does not unhide', () => update(MODERATORS, ALICE, mine, { $unset: { hidden: '' } }), false],
    ['a moderator hides', () => update(MODERATORS, BOB, mine, set({ hidden: true })), true],
    ['another user does not edit', () => update(MODERATORS, ANONYMOUS, mine, set({ text: 'x' })), false],
    ['a moderator removes', () => remove(MODERATORS, BOB, mine), true],
  ],
  orders: [
    ['an open one is created', () => create(ORDER, ALICE, { status: 'open', total: 3 }), true],
    ['a paid one is not', () => create(ORDER, ALICE, { status: 'paid', total: 3 }), false],
    ['a free one is not', () => create(ORDER, ALICE, { status: 'open', total: 0 }), false],
    ['the owner edits', () => update(ORDER, ALICE, { ...mine, status: 'open' }, set({ note: 'x' })), true],
    ['the owner cancels', () => update(ORDER, ALICE, { ...mine, status: 'open' }, set({ status: 'cancelled' })), true],
    ['the owner does not pay', () => update(ORDER, ALICE, { ...mine, status: 'open' }, set({ status: 'paid' })), false],
    ['nor change the total', () => update(ORDER, ALICE, { ...mine, status: 'open' }, { $inc: { total: -1 } }), false],
    ['nor edit what is paid', () => update(ORDER, ALICE, { ...mine, status: 'paid' }, set({ note: 'x' })), false],
    ['nobody removes', () => remove(ORDER, ALICE, mine), false],
  ],
}

for (const [recipe, rows] of Object.entries(TABLES)) {
  describe(recipe, () => {
    for (const [what, decision, expected] of rows) test(what, () => assert.equal(decision(), expected))
  })
}

test('the checker finds no errors in the recipes', () => {
  for (const recipe of [FIRST, OWNER_ONLY, PUBLIC_READ, POSTS, TEAM, MODERATORS, ORDER]) {
    const serious = checkDatabaseRules(recipe, {}).filter(({ severity }) => severity === 'error')
    assert.deepEqual(serious, [])
  }
})

test('both languages show the same rules', () => {
  assert.equal(recipes('rules-documents.md').length, 7)
  assert.deepEqual(recipes('rules-documents.zh-CN.md'), recipes('rules-documents.md'))
})
