import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError } from './config-error.ts'
import { maskSecrets } from './mask-secrets.ts'
import { parseConfig } from './parse.ts'

const SECRET = 'Tr0ub4dor&3'

test('a secret is masked, however its key is written', () => {
  for (const text of [
    `{"auth":{"wechat":{"secret":"${SECRET}"}}}`,
    `"secret"  :\n  "${SECRET}",`,
    `// "secret": "${SECRET}"`,
    `{"appSecret": '${SECRET}'}`,
    `{"secret": "${SECRET}`,
    `secret=${SECRET}`,
    `"AppSecret": ${SECRET}, "x": 1`,
    `join them: "secret": "(${SECRET}) || (x)"`,
    `"secretKey": "${SECRET}"`,
    `"password": "${SECRET}"`,
    `"{\\"secret\\": \\"${SECRET}\\"}"`,
  ]) {
    assert.ok(!maskSecrets(text).includes(SECRET), text)
  }
})

test('variables of functions are masked, whatever they are called', () => {
  const members = `"KEY": "a}${SECRET}", // ${SECRET.length}: "${SECRET}"\n "N": '${SECRET}', "LAST":\n"${SECRET}"`
  for (const text of [
    `{"functions":{"env":{${members}},"watch":true}}`,
    `{"functions":{"settings":{"pay":{"env" : {${members}}, "timeout": 5}}}}`,
    `{"functions":{"env":{"KEY":"${SECRET}`,
    `{"functions":{"env":{"KEY":${SECRET}`,
    `{"functions":{"env":{"KEY":"${SECRET}\n"TOKEN":"${SECRET}"}}`,
  ]) {
    assert.ok(!maskSecrets(text).includes(SECRET), maskSecrets(text))
  }
  const config = { functions: { env: { A: 'x', B: 'y:{z}' }, watch: true, settings: { pay: { env: {}, timeout: 5 } } } }
  const hidden = { ...config.functions, env: { A: '********', B: '********' } }
  for (const indent of [0, 2]) {
    assert.deepEqual(JSON.parse(maskSecrets(JSON.stringify(config, null, indent))), { functions: hidden })
  }
})

test('a known secret is masked everywhere, and so is what looks like an AppSecret', () => {
  assert.equal(maskSecrets(`say "${SECRET}"!`, [SECRET, undefined, '']), 'say "********"!')
  assert.equal(maskSecrets('{"secrt": "0123456789abcdef0123456789abcdef"}'), '{"secrt": "********"}')
  assert.ok(!maskSecrets(JSON.stringify({ x: 'a"b\\c-and-on' }), ['a"b\\c-and-on']).includes('a\\"b'))
  assert.equal(maskSecrets('{"appid": "wxabc"}', ['abc']), '{"appid": "wxabc"}', 'a short one may be part of a word')
})

test('everything else is unchanged, and JSON stays JSON', () => {
  const config = { storage: { acl: 'PRIVATE' }, auth: { wechat: { appid: 'wx0123456789abcdef', secret: SECRET } } }
  const hidden = { ...config, auth: { wechat: { ...config.auth.wechat, secret: '********' } } }
  fc.assert(
    fc.property(fc.constantFrom(0, 2, 4), (indent) => {
      assert.deepEqual(JSON.parse(maskSecrets(JSON.stringify(config, null, indent))), hidden)
    }),
  )
  const collections = '{"database":{"collections":{"tokens":{"acl":"PRIVATE"},"secrets":{"indexes":["a"]}}}}'
  assert.equal(maskSecrets(collections), collections)
  const rule = '{"read": "doc.secret == auth.uid && doc.password != null"}'
  assert.equal(maskSecrets(rule), rule)
})

test('a long text that consists of such names is fast', () => {
  const started = performance.now()
  for (const part of [
    'secret',
    'secret ',
    'secret:',
    '"secret": "',
    'secret\n\n\n',
    'a\\"',
    '"env": {',
    '"env":{"a":"b"',
  ])
    maskSecrets(part.repeat(100_000))
  assert.ok(performance.now() - started < 2000)
})

test('the error for an invalid configuration does not contain its secrets', () => {
  const texts = [
    `{"auth":{"wechat":{"secret":"${SECRET}","secret":"x${SECRET}"}}}`,
    `{"auth":{"wechat":{"secret":"${SECRET}"}},}}`,
    `{"functions":{"env":{"KEY":"${SECRET}","KEY":"x${SECRET}"}}}`,
    `{"functions":{"env":{"KEY":"${SECRET}","a-b":"x${SECRET}"}}}`,
    `{"functions":{"env":"${SECRET}"}}`,
    `{"auth":{"wechat":{"secret":"${SECRET}`,
    `{"auth":{"wechat":{"secrets":"${SECRET}"}}}`,
    `{"auth":{"wechat":"${SECRET}"}}`,
  ]
  for (const text of texts) {
    assert.throws(
      () => parseConfig(text, { mode: 'start' }),
      (error) => error instanceof ConfigError && !error.message.includes(SECRET),
      text,
    )
  }
})
