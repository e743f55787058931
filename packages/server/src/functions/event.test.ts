import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Caller, NOBODY } from '@cloudstead/protocol'
import { eventFor } from './event.ts'

const APPID = 'wx0123456789abcdef'
const WECHAT: Caller = { kind: 'user', uid: 'u', openid: 'oABC', loginType: 'WECHAT_OPEN', sessionId: 's' }
const OTHERS: readonly Caller[] = [
  NOBODY,
  { kind: 'admin', keyId: 'k' },
  { kind: 'user', uid: 'u', loginType: 'ANONYMOUS', sessionId: 's' },
  { kind: 'user', uid: 'u', customUserId: 'c', loginType: 'CUSTOM', sessionId: 's' },
]
const IDENTITY = { openId: 'oABC', appId: APPID }

test('the event of a WeChat user has the identity, whatever the client sent', () => {
  const given: readonly (readonly [event: string, expected: object])[] = [
    ['', { userInfo: IDENTITY }],
    ['{}', { userInfo: IDENTITY }],
    [' { \n} ', { userInfo: IDENTITY }],
    ['{"a":[1,{"b":"}"}]}', { a: [1, { b: '}' }], userInfo: IDENTITY }],
    ['{"a":"userInfo"}', { a: 'userInfo', userInfo: IDENTITY }],
    ['{"userInfo":{"openId":"oEVE","nick":"n"}}', { userInfo: { nick: 'n', ...IDENTITY } }],
    ['{"userInfo":"text"}', { userInfo: IDENTITY }],
    ['{"userInfo":["x"]}', { userInfo: IDENTITY }],
    ['{"\\u0075serInfo":{"openId":"oEVE"}}', { userInfo: IDENTITY }],
    ['{"userInfo":{"openId":"oEVE"},"\\u0075serInfo":{"appId":"x"}}', { userInfo: IDENTITY }],
  ]
  for (const [event, expected] of given) assert.deepEqual(JSON.parse(eventFor(event, WECHAT, APPID)), expected, event)
})

test('nobody else can send an identity', () => {
  for (const caller of OTHERS) {
    for (const event of [
      '{"userInfo":{"openId":"oEVE","appId":"x","nick":"n"},"a":1}',
      '{"\\u0075serInfo":{"openId":"oEVE","nick":"n"},"a":1}',
      '{"userInfo":{"\\u006fpenId":"oEVE","nick":"n"},"a":1}',
      '{"userInfo":1,"a":1,"userInfo":{"appId":"x","nick":"n"}}',
    ]) {
      assert.deepEqual(JSON.parse(eventFor(event, caller, APPID)), { userInfo: { nick: 'n' }, a: 1 }, event)
    }
  }
})

test('an event that needs no change is the same text, byte for byte', () => {
  const same = ['', '{}', ' {"a": 1e2} ', '{"userInfo": {"nick":"n"}}', '{"n":1,"userInfo":null}', '"\\u4f60 userInfo"']
  for (const event of same) assert.equal(eventFor(event, NOBODY, APPID), event)
  for (const event of ['[1]', '"userInfo"', '"}"', '3', 'null', '[{"userInfo":{}}]']) {
    assert.equal(eventFor(event, WECHAT, APPID), event)
  }
})
