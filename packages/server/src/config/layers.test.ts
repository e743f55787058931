import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { defaultOf, keysSetIn, valueAt, withValue } from './keys.ts'
import { mergeLayers, refusal, type SavedValue } from './layers.ts'
import { parseConfig, readConfig } from './parse.ts'
import type { RawConfig } from './raw-config.ts'
import { checkShape } from './schema.ts'

const CONTEXT = { mode: 'start' } as const

/** Values that are valid for a key. */
const VALID: Readonly<Record<string, readonly unknown[]>> = {
  'storage.acl': ['PRIVATE', 'ADMINONLY', { read: true, write: 'auth != null' }],
  'storage.tempUrlMaxAge': [1, 600, 86_400],
  'storage.maxFileSize': ['1KB', '5GB', 10],
  'storage.resourceOpenid': ['path', 'creator'],
  'auth.anonymous': [true, false],
  'auth.wechat.appid': ['wx1', 'wx2'],
  'auth.wechat.secret': ['s1', 's2'],
  'functions.rules': [{ '*': { invoke: false } }, { '*': { invoke: 'auth != null' }, pay: { invoke: true } }],
  'security.hosts': [[], ['a.example', 'B']],
  'security.webDomains': [['shop.example.com'], ['http://localhost:5173', '[::1]:80', 'capacitor://localhost']],
  'database.collections.orders.acl': ['READONLY', { read: 'doc.a == 1' }],
  'database.collections.orders.indexes': [[], ['a', { fields: { b: -1 }, unique: true }]],
  'database.collections.__proto__.acl': ['PRIVATE'],
}
/** Texts that are invalid for each of these keys. */
const INVALID = ['{', 'nothing', '{"a":1}', '[[]]', 'null', '"PUBLIC', '-1.5']

const KEYS = Object.keys(VALID)
const key = fc.constantFrom(...KEYS)
const valid = key.chain((name) => fc.constantFrom(...(VALID[name] ?? [])).map((value) => [name, value] as const))
const values = fc.uniqueArray(valid, { selector: ([name]) => name }).map((pairs) => new Map(pairs))
const broken = fc.tuple(
  fc.oneof(key, fc.constantFrom('storage', 'x', 'database.collections.a b.acl')),
  fc.constantFrom(...INVALID),
)

function fileOf(set: ReadonlyMap<string, unknown>): RawConfig {
  return [...set].reduce<RawConfig>((raw, [name, value]) => withValue(raw, name, value), {})
}

function savedOf(set: ReadonlyMap<string, unknown>): readonly SavedValue[] {
  return [...set].map(([name, value]) => ({
    key: name,
    text: `${JSON.stringify(value, null, 2)} // as it was written`,
  }))
}

describe('file over Console over default', () => {
  test('each key has the value of the file, else the saved value, else none', () => {
    fc.assert(
      fc.property(values, values, (file, saved) => {
        const { raw, setAside } = mergeLayers(fileOf(file), savedOf(saved), CONTEXT)
        for (const name of KEYS) assert.deepEqual(valueAt(raw, name), file.get(name) ?? saved.get(name), name)
        assert.equal(setAside.size, 0)
      }),
    )
  })

  test('a key that is removed from the file has its saved value again', () => {
    fc.assert(
      fc.property(values, values, key, (file, saved, name) => {
        const without = new Map([...file].filter(([other]) => other !== name))
        const { raw } = mergeLayers(fileOf(without), savedOf(saved), CONTEXT)
        assert.deepEqual(valueAt(raw, name), saved.get(name))
      }),
    )
  })

  test('the settings are those of one text with the same values', () => {
    fc.assert(
      fc.property(values, values, (file, saved) => {
        const text = JSON.stringify(fileOf(new Map([...saved, ...file])))
        const { settings, raw } = mergeLayers(fileOf(file), savedOf(saved), CONTEXT)
        assert.deepEqual(raw, readConfig(text).raw)
        // Compiled rules contain functions, which are never equal; their sources are compared above.
        const plain = (value: unknown) =>
          JSON.stringify(value, (_, part) => (part instanceof Map ? [...part].sort() : part))
        assert.equal(plain(settings), plain(parseConfig(text, CONTEXT)))
      }),
    )
  })

  test('the order of saves does not matter', () => {
    fc.assert(
      fc.property(values, values, (file, saved) => {
        const forth = mergeLayers(fileOf(file), savedOf(saved), CONTEXT)
        const back = mergeLayers(fileOf(file), savedOf(saved).toReversed(), CONTEXT)
        assert.deepEqual(back.raw, forth.raw)
      }),
    )
  })

  test('invalid values are set aside, and the others apply as if these did not exist', () => {
    fc.assert(
      fc.property(values, values, fc.array(broken, { maxLength: 4 }), (file, saved, faults) => {
        const bad = new Map(faults)
        const good = new Map([...saved].filter(([name]) => !bad.has(name)))
        const both = [...savedOf(good), ...[...bad].map(([name, text]) => ({ key: name, text }))]
        const { raw, setAside } = mergeLayers(fileOf(file), both, CONTEXT)
        assert.deepEqual(raw, mergeLayers(fileOf(file), savedOf(good), CONTEXT).raw)
        assert.deepEqual([...setAside.keys()].sort(), [...bad.keys()].filter((name) => !file.has(name)).sort())
      }),
    )
  })
})

test('a value is set aside and refused for the same reason', () => {
  const reasons = (name: string, text: string) => {
    const reason = mergeLayers({}, [{ key: name, text }], CONTEXT).setAside.get(name)
    assert.deepEqual(refusal({}, { key: name, text }, CONTEXT), reason)
    return `${reason?.en} ${reason?.zh}`
  }
  assert.match(reasons('storage.tempUrlMaxAge', '0'), /storage\.tempUrlMaxAge must be >= 1.*必须 >= 1/)
  assert.match(reasons('storage.maxFileSize', '"6GB"'), /between 1 byte and 5GB.*在 1 字节到 5GB 之间/)
  assert.match(reasons('storage.acl', '{"read": "auth ="}'), /storage\.acl\.read: .*storage\.acl\.read："read"：/)
  assert.match(reasons('storage.acl', '{"raed": true}'), /did you mean read\?.*是否想写 read？/)
  assert.match(reasons('auth.anonymous', 'yes'), /auth\.anonymous is not valid JSON.*不是有效的 JSON：/)
  assert.match(reasons('auth.anonimous', 'true'), /there is no setting auth\.anonimous.*没有设置项/)
  assert.match(reasons('database.collections.a.indexes', '["x","x"]'), /names x_1 twice.*x_1 出现了两次/)
})

test('the keys that a configuration sets, and values of keys that it does not set', () => {
  const raw = checkShape({ storage: { maxFileSize: 1 }, database: { collections: { a: {}, b: { acl: 'PRIVATE' } } } })
  assert.deepEqual(keysSetIn(raw), ['storage.maxFileSize', 'database.collections.b.acl'])
  assert.equal(valueAt(raw, 'database.collections.a.acl'), undefined)
  assert.equal(valueAt(raw, 'database.collections.toString.acl'), undefined)
  assert.equal(defaultOf('database.collections.a.acl'), 'PRIVATE')
  assert.equal(defaultOf('toString'), undefined)
})

test('values are kept as written, without their indentation', () => {
  const text = `{
  "storage": { "maxFileSize": "1KB", // small
    "acl": {
      // everybody
      "read": true,

      "write": "auth != null"
    } }
}`
  const { written } = readConfig(text)
  assert.equal(written.get('storage.maxFileSize'), '"1KB"')
  const acl = '{\n  // everybody\n  "read": true,\n\n  "write": "auth != null"\n}'
  assert.equal(written.get('storage.acl'), acl)
})

test('auth.wechat.apiBase can only be set in the file: a saved value would send the AppSecret to an address of its choice', () => {
  const saved = [{ key: 'auth.wechat.apiBase', text: '"https://evil.example"' }]
  const { settings, setAside } = mergeLayers({}, saved, CONTEXT)
  assert.equal(settings.auth.wechat.apiBase, 'https://api.weixin.qq.com')
  assert.match(setAside.get('auth.wechat.apiBase')?.en ?? '', /only.*configuration file/)
  const file = { auth: { wechat: { apiBase: 'https://proxy.example' } } }
  assert.equal(mergeLayers(file, saved, CONTEXT).settings.auth.wechat.apiBase, 'https://proxy.example')
})
