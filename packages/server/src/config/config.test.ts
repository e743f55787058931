import assert from 'node:assert/strict'
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError, openConfigFile, parseConfig } from './index.ts'
import { ruleWarnings } from './rule-warnings.ts'
import { settingsOf } from './settings-of.ts'

const START = { mode: 'start' } as const

test('an empty configuration means the documented defaults', () => {
  const settings = parseConfig('{}', START)
  assert.equal(settings.storage.acl.acl, 'READONLY')
  assert.equal(settings.storage.tempUrlMaxAge, 7200)
  assert.equal(settings.storage.maxFileSize, 100 * 1024 ** 2)
  assert.equal(settings.auth.anonymous, true)
  assert.equal(settings.auth.wechat.apiBase, 'https://api.weixin.qq.com')
  assert.equal(settings.database.collections.size, 0)
})

test('every key of the documented example is understood', () => {
  const settings = parseConfig(
    JSON.stringify({
      storage: {
        acl: { read: true, write: 'auth != null', maxAge: 600 },
        tempUrlMaxAge: 60,
        maxFileSize: '1.5 MB',
        resourceOpenid: 'creator',
      },
      database: {
        collections: {
          orders: { acl: 'PRIVATE', indexes: ['status', { fields: { a: 1, 'b.c': -1 }, unique: true }] },
          news: { acl: { read: true, write: 'doc._openid == auth.openid', create: 'auth != null' } },
        },
      },
      auth: { anonymous: false, wechat: { appid: 'wx1', secret: 's', apiBase: 'http://127.0.0.1:1/' } },
    }),
    START,
  )
  assert.equal(settings.storage.acl.acl, 'CUSTOM')
  assert.equal(settings.storage.acl.maxAge, 600)
  assert.equal(settings.storage.maxFileSize, 1.5 * 1024 ** 2)
  assert.deepEqual(settings.database.collections.get('orders')?.indexes, [
    { name: 'status_1', fields: [['status', 1]], unique: false },
    {
      name: 'a_1_b.c_-1',
      fields: [
        ['a', 1],
        ['b.c', -1],
      ],
      unique: true,
    },
  ])
  assert.equal(settings.database.collections.get('news')?.acl.acl, 'CUSTOM')
  assert.deepEqual(settings.auth.wechat, {
    appid: 'wx1',
    secret: 's',
    apiBase: 'http://127.0.0.1:1',
    madeUpIdentities: false,
  })
})

test('accepts comments and trailing commas, with which rules are pasted', () => {
  const text = '{ // ours\n "storage": { "acl": { "read": "auth != null", /* all */ }, }, }'
  assert.equal(parseConfig(text, START).storage.acl.acl, 'CUSTOM')
})

test('warns about rules that may allow more than intended', () => {
  const codes = (config: object) => ruleWarnings(JSON.stringify(config)).map(({ key, code }) => `${key} ${code}`)
  assert.deepEqual(codes({}), [])
  assert.deepEqual(codes({ storage: { acl: { read: true, write: true } } }), ['write write-without-login'])
  assert.deepEqual(codes({ storage: { acl: { read: 'auth != null' } } }), ['read anonymous-passes'])
  assert.deepEqual(codes({ storage: { acl: { read: 'auth != null' } }, auth: { anonymous: false } }), [])
  const outside = { write: "resource.path == 'a' && resource.openid == auth.uid" }
  assert.deepEqual(codes({ storage: { acl: outside } }), ['write openid-outside-users'])
  assert.deepEqual(codes({ storage: { acl: outside, resourceOpenid: 'creator' } }), [])
  const rules = { '*': { invoke: 'auth == null' }, pay: { invoke: 'auth != null' } }
  assert.deepEqual(codes({ functions: { rules } }), ['*.invoke everyone-invokes'])
  const [ofFunctions] = ruleWarnings(JSON.stringify({ functions: { rules } }))
  assert.equal(ofFunctions?.path, 'functions.rules.*.invoke')
  const collections = { news: { acl: { read: true, write: true } }, orders: {} }
  const [warning] = ruleWarnings(JSON.stringify({ database: { collections } }))
  assert.deepEqual([warning?.path, warning?.code], ['database.collections.news.acl.write', 'write-without-login'])
})

const refused: readonly [string, string, RegExp][] = [
  ['not JSON', '{', /not valid JSON/],
  [
    'a duplicate rule',
    '{"storage":{"acl":{\n"read":"auth.uid == \'a\'",\n"read":"auth.uid == \'b\'"}}}',
    /line 3, column 1: duplicate key "read".*join them: "read": "\(auth\.uid == 'a'\) \|\| \(auth\.uid == 'b'\)"/,
  ],
  ['not an object', '[]', /must be object/],
  ['an unknown key', '{"storge":{}}', /unknown key storge \(did you mean storage\?\)/],
  [
    'a misspelt key',
    '{"storage":{"tempUrlMaxage":5}}',
    /unknown key storage\.tempUrlMaxage \(did you mean tempUrlMaxAge\?\)/,
  ],
  ['a strange key', '{"auth":{"zzzzzz":5}}', /unknown key auth\.zzzzzz \(valid keys: anonymous, wechat\)/],
  ['an unknown preset', '{"storage":{"acl":"PUBLIC"}}', /storage\.acl is not valid: expected READONLY/],
  [
    'an unknown rule key',
    '{"storage":{"acl":{"raed":true}}}',
    /unknown key storage\.acl\.raed \(did you mean read\?\)/,
  ],
  ['a rule that does not parse', '{"storage":{"acl":{"read":"auth != "}}}', /storage\.acl\.read: /],
  [
    'a rule that is too long',
    JSON.stringify({ storage: { acl: { read: `auth.uid == '${'x'.repeat(1024)}'` } } }),
    /1,024/,
  ],
  ['a maxAge out of range', '{"storage":{"tempUrlMaxAge":86401}}', /storage\.tempUrlMaxAge must be <= 86400/],
  ['a size without a unit', '{"storage":{"maxFileSize":"100"}}', /storage\.maxFileSize is not valid/],
  ['a size of nothing', '{"storage":{"maxFileSize":"0MB"}}', /between 1 byte and 5GB/],
  ['a size beyond the limit', '{"storage":{"maxFileSize":"6GB"}}', /between 1 byte and 5GB/],
  ['a bad collection name', '{"database":{"collections":{"a b":{}}}}', /"a b" is not a valid name/],
  [
    'a bad collection acl',
    '{"database":{"collections":{"a":{"acl":"X"}}}}',
    /database\.collections\.a\.acl is not valid: expected READONLY/,
  ],
  [
    'a rule of a collection that does not parse',
    '{"database":{"collections":{"a":{"acl":{"read":"doc.a = 1"}}}}}',
    /database\.collections\.a\.acl\.read: .*cannot assign/,
  ],
  ['an index twice', '{"database":{"collections":{"a":{"indexes":["x","x"]}}}}', /names x_1 twice/],
  [
    'an index with paths that are too long for its name',
    `{"database":{"collections":{"a":{"indexes":["${'x'.repeat(4001)}"]}}}}`,
    /the paths of an index have at most 4000 bytes/,
  ],
  ['a wrong type', '{"auth":{"anonymous":"yes"}}', /auth\.anonymous must be boolean/],
]
for (const [what, text, message] of refused) {
  test(`refuses ${what} and says so`, () => {
    assert.throws(
      () => parseConfig(text, START),
      (error) => error instanceof ConfigError && message.test(error.message),
    )
  })
}

test('made-up identities exist only in dev and only without a secret', () => {
  assert.equal(parseConfig('{}', { mode: 'dev' }).auth.wechat.madeUpIdentities, true)
  assert.equal(parseConfig('{}', { mode: 'start' }).auth.wechat.madeUpIdentities, false)
  assert.equal(parseConfig('{}', { mode: 'dev', wechatSecret: 's' }).auth.wechat.madeUpIdentities, false)
})

test('an edit takes effect soon; an invalid edit changes nothing and is reported; a missing file means the defaults', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-config-'))
  const file = join(dir, 'cloudstead.config.json')
  let heard = Promise.withResolvers<string>()
  const warnings: string[] = []
  const config = openConfigFile({
    path: file,
    optional: true,
    context: START,
    events: {
      reloaded: () => heard.resolve('reloaded'),
      warned: (findings) => warnings.push(...findings.map(({ key, code }) => `${key} ${code}`)),
      refused: (reason) => heard.resolve(reason),
    },
  })
  const edit = async (text: string | undefined) => {
    heard = Promise.withResolvers()
    if (text === undefined) await unlink(file)
    else await writeFile(file, text)
    return heard.promise
  }
  // The watcher does not keep the process alive, so this test does while it waits.
  const alive = setInterval(() => {}, 1000)
  try {
    assert.equal(config.state().raw.storage, undefined)
    assert.equal(await edit('{"storage":{"tempUrlMaxAge":11}}'), 'reloaded')
    assert.equal(config.state().raw.storage?.tempUrlMaxAge, 11)
    assert.match(await edit('{"storage":{"tempUrlMaxAge":"x"}}'), /tempUrlMaxAge/)
    assert.equal(config.state().raw.storage?.tempUrlMaxAge, 11)
    assert.equal(await edit('{"storage":{"tempUrlMaxAge":12}}'), 'reloaded')
    assert.equal(config.state().raw.storage?.tempUrlMaxAge, 12)
    assert.deepEqual(warnings, [])
    assert.equal(await edit('{"storage":{"acl":{"read":true,"write":true}}}'), 'reloaded')
    assert.deepEqual(warnings, ['write write-without-login'])
    assert.equal(await edit('{"functions":{"timezone":"-01:00"}}'), 'reloaded')
    assert.equal(settingsOf(config.state().raw, START).functions.timezone, -60)
    assert.match(await edit('{"functions":{"root":7}}'), /functions\.root must be string/)
    assert.equal(settingsOf(config.state().raw, START).functions.timezone, -60)
    assert.equal(await edit(undefined), 'reloaded')
    assert.equal(config.state().raw.storage, undefined)
  } finally {
    clearInterval(alive)
    config.close()
    await rm(dir, { recursive: true })
  }
})

test('a configuration file that was named must exist', () => {
  const events = { reloaded: () => {}, warned: () => {}, refused: () => {} }
  assert.throws(
    () => openConfigFile({ path: '/nonexistent/c.json', optional: false, context: START, events }),
    /does not exist/,
  )
})

test('auth.wechat.apiBase is an https origin, or http on this machine', () => {
  const parsed = (apiBase: string) => parseConfig(JSON.stringify({ auth: { wechat: { apiBase } } }), { mode: 'start' })
  for (const valid of [
    'https://api.weixin.qq.com',
    'https://proxy.example:8443/',
    'http://127.0.0.1:80',
    'http://[::1]:1',
  ]) {
    assert.equal(parsed(valid).auth.wechat.apiBase, new URL(valid).origin)
  }
  for (const wrong of [
    'http://evil.example',
    'http://127.0.0.1.evil.example',
    'https://a.example/path',
    'https://a.example/?x=',
    'https://user:pass@a.example',
    'https://a.example/#',
    'ftp://a.example',
    'https://',
  ]) {
    assert.throws(() => parsed(wrong), /auth\.wechat\.apiBase/, wrong)
  }
})
