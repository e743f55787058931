/** The recipes in docs/rules.md do what the documentation says. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  compileStorageRules,
  type RuleAuth,
  type RuleFindingCode,
  type StorageOperation,
  type StorageResource,
} from './index.ts'

function recipes(file: string): readonly unknown[] {
  const text = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8')
  return [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json ?? ''))
}

const [, OWN_DIRECTORY, NAMED_USERS, MODERATORS, SMALL_FILES, PUBLIC_FOLDER, PICTURES, TEAM_FOLDER] =
  recipes('rules.md')

const ALICE: RuleAuth = { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' }
const BOB: RuleAuth = { uid: 'u2', openid: 'bob', loginType: 'WECHAT_OPEN' }
const ANONYMOUS: RuleAuth = { uid: 'u3', loginType: 'ANONYMOUS' }
const MIA: RuleAuth = { uid: 'uid-of-mia', openid: 'mia', loginType: 'WECHAT_OPEN' }

const ALICES: StorageResource = { path: 'users/alice/a.jpg', claim: 'alice', exists: true, size: 1000 }
const ANNOUNCED: StorageResource = { path: 'users/alice/a.jpg', claim: 'alice', exists: false }
const BIG: StorageResource = { ...ALICES, size: 10_485_761 }
const TEMP: StorageResource = { path: 'temp/x.jpg', exists: true }

const PUBLIC: StorageResource = { path: 'public/logo.png', exists: true }
const BURIED: StorageResource = { path: 'users/alice/public/a.jpg', claim: 'alice', exists: true }
const TEAMS: StorageResource = { path: 'teams/red/plan.pdf', exists: true }
const TEXT: StorageResource = { path: 'users/alice/a.jpg.txt', claim: 'alice', exists: false }
const CAPITALS: StorageResource = { path: 'users/alice/A.JPEG', claim: 'alice', exists: false }

const CASES: readonly (readonly [string, unknown, StorageOperation, RuleAuth | null, StorageResource, boolean])[] = [
  ['own directory: the owner reads', OWN_DIRECTORY, 'read', ALICE, ALICES, true],
  ['own directory: the owner writes', OWN_DIRECTORY, 'write', ALICE, ANNOUNCED, true],
  ['own directory: another user does not read', OWN_DIRECTORY, 'read', BOB, ALICES, false],
  ['own directory: temp/ is nobody’s', OWN_DIRECTORY, 'write', ALICE, TEMP, false],
  ['named users: another user reads', NAMED_USERS, 'read', BOB, ALICES, true],
  ['named users: another user does not write', NAMED_USERS, 'write', BOB, ALICES, false],
  ['named users: the owner writes', NAMED_USERS, 'write', ALICE, ALICES, true],
  ['named users: an anonymous login does not read', NAMED_USERS, 'read', ANONYMOUS, ALICES, false],
  ['named users: nobody does not read', NAMED_USERS, 'read', null, ALICES, false],
  ['moderators: everybody reads', MODERATORS, 'read', null, ALICES, true],
  ['moderators: the owner writes', MODERATORS, 'write', ALICE, ALICES, true],
  ['moderators: a moderator writes', MODERATORS, 'write', MIA, ALICES, true],
  ['moderators: a moderator writes where nobody claims', MODERATORS, 'write', MIA, TEMP, true],
  ['moderators: another user does not write', MODERATORS, 'write', BOB, ALICES, false],
  ['moderators: an anonymous login does not write', MODERATORS, 'write', ANONYMOUS, ALICES, false],
  ['small files: an upload is announced', SMALL_FILES, 'write', ALICE, ANNOUNCED, true],
  ['small files: a small file is written', SMALL_FILES, 'write', ALICE, ALICES, true],
  ['small files: a big file is not', SMALL_FILES, 'write', ALICE, BIG, false],
  ['small files: another user writes nothing', SMALL_FILES, 'write', BOB, ALICES, false],
  ['public folder: it is read without a login', PUBLIC_FOLDER, 'read', null, PUBLIC, true],
  ['public folder: nothing else is read without a login', PUBLIC_FOLDER, 'read', null, ALICES, false],
  ['public folder: it is the one at the top', PUBLIC_FOLDER, 'read', BOB, BURIED, false],
  ['public folder: users do not write it', PUBLIC_FOLDER, 'write', ALICE, PUBLIC, false],
  ['public folder: the owner reads the rest', PUBLIC_FOLDER, 'read', ALICE, ALICES, true],
  ['pictures: a picture is written', PICTURES, 'write', ALICE, ANNOUNCED, true],
  ['pictures: capitals do not matter', PICTURES, 'write', ALICE, CAPITALS, true],
  ['pictures: a text is not written', PICTURES, 'write', ALICE, TEXT, false],
  ['pictures: another user writes nothing', PICTURES, 'write', BOB, CAPITALS, false],
  ['team folder: a member reads and writes', TEAM_FOLDER, 'write', BOB, TEAMS, true],
  ['team folder: nobody else does', TEAM_FOLDER, 'read', MIA, TEAMS, false],
  ['team folder: own directories as usual', TEAM_FOLDER, 'write', ALICE, ALICES, true],
  ['team folder: not those of other members', TEAM_FOLDER, 'read', BOB, ALICES, false],
]

for (const [name, acl, operation, auth, resource, allowed] of CASES) {
  test(name, () => {
    const rules = compileStorageRules(acl, { resourceOpenid: 'path' })
    assert.equal(rules.evaluate(operation, { auth, resource, now: 0 }).allowed, allowed)
  })
}

test('small files: the URL lives for ten minutes', () => {
  assert.equal(compileStorageRules(SMALL_FILES, { resourceOpenid: 'path' }).maxAge, 600)
})

/** Every code of the checker. The compiler reports a missing one. */
const CODES: Readonly<Record<RuleFindingCode, true>> = {
  invalid: true,
  'unknown-variable': true,
  'unknown-member': true,
  'never-holds': true,
  'always-holds': true,
  'not-boolean': true,
  'openid-outside-users': true,
  'login-without-openid': true,
  'everyone-reads': true,
  'everyone-invokes': true,
  'write-without-login': true,
  'anonymous-passes': true,
  'path-without-owner': true,
  'size-denies-ticket': true,
  'ownerless-write': true,
  'get-of-caller-input': true,
  'doc-in-create': true,
  'data-without-write': true,
  'query-refused': true,
  'unused-rule': true,
}

for (const file of ['rules.md', 'rules.zh-CN.md']) {
  test(`${file} lists every finding of the checker`, () => {
    const text = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8')
    const rows = [...text.matchAll(/^\| (`[a-z-]+`.*?) \|/gm)].flatMap(
      ([, cell = '']) => cell.match(/[a-z]+(?:-[a-z]+)*/g) ?? [],
    )
    assert.deepEqual(new Set(rows.filter((word) => Object.hasOwn(CODES, word))), new Set(Object.keys(CODES)))
  })
}

test('both languages show the same rules', () => {
  assert.equal(recipes('rules.md').length, 8)
  assert.deepEqual(recipes('rules.zh-CN.md'), recipes('rules.md'))
})
