import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventOf } from './event.ts'

const IDENTITY = { openId: 'oABC', appId: 'wx0123456789abcdef' }

test('the event of a WeChat user has the identity, whatever the client sent', () => {
  const given: readonly (readonly [text: string, expected: object])[] = [
    ['', { userInfo: IDENTITY }],
    ['{}', { userInfo: IDENTITY }],
    ['{"a":"userInfo"}', { a: 'userInfo', userInfo: IDENTITY }],
    ['{"userInfo":{"openId":"oEVE","nick":"n"}}', { userInfo: { nick: 'n', ...IDENTITY } }],
    ['{"userInfo":"text"}', { userInfo: IDENTITY }],
    ['{"userInfo":["x"]}', { userInfo: IDENTITY }],
    ['{"userInfo":{"openId":"oEVE"},"\\u0075serInfo":{"appId":"x"}}', { userInfo: IDENTITY }],
  ]
  for (const [text, expected] of given) assert.deepEqual(eventOf(text, IDENTITY), expected, text)
})

test('nobody else can send an identity', () => {
  for (const text of [
    '{"userInfo":{"openId":"oEVE","appId":"x","nick":"n"},"a":1}',
    '{"\\u0075serInfo":{"\\u006fpenId":"oEVE","nick":"n"},"a":1}',
    '{"userInfo":1,"a":1,"userInfo":{"appId":"x","nick":"n"}}',
  ]) {
    assert.deepEqual(eventOf(text, undefined), { userInfo: { nick: 'n' }, a: 1 }, text)
  }
})

test('other events stay as they are', () => {
  for (const text of ['{}', '[1]', '"userInfo"', '3', 'null', '[{"userInfo":{"openId":"x"}}]', '{"userInfo":null}']) {
    assert.deepEqual(eventOf(text, undefined), JSON.parse(text), text)
  }
  for (const text of ['[1]', 'null', '"x"']) assert.deepEqual(eventOf(text, IDENTITY), JSON.parse(text), text)
  assert.deepEqual(Object.keys(eventOf('{"__proto__":{"userInfo":{"openId":"x"}}}', undefined) as object), [
    '__proto__',
  ])
  assert.throws(() => eventOf('{', undefined), SyntaxError)
})
