import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RuleAuth } from './caller/rule-auth.ts'
import { type Explanation, renderExplanation } from './explanation.ts'
import type { ExplainedNode } from './language/explain-tree.ts'
import type { StorageResource, StorageRuleContext } from './storage/context.ts'
import { compileStorageRules } from './storage/rules.ts'

const BOB: RuleAuth = { uid: 'u2', customUserId: 'bob', loginType: 'CUSTOM' }
const ALICES: StorageResource = { path: 'users/alice/a.jpg', claim: 'alice', exists: true, size: 20 }
const CONTEXT: StorageRuleContext = { auth: BOB, resource: ALICES, now: 1 }
const OWN = 'auth != null && resource.openid == auth.openid'

function explained(acl: unknown, context: StorageRuleContext = CONTEXT): Explanation {
  return compileStorageRules(acl, { resourceOpenid: 'path' }).explain('write', context)
}

/** Source and outcome of each part. A star marks the parts that decided; an arrow precedes the needed change. */
function outline(node: ExplainedNode | undefined): readonly string[] {
  if (node === undefined) return []
  const { source, outcome, decided, needed, children } = node
  const line = `${decided ? '*' : ''}${source}: ${outcome}${needed === undefined ? '' : ` -> ${needed.en}`}`
  return [line, ...children.filter(({ kind }) => kind !== 'literal').flatMap(outline)]
}

describe('as plain text', () => {
  const explanation = explained({ write: OWN })
  test('in English', () => {
    assert.equal(
      renderExplanation(explanation, 'en'),
      `denied: write "users/alice/a.jpg"
  the rule "write": resource.openid == auth.openid is false: "alice" is not the caller ("bob", "u2")
  * auth != null && resource.openid == auth.openid: false
      auth != null: true
        auth: an object
    * resource.openid == auth.openid: false
        resource.openid: "alice"
        auth.openid: "bob"
        -> resource.openid and auth.openid must be the same user`,
    )
  })

  test('in Chinese', () => {
    assert.equal(
      renderExplanation(explanation, 'zh'),
      `拒绝: write "users/alice/a.jpg"
  规则 "write"：resource.openid == auth.openid 不成立："alice" 不是当前用户（"bob", "u2"）
  * auth != null && resource.openid == auth.openid: 不成立
      auth != null: 成立
        auth: 对象
    * resource.openid == auth.openid: 不成立
        resource.openid: "alice"
        auth.openid: "bob"
        -> resource.openid 和 auth.openid 需要是同一个用户`,
    )
  })

  test('a path cannot forge a line', () => {
    const forged = explained({ write: false }, { ...CONTEXT, resource: { path: 'a\nallowed: b', exists: false } })
    assert.equal(renderExplanation(forged, 'en'), 'denied: write "a\\nallowed: b"\n  the rule "write" is false')
  })

  test('a rule with several lines has one line per part', () => {
    const text = renderExplanation(explained({ write: 'auth == null\n  && true' }), 'en')
    assert.match(text, /\n {2}\* auth == null && true: false\n/)
  })
})

describe('the tree', () => {
  for (const [name, rule, context, expected] of [
    [
      'an alternative that holds decides alone',
      "auth.uid == 'u2' || auth.uid == 'u3'",
      CONTEXT,
      [
        "*auth.uid == 'u2' || auth.uid == 'u3': true",
        "*auth.uid == 'u2': true",
        '*auth.uid: value',
        "auth.uid == 'u3': skipped",
        'auth.uid: skipped',
      ],
    ],
    [
      'alternatives of which none holds decide together',
      "resource.size <= 10 || auth.uid in ['u3']",
      CONTEXT,
      [
        "*resource.size <= 10 || auth.uid in ['u3']: false",
        '*resource.size <= 10: false -> resource.size must be <= 10',
        '*resource.size: value',
        "*auth.uid in ['u3']: false -> auth.uid must be one of ['u3']",
        '*auth.uid: value',
        "*['u3']: value",
      ],
    ],
    [
      'a negation wants the opposite',
      '!(10 < resource.size || /^x/.test(resource.path))',
      CONTEXT,
      [
        '*!(10 < resource.size || /^x/.test(resource.path)): false',
        '*(10 < resource.size || /^x/.test(resource.path)): true',
        '*10 < resource.size: true -> resource.size must be <= 10',
        '*resource.size: value',
        '/^x/.test(resource.path): skipped',
        'resource.path: skipped',
      ],
    ],
    [
      'what is missing must be present',
      'resource.openid == auth.openid',
      { ...CONTEXT, resource: { path: 'temp/x', exists: true } },
      [
        '*resource.openid == auth.openid: undecided -> resource.openid must be present',
        '*resource.openid: missing',
        '*auth.openid: value',
      ],
    ],
    [
      'a user must be logged in',
      OWN,
      { ...CONTEXT, auth: null },
      [
        `*${OWN}: false`,
        '*auth != null: false -> a user must be logged in',
        '*auth: missing',
        'resource.openid == auth.openid: skipped',
        'resource.openid: skipped',
        'auth.openid: skipped',
      ],
    ],
    [
      'a pattern and a member',
      'resource.metadata.shared && true || /\\.png$/.test(resource.path)',
      CONTEXT,
      [
        '*resource.metadata.shared && true || /\\.png$/.test(resource.path): error',
        '*resource.metadata.shared && true: error',
        '*resource.metadata.shared: missing -> resource.metadata.shared must be true',
        '/\\.png$/.test(resource.path): skipped',
        'resource.path: skipped',
      ],
    ],
    [
      'a pattern that does not match',
      '/\\.png$/i.test(resource.path)',
      CONTEXT,
      ['*/\\.png$/i.test(resource.path): false -> resource.path must match /\\.png$/i', '*resource.path: value'],
    ],
    [
      'a value that must be different',
      "!(auth.loginType == 'CUSTOM')",
      CONTEXT,
      [
        "*!(auth.loginType == 'CUSTOM'): false",
        '*(auth.loginType == \'CUSTOM\'): true -> auth.loginType must not be "CUSTOM"',
        '*auth.loginType: value',
      ],
    ],
  ] as readonly (readonly [string, string, StorageRuleContext, readonly string[]])[]) {
    test(name, () => assert.deepEqual(outline(explained({ write: rule }, context).tree), expected))
  }

  test('each part has its position and why it failed', () => {
    const part = explained({ write: OWN }).tree?.children[1]
    assert.deepEqual([part?.start, part?.end], [16, OWN.length])
    assert.match(part?.why?.en ?? '', /"alice" is not the caller/)
    assert.match(part?.why?.zh ?? '', /"alice" 不是当前用户/)
    assert.deepEqual(part?.children[0]?.value, { en: '"alice"', zh: '"alice"' })
  })
})

describe('rules without parts have only a reason', () => {
  for (const [name, acl, auth, allowed, en, zh] of [
    [
      'PRIVATE',
      'PRIVATE',
      BOB,
      false,
      /PRIVATE lets only the owner write: the path belongs to "alice"/,
      /只允许所有者写入/,
    ],
    ['PRIVATE for nobody', 'PRIVATE', null, false, /nobody is logged in/, /没有登录/],
    ['ADMINONLY', 'ADMINONLY', BOB, false, /only administrators write/, /ADMINONLY 只允许管理员写入/],
    ['the owner', 'READONLY', { ...BOB, customUserId: 'alice' }, true, /^allowed by READONLY$/, /^由 READONLY 允许$/],
    ['true', { write: true }, null, true, /allowed by the rule "write"/, /由规则 "write" 允许/],
    ['false', { write: false }, BOB, false, /the rule "write" is false/, /规则 "write" 为 false/],
    ['a missing rule', { read: true }, BOB, false, /there is no rule "write"/, /没有规则 "write"/],
  ] as const) {
    test(name, () => {
      const explanation = explained(acl, { ...CONTEXT, auth })
      assert.equal(explanation.allowed, allowed)
      assert.equal(explanation.tree, undefined)
      assert.match(explanation.reason.en, en)
      assert.match(explanation.reason.zh, zh)
    })
  }
})
