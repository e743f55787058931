import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import type { Setting } from '../config/describe.ts'
import type { Records } from '../engines/records/records.ts'
import type { RulesSubject } from './rules-setting.ts'
import { type SavedSetup, setUpSaved } from './saved-settings.fixture.ts'
import type { SavedSettings } from './saved-settings.ts'
import { SettingRefusedError } from './setting-refused-error.ts'

const KEY = 'storage.tempUrlMaxAge'
const SECRET = 'auth.wechat.secret'

/** A separate setup for a test, disposed at the end. */
async function fresh(...options: Parameters<typeof setUpSaved>): Promise<SavedSetup> {
  const setup = await setUpSaved(...options)
  after(() => setup.dispose())
  return setup
}

function one(settings: SavedSettings, key: string): Setting {
  const found = settings.settings().values.find((value) => value.key === key)
  assert.ok(found, key)
  return found
}

const code =
  (expected: string, message = /./) =>
  (error: unknown) =>
    error instanceof CloudsteadError && error.code === expected && message.test(error.message)

const refused = (reason: SettingRefusedError['reason']) => (error: unknown) =>
  error instanceof SettingRefusedError && error.reason === reason

const maxAge = ({ settings }: SavedSetup) => settings.current().storage.tempUrlMaxAge

async function changes({ settings }: SavedSetup, key?: string): Promise<readonly (readonly unknown[])[]> {
  const { items } = await settings.changes({ key, limit: 1000 })
  return items.map(({ by, key: name, before, after }) => [by, name, before, after])
}

describe('the current value', () => {
  test('is the saved one at once and after a restart; after a reset, the default', async () => {
    const setup = await fresh()
    const { source, locked, value, text } = one(setup.settings, KEY)
    assert.deepEqual([source, locked, value, text], ['default', false, 7200, '7200'])
    await setup.save(KEY, 60)
    assert.equal(maxAge(setup), 60)
    assert.equal(one(setup.settings, KEY).source, 'console')
    await setup.restart()
    assert.equal(maxAge(setup), 60)
    await setup.reset(KEY)
    assert.equal(maxAge(setup), 7200)
    await setup.restart()
    assert.equal(one(setup.settings, KEY).source, 'default')
  })

  test('is the one of the file while the file sets it, then the saved one again', async () => {
    const setup = await fresh()
    await setup.save(KEY, 60)
    setup.edit({ storage: { tempUrlMaxAge: 30 } })
    assert.equal(maxAge(setup), 30)
    const { source, locked, value, kept } = one(setup.settings, KEY)
    assert.deepEqual([source, locked, value, kept], ['file', true, 30, '60'])
    await assert.rejects(setup.save(KEY, 90), refused('locked'))
    // Also with a version from before the edit.
    await assert.rejects(setup.settings.save(KEY, 90, { version: 'old', by: 'x' }), refused('locked'))
    await setup.restart()
    assert.equal(maxAge(setup), 30)
    setup.edit({})
    assert.equal(maxAge(setup), 60)
    assert.equal(one(setup.settings, KEY).kept, undefined)
  })

  test('a saved value that the file overrides can be deleted', async () => {
    const setup = await fresh()
    await setup.save(KEY, 60)
    setup.edit({ storage: { tempUrlMaxAge: 30 } })
    await setup.reset(KEY)
    assert.equal(one(setup.settings, KEY).kept, undefined)
    setup.edit({})
    assert.equal(maxAge(setup), 7200)
  })

  test('a collection is declared while its permissions are saved', async () => {
    const setup = await fresh({ database: { collections: { news: {} } } })
    await setup.save('database.collections.orders.acl', 'READONLY')
    await setup.save('database.collections.news.indexes', ['status'])
    const { collections } = setup.settings.current().database
    assert.equal(collections.get('orders')?.acl.acl, 'READONLY')
    assert.deepEqual(collections.get('news')?.indexes[0]?.name, 'status_1')
    assert.equal(one(setup.settings, 'database.collections.news.acl').source, 'default')
    await setup.reset('database.collections.orders.acl')
    assert.deepEqual([...setup.settings.current().database.collections.keys()], ['news'])
  })

  test('an invalid value is refused, and nothing changes', async () => {
    const setup = await fresh()
    for (const [key, value, message] of [
      [KEY, 0, /storage\.tempUrlMaxAge must be >= 1/],
      [KEY, null, /must be integer/],
      ['storage.maxFileSize', '6GB', /between 1 byte and 5GB/],
      ['storage.acl', { raed: true }, /did you mean read\?/],
      ['auth.anonymus', true, /there is no setting auth\.anonymus; did you mean auth\.anonymous\?/],
      ['storage', {}, /there is no setting storage; there are /],
      ['database.collections.a b.acl', 'PRIVATE', /there is no setting/],
      [`database.collections.${'x'.repeat(121)}.acl`, 'PRIVATE', /is not a valid name/],
    ] as const) {
      await assert.rejects(setup.save(key, value), code('INVALID_PARAM', message))
    }
    assert.deepEqual(await changes(setup), [])
  })

  test('a value that is nested too deep or too long is refused', async () => {
    const setup = await fresh()
    const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`) as unknown
    await assert.rejects(setup.save('storage.acl', deep), code('INVALID_PARAM', /levels deep/))
    await assert.rejects(setup.save(KEY, 'x'.repeat(100_000)), code('INVALID_PARAM', /100000 characters/))
    assert.deepEqual(await changes(setup), [])
  })

  test('a saved value that has become invalid is set aside and logged, and can be replaced', async () => {
    const setup = await fresh()
    await setup.save(KEY, 60)
    await setup.save('storage.maxFileSize', '1KB')
    const stored = { space: 'console:settings', id: KEY }
    const value = JSON.stringify({ text: '"60 s"', at: 1, by: 'older' })
    await setup.records.commit([{ op: 'put', ...stored, value, entries: [] }])
    await setup.restart()
    assert.equal(maxAge(setup), 7200)
    assert.equal(setup.settings.current().storage.maxFileSize, 1024)
    const { source, locked, kept, refused } = one(setup.settings, KEY)
    assert.deepEqual([source, locked, kept], ['default', false, '"60 s"'])
    assert.deepEqual(refused, {
      en: 'storage.tempUrlMaxAge must be integer',
      zh: 'storage.tempUrlMaxAge 必须是整数',
    })
    assert.match(setup.logged(), /set aside.*"storage\.tempUrlMaxAge".*must be integer/)
    await setup.save(KEY, 61)
    assert.equal(maxAge(setup), 61)
    assert.equal(one(setup.settings, KEY).refused, undefined)
  })

  test('an invalid edit of the file is shown with the reason', async () => {
    const setup = await fresh({ storage: { tempUrlMaxAge: 30 } })
    setup.edit('{"storage":{"tempUrlMaxAge":"x"}}')
    const { file } = setup.settings.settings()
    assert.match(file.refused?.en ?? '', /tempUrlMaxAge must be integer/)
    assert.match(file.refused?.zh ?? '', /tempUrlMaxAge 必须是整数/)
    assert.equal(file.text, '{"storage":{"tempUrlMaxAge":"x"}}')
    assert.equal(maxAge(setup), 30)
  })
})

describe('a save after another change', () => {
  test('is refused, also of another setting', async () => {
    const setup = await fresh()
    const { version } = setup.settings.settings()
    await setup.save(KEY, 60)
    const old = { version, by: 'tester' }
    await assert.rejects(setup.settings.save(KEY, 61, old), refused('conflict'))
    await assert.rejects(setup.settings.save('auth.anonymous', false, old), refused('conflict'))
    await assert.rejects(setup.settings.reset(KEY, old), refused('conflict'))
    assert.equal(maxAge(setup), 60)
  })

  test('is refused when the file has changed, and when a secret was replaced', async () => {
    const setup = await fresh()
    const before = setup.settings.settings().version
    setup.edit({ storage: { tempUrlMaxAge: 30 } })
    await assert.rejects(
      setup.settings.save('auth.anonymous', false, { version: before, by: 'x' }),
      refused('conflict'),
    )
    await setup.save(SECRET, 'one')
    const { version } = setup.settings.settings()
    await setup.save(SECRET, 'two')
    assert.notEqual(setup.settings.settings().version, version)
  })

  test('only one of many concurrent saves succeeds', async () => {
    const setup = await fresh()
    const { version } = setup.settings.settings()
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => setup.settings.save(KEY, n + 1, { version, by: 'tester' })),
    )
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await changes(setup)).length, 1)
  })

  test('a save detects the changes of another process', async () => {
    const setup = await fresh()
    const other = await setup.second()
    await setup.save(KEY, 60)
    const { version } = other.settings()
    await assert.rejects(other.save(KEY, 61, { version, by: 'other' }), refused('conflict'))
    assert.equal(other.current().storage.tempUrlMaxAge, 60)
    await other.save(KEY, 61, { version: other.settings().version, by: 'other' })
    await setup.restart()
    assert.equal(maxAge(setup), 61)
    assert.deepEqual(
      (await changes(setup)).map(([by]) => by),
      ['other', 'tester'],
    )
  })
})

const GUEST = { uid: 'u1', loginType: 'ANONYMOUS' } as const

describe('rules', () => {
  const TEXT = '{\n  // who reads\n  "read": "auth != null",\n}'

  test('are kept as written, and apply at once', async () => {
    const setup = await fresh()
    const { version, preset, resourceOpenid, locked, source } = setup.settings.rules('storage')
    assert.deepEqual([preset, resourceOpenid, locked, source], ['READONLY', 'path', false, 'default'])
    await setup.settings.saveRules('storage', TEXT, { version, by: 'tester' })
    await setup.restart()
    const rules = setup.settings.rules('storage')
    assert.equal(rules.text, TEXT)
    assert.equal(rules.preset, undefined)
    const [finding] = rules.findings
    assert.equal(finding?.code, 'anonymous-passes')
    assert.equal(TEXT.slice(finding?.from, finding?.to), '"auth != null"')
    assert.equal(setup.settings.current().storage.acl.acl, 'CUSTOM')
    assert.deepEqual(await changes(setup), [['tester', 'storage.acl', null, TEXT]])
  })

  test('of the file are shown as written there, and locked', async () => {
    const setup = await fresh()
    setup.edit(`{"storage":{"resourceOpenid":"creator","acl":${TEXT}}}`)
    const { text, locked, file, resourceOpenid, version } = setup.settings.rules('storage')
    assert.deepEqual([text, locked, file, resourceOpenid], [TEXT, true, '/etc/cloudstead.config.json', 'creator'])
    const save = setup.settings.saveRules('storage', '"PRIVATE"', { version, by: 'x' })
    await assert.rejects(save, refused('locked'))
  })

  test('of a collection declare it; changes of other settings do not conflict', async () => {
    const setup = await fresh()
    const { version, text } = setup.settings.rules({ collection: 'orders' })
    assert.equal(text, '"PRIVATE"')
    await setup.save(KEY, 60)
    await setup.settings.saveRules({ collection: 'orders' }, '{"read": "doc.a == 1"}', { version, by: 'tester' })
    assert.equal(setup.settings.current().database.collections.get('orders')?.acl.acl, 'CUSTOM')
    const again = setup.settings.saveRules({ collection: 'orders' }, '"PRIVATE"', { version, by: 'tester' })
    await assert.rejects(again, refused('conflict'))
  })

  test('of functions are kept as written, with a version and a history, and apply at once', async () => {
    const setup = await fresh()
    const text = '{\n  "*": { "invoke": "auth != null && auth.openid != null" }, // WeChat\n}'
    const { version, ...before } = setup.settings.rules('functions')
    assert.deepEqual(
      [before.functions, before.preset, before.source, before.locked],
      [true, undefined, 'default', false],
    )
    assert.equal(before.text, '{"*":{"invoke":"auth != null"}}')
    assert.deepEqual(
      before.findings.map(({ code, from, to }) => [code, before.text.slice(from, to)]),
      [['anonymous-passes', '"auth != null"']],
    )
    const invoked = () => setup.settings.current().functions.rules.evaluate('pay', { auth: GUEST, now: 0 }).allowed
    assert.equal(invoked(), true)
    await setup.settings.saveRules('functions', text, { version, by: 'tester' })
    assert.equal(invoked(), false)
    await assert.rejects(setup.settings.saveRules('functions', text, { version, by: 'x' }), refused('conflict'))
    await setup.restart()
    const after = setup.settings.rules('functions')
    assert.deepEqual([after.text, after.source, after.findings], [text, 'console', []])
    assert.equal(invoked(), false)
    assert.deepEqual(await changes(setup), [['tester', 'functions.rules', null, text]])
    const wrong = setup.settings.saveRules('functions', '{\n "pay": { "invoke": "a =" } }', {
      version: after.version,
      by: 'x',
    })
    await assert.rejects(wrong, code('INVALID_PARAM', /the rule "\*" is missing.*line 2, column 24: pay\.invoke: /s))
    setup.edit({ functions: { rules: { '*': { invoke: true } } } })
    assert.deepEqual([setup.settings.rules('functions').locked, setup.settings.rules('functions').kept], [true, text])
    assert.equal(invoked(), true)
  })

  test('that are invalid are refused, with line and column', async () => {
    const { settings } = await fresh()
    const save = (text: string, subject: RulesSubject = 'storage') =>
      settings.saveRules(subject, text, { version: settings.rules(subject).version, by: 'x' })
    await assert.rejects(save('{\n  "read": yes }'), code('INVALID_PARAM', /line 2, column 11: unexpected "y"/))
    await assert.rejects(save('{"read": "auth.uid = 1"}'), code('INVALID_PARAM', /line 1, column 20: read: /))
    await assert.rejects(save('"PUBLIC"'), code('INVALID_PARAM'))
    await assert.rejects(save('{"maxAge": 5}', { collection: 'orders' }), code('INVALID_PARAM'))
    await assert.rejects(async () => save('"PRIVATE"', { collection: 'a.b' }), code('INVALID_PARAM', /collection name/))
  })
})

describe('history', () => {
  test('lists saves, resets and edits of the file, newest first', async () => {
    const setup = await fresh()
    await setup.save(KEY, 60)
    await setup.save(KEY, 60)
    await setup.save('auth.anonymous', false)
    setup.edit({ storage: { tempUrlMaxAge: 30 } })
    await setup.reset(KEY)
    setup.edit({})
    await setup.restart()
    assert.deepEqual(await changes(setup), [
      ['file', KEY, '30', null],
      ['tester', KEY, '60', null],
      ['file', KEY, null, '30'],
      ['tester', 'auth.anonymous', null, 'false'],
      ['tester', KEY, null, '60'],
    ])
    assert.deepEqual(await changes(setup, 'auth.anonymous'), [['tester', 'auth.anonymous', null, 'false']])
  })

  test('lists edits of the file that were made while the server was down', async () => {
    const setup = await fresh({ storage: { tempUrlMaxAge: 30 }, auth: { anonymous: true } })
    assert.deepEqual(await changes(setup), [], 'nothing to compare with at the first start')
    await setup.restart({ storage: { tempUrlMaxAge: 31, acl: 'PRIVATE' } })
    await setup.restart()
    assert.deepEqual(
      new Set((await changes(setup)).map((change) => change.join())),
      new Set([`file,${KEY},30,31`, 'file,storage.acl,,"PRIVATE"', 'file,auth.anonymous,true,']),
    )
  })

  test('has pages, of one key and of all', async () => {
    const setup = await fresh()
    for (let n = 1; n <= 7; n += 1) await setup.save(n % 2 === 0 ? 'auth.anonymous' : KEY, n % 2 === 0 ? n === 4 : n)
    for (const key of [undefined, KEY]) {
      const whole = (await setup.settings.changes({ key })).items
      const paged = []
      let next: string | undefined
      do {
        const page = await setup.settings.changes({ key, limit: 2, after: next })
        paged.push(...page.items)
        next = page.next
      } while (next !== undefined)
      assert.deepEqual(paged, whole)
      assert.equal(whole.length, key === undefined ? 7 : 4)
    }
    await assert.rejects(setup.settings.changes({ after: 'x' }), code('INVALID_PARAM'))
  })

  test('has pages of limited size', async () => {
    const setup = await fresh()
    const rules = (n: number) => `"READONLY" // ${n} ${'x'.repeat(99_000)}`
    for (let n = 0; n < 50; n += 1) {
      const { version } = setup.settings.rules('storage')
      await setup.settings.saveRules('storage', rules(n), { version, by: 'tester' })
    }
    const { items, next } = await setup.settings.changes({ limit: 1000 })
    assert.ok(next !== undefined && JSON.stringify(items).length < 6 * 1024 * 1024)
    const rest = await setup.settings.changes({ limit: 1000, after: next })
    const all = [...items, ...rest.items].map(({ after }) => after)
    assert.deepEqual(all.slice(0, 3), [rules(49), rules(48), rules(47)])
    assert.equal(new Set(all).size, all.length)
  })

  test('keeps the newest 500 of a key', async () => {
    const setup = await fresh()
    await setup.save('auth.anonymous', false)
    for (let n = 1; n <= 503; n += 1) await setup.save(KEY, n)
    const kept = await changes(setup, KEY)
    assert.equal(kept.length, 500)
    assert.deepEqual(kept[0], ['tester', KEY, '502', '503'])
    assert.deepEqual(kept.at(-1), ['tester', KEY, '3', '4'])
    assert.equal((await changes(setup, 'auth.anonymous')).length, 1)
  })
})

describe('secrets', () => {
  test('are never shown: not in settings, not in the history, not in the log', async () => {
    const setup = await fresh()
    await setup.save(SECRET, 'saved-secret')
    assert.equal(setup.settings.current().auth.wechat.secret, 'saved-secret')
    setup.edit({ auth: { wechat: { secret: 'file-secret' } } })
    assert.equal(setup.settings.current().auth.wechat.secret, 'file-secret')
    const { kept, set, source } = one(setup.settings, SECRET)
    assert.deepEqual([kept, set, source], ['(secret)', true, 'file'])
    setup.edit('{"auth":{"wechat":{"secret":"typo-secret",}')
    const told = [setup.settings.settings(), setup.settings.rules('storage'), await setup.settings.changes({})]
    setup.edit({ auth: { wechat: { secret: 'other-secret' } } })
    setup.edit({})
    told.push(setup.settings.settings())
    await setup.restart()
    const texts = [JSON.stringify(told), JSON.stringify(await setup.settings.changes({})), setup.logged()]
    for (const text of texts) assert.doesNotMatch(text, /(saved|file|typo|other)-secret/)
    const marks = '(secret)'
    assert.deepEqual(await changes(setup), [
      ['file', SECRET, marks, null],
      ['file', SECRET, marks, marks],
      ['file', SECRET, null, marks],
      ['tester', SECRET, null, marks],
    ])
  })

  test('of the environment rank between the file and the Console', async () => {
    const setup = await fresh({}, { mode: 'start', wechatSecret: 'from-outside' })
    assert.deepEqual([one(setup.settings, SECRET).source, one(setup.settings, SECRET).locked], ['environment', true])
    await assert.rejects(setup.save(SECRET, 'x'), refused('locked'))
    assert.equal(setup.settings.current().auth.wechat.secret, 'from-outside')
    setup.edit({ auth: { wechat: { secret: 'of-the-file' } } })
    assert.equal(one(setup.settings, SECRET).source, 'file')
    assert.equal(setup.settings.current().auth.wechat.secret, 'of-the-file')
    assert.doesNotMatch(JSON.stringify(setup.settings.settings()), /from-outside|of-the-file/)
  })
})

describe('a crash', () => {
  /** An engine whose next commit fails before or after it is written. */
  function failing(records: Records, when: 'before' | 'after') {
    const next = { fails: false }
    const engine: Records = {
      ...records,
      async commit(...writes) {
        if (!next.fails) return records.commit(...writes)
        next.fails = false
        if (when === 'after') await records.commit(...writes)
        throw new Error('the power is gone')
      },
    }
    return { engine, next }
  }

  for (const when of ['before', 'after'] as const) {
    test(`${when} the commit leaves both value and history written or neither, and the service consistent`, async () => {
      const setup = await fresh()
      let next = { fails: false }
      const other = await setup.second((own) => {
        const made = failing(own, when)
        next = made.next
        return made.engine
      })
      next.fails = true
      const { version } = other.settings()
      await assert.rejects(other.save(KEY, 60, { version, by: 'tester' }), /the power is gone/)
      await setup.restart()
      const written = when === 'after'
      assert.equal(maxAge(setup), written ? 60 : 7200)
      assert.equal((await changes(setup)).length, written ? 1 : 0)
      // The service that kept running detects it with its next save.
      const again = other.save(KEY, 61, { version, by: 'tester' })
      if (written) await assert.rejects(again, refused('conflict'))
      else await again
      assert.equal(other.current().storage.tempUrlMaxAge, written ? 60 : 61)
    })
  }
})
