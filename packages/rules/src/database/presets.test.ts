import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PRESET_ACLS, type PresetAcl } from '../acl.ts'
import { callerOf } from '../caller/caller.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'
import { DATABASE_OPERATIONS, type DocumentData } from './context.ts'
import { presetReach } from './presets.ts'
import { compileDatabaseRules } from './rules.ts'

const ALICE: RuleAuth = { uid: 'u-alice', openid: 'wx-alice', customUserId: 'alice', loginType: 'WECHAT_OPEN' }
const ANONYMOUS: RuleAuth = { uid: 'u-anon', loginType: 'ANONYMOUS' }

/** For read, create, update and delete: a(ll), o(wn) or -. */
const REACH: Readonly<Record<PresetAcl, readonly [user: string, nobody: string]>> = {
  READONLY: ['aaoo', 'a---'],
  PRIVATE: ['oaoo', '----'],
  ADMINWRITE: ['a---', 'a---'],
  ADMINONLY: ['----', '----'],
}

const LETTERS = { all: 'a', own: 'o', none: '-', rule: '?' } as const

for (const acl of PRESET_ACLS) {
  test(`${acl} reaches`, () => {
    const reached = (auth: RuleAuth | null) =>
      DATABASE_OPERATIONS.map((operation) => LETTERS[presetReach(acl, operation, callerOf(auth)).kind]).join('')
    const [user, nobody] = REACH[acl]
    assert.equal(reached(ALICE), user)
    assert.equal(reached(ANONYMOUS), user)
    assert.equal(reached(null), nobody)
    assert.equal(reached({ uid: '', loginType: 'CUSTOM' }), nobody)
  })
}

test('own documents are those with any id of the caller', () => {
  const ids = (auth: RuleAuth) => {
    const reach = presetReach('PRIVATE', 'read', callerOf(auth))
    return reach.kind === 'own' ? [...reach.ids].sort() : []
  }
  assert.deepEqual(ids(ALICE), ['alice', 'u-alice', 'wx-alice'])
  assert.deepEqual(ids(ANONYMOUS), ['u-anon'])
  assert.deepEqual(ids({ uid: 'same', openid: 'same', loginType: 'WECHAT_OPEN' }), ['same'])
})

describe('about one document', () => {
  for (const [name, doc, allowed, reason] of [
    ['by uid', { _openid: 'u-alice' }, true, /^allowed by PRIVATE$/],
    ['by WeChat openid', { _openid: 'wx-alice' }, true, /allowed/],
    ['by custom id', { _openid: 'alice' }, true, /allowed/],
    ['of somebody else', { _openid: 'bob' }, false, /belongs to "bob", not to "wx-alice", "alice", "u-alice"/],
    ['of nobody', {}, false, /not created by a user/],
    ['with an empty owner', { _openid: '' }, false, /not created by a user/],
    ['with an owner that is no id', { _openid: ['alice'] }, false, /not created by a user/],
    ['that is not there', undefined, false, /not created by a user/],
  ] as const) {
    test(name, () => {
      const context = { auth: ALICE, now: 0, ...(doc && { doc: doc as DocumentData }) }
      for (const operation of ['read', 'update', 'delete'] as const) {
        const decision = compileDatabaseRules('PRIVATE').evaluate(operation, context)
        assert.equal(decision.allowed, allowed)
        assert.match(decision.reason, reason)
      }
      assert.equal(compileDatabaseRules('PRIVATE').evaluate('create', context).allowed, true)
      assert.equal(compileDatabaseRules('READONLY').evaluate('read', context).allowed, true)
    })
  }

  test('every refusal has both languages', () => {
    for (const acl of PRESET_ACLS) {
      for (const operation of DATABASE_OPERATIONS) {
        const { allowed, reason } = compileDatabaseRules(acl).explain(
          operation,
          { auth: null, now: 0, doc: { _openid: 'bob' } },
          { target: 'c/1' },
        )
        if (!allowed) assert.match(reason.en, new RegExp(`^${acl} lets only (users|administrators) ${operation}`))
        if (!allowed) assert.match(reason.zh, new RegExp(`^${acl} 只允许(登录用户|管理员)(读取|创建|更新|删除)`))
      }
    }
  })
})

test('a query needs no proof: hidden documents are not found', () => {
  const prove = (acl: PresetAcl, auth: RuleAuth | null) =>
    compileDatabaseRules(acl).prove('read', {}, { auth, now: 0 }).allowed
  assert.equal(prove('PRIVATE', ALICE), true)
  assert.equal(prove('PRIVATE', null), false)
  assert.equal(prove('READONLY', null), true)
  assert.equal(prove('ADMINONLY', ALICE), false)
})
