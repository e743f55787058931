import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isPresetAcl, PRESET_ACLS } from '../acl.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'
import type { StorageResource } from './context.ts'
import { fileAt } from './resources.fixture.ts'
import { compileStorageRules } from './rules.ts'

const WECHAT: RuleAuth = { uid: 'u1', openid: 'wx-alice', loginType: 'WECHAT_OPEN' }
const TICKET: RuleAuth = { uid: 'u2', customUserId: 'bob', loginType: 'CUSTOM' }
const ANONYMOUS: RuleAuth = { uid: 'u3', loginType: 'ANONYMOUS' }

const CREATED_BY_ALICE = fileAt('temp/x.jpg', { creator: ['wx-alice', 'u1'] })
const UPLOADED_BY_ADMIN = fileAt('temp/x.jpg')
const NEW = fileAt('temp/x.jpg', { exists: false })

/** The caller, the file, and whether the caller is its owner. */
const OWNERS: readonly (readonly [string, RuleAuth | null, StorageResource, boolean])[] = [
  ['the WeChat openid of the path', WECHAT, fileAt('users/wx-alice/a.jpg'), true],
  ['the uid of the path', WECHAT, fileAt('users/u1/a.jpg'), true],
  ['the customUserId of the path', TICKET, fileAt('users/bob/a.jpg'), true],
  ['the uid of a ticket user', TICKET, fileAt('users/u2/a.jpg'), true],
  ['the uid of an anonymous user', ANONYMOUS, fileAt('users/u3/a.jpg'), true],
  ['a new file under the own claim', WECHAT, fileAt('users/wx-alice/a.jpg', { exists: false }), true],
  ['the own claim over a file that somebody else made', WECHAT, fileAt('users/u1/a.jpg', { creator: ['bob'] }), true],
  ['a foreign claim', TICKET, fileAt('users/wx-alice/a.jpg'), false],
  ['a foreign claim, new file', TICKET, fileAt('users/wx-alice/a.jpg', { exists: false }), false],
  ['a foreign claim over the own file', TICKET, fileAt('users/wx-alice/a.jpg', { creator: ['bob'] }), false],
  ['a claim that only begins like the own id', TICKET, fileAt('users/bob2/a.jpg'), false],
  ['a claim in another case', TICKET, fileAt('users/BOB/a.jpg'), false],
  ['nobody on a claimed path', null, fileAt('users/bob/a.jpg'), false],
  ['the creator of an unclaimed file', WECHAT, CREATED_BY_ALICE, true],
  ['another user on an unclaimed file', TICKET, CREATED_BY_ALICE, false],
  ['an anonymous user on an unclaimed file', ANONYMOUS, CREATED_BY_ALICE, false],
  ['nobody on an unclaimed file', null, CREATED_BY_ALICE, false],
  ['a user on an upload by an administrator', WECHAT, UPLOADED_BY_ADMIN, false],
  ['a user on an upload with an empty creator', WECHAT, fileAt('temp/x.jpg', { creator: [] }), false],
  ['a user on a new unclaimed file', WECHAT, NEW, true],
  ['an anonymous user on a new unclaimed file', ANONYMOUS, NEW, true],
  ['nobody on a new unclaimed file', null, NEW, false],
]

for (const [name, auth, resource, owner] of OWNERS) {
  describe(name, () => {
    const decide = (acl: string, operation: 'read' | 'write') =>
      compileStorageRules(acl, { resourceOpenid: 'path' }).evaluate(operation, { auth, resource, now: 0 })

    test('READONLY: everybody reads, the owner writes', () => {
      assert.equal(decide('READONLY', 'read').allowed, true)
      assert.equal(decide('READONLY', 'write').allowed, owner)
    })
    test('PRIVATE: the owner reads and writes', () => {
      assert.equal(decide('PRIVATE', 'read').allowed, owner)
      assert.equal(decide('PRIVATE', 'write').allowed, owner)
    })
    test('ADMINWRITE: everybody reads, no user writes', () => {
      assert.equal(decide('ADMINWRITE', 'read').allowed, true)
      assert.equal(decide('ADMINWRITE', 'write').allowed, false)
    })
    test('ADMINONLY: no user reads or writes', () => {
      assert.equal(decide('ADMINONLY', 'read').allowed, false)
      assert.equal(decide('ADMINONLY', 'write').allowed, false)
    })
  })
}

describe('the reason of a refusal names the cause', () => {
  for (const [acl, operation, auth, resource, reason] of [
    [
      'PRIVATE',
      'read',
      TICKET,
      fileAt('users/wx-alice/a.jpg'),
      'PRIVATE lets only the owner read: the path belongs to "wx-alice", not to "bob", "u2"',
    ],
    [
      'READONLY',
      'write',
      TICKET,
      CREATED_BY_ALICE,
      'READONLY lets only the owner write: the file was uploaded by "wx-alice", "u1", not by "bob", "u2"',
    ],
    ['READONLY', 'write', null, NEW, 'READONLY lets only the owner write: nobody is logged in'],
    ['ADMINONLY', 'read', TICKET, NEW, 'ADMINONLY lets only administrators read'],
  ] as const) {
    test(reason, () => {
      const rules = compileStorageRules(acl, { resourceOpenid: 'path' })
      const decision = rules.evaluate(operation, { auth, resource, now: 0 })
      assert.deepEqual([decision.allowed, decision.reason], [false, reason])
    })
  }
})

test('the mode of resource.openid changes nothing for presets', () => {
  for (const [, auth, resource, owner] of OWNERS) {
    const rules = compileStorageRules('PRIVATE', { resourceOpenid: 'creator' })
    assert.equal(rules.evaluate('write', { auth, resource, now: 0 }).allowed, owner)
  }
})

test('isPresetAcl knows the four names and nothing else', () => {
  assert.deepEqual(PRESET_ACLS.filter(isPresetAcl), ['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'])
  for (const other of ['CUSTOM', 'readonly', '', null, undefined, 1, {}, ['PRIVATE'], 'constructor']) {
    assert.equal(isPresetAcl(other), false)
  }
})
