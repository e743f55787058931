/** Settings saved in the Console: their immediate effect on the real SDK, and their relation to the configuration file. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createPhone, loginAnonymously, loginByTicket, type Phone } from './support/clients.ts'
import { type SettingsApi, settingsApi } from './support/console-settings.ts'
import { adminDatabase } from './support/databases.ts'
import { type FakeWechat, startFakeWechat } from './support/fake-wechat.ts'
import { type ApiKey, type LoginKey, type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'

const MAX_AGE = 'storage.tempUrlMaxAge'
const SECRET = 'auth.wechat.secret'

/** An edited configuration takes effect within this time. */
const RELOAD_MS = 2000

interface Listed {
  readonly by: string
  readonly key: string
  readonly before: string | null
  readonly after: string | null
}

describe('saved settings take effect immediately for the real SDK', () => {
  let server: RunningServer
  let settings: SettingsApi
  let key: ApiKey
  let loginKey: LoginKey
  const phones: Phone[] = []

  before(async () => {
    server = await startServer()
    key = await server.apiKey()
    loginKey = await server.loginKey()
    settings = settingsApi(server, key)
  })
  after(async () => {
    for (const phone of phones) phone.dispose()
    await server.stop()
  })

  async function phoneOf(customUserId: string): Promise<Phone> {
    const phone = createPhone(server)
    phones.push(phone)
    await loginByTicket(phone, loginKey, customUserId)
    return phone
  }

  /** Uploads text from a phone; undefined if it is refused. */
  async function upload(phone: Phone, cloudPath: string, text: string): Promise<{ fileID?: string; code?: string }> {
    const { wx } = phone.device
    const filePath = `${wx.env.USER_DATA_PATH}/a.txt`
    wx.getFileSystemManager().writeFileSync(filePath, text, 'utf8')
    try {
      return await phone.app.uploadFile({ cloudPath, filePath })
    } catch (error) {
      return { code: (error as { code?: string }).code ?? String(error) }
    }
  }

  const urlOf = async (phone: Phone, fileID: string) =>
    (await phone.app.getTempFileURL({ fileList: [fileID] })).fileList[0]

  test('rules of files: others can no longer read, then everyone can again', async () => {
    const [alice, bobby] = [await phoneOf('alice'), await phoneOf('bobby')]
    const { fileID = '' } = await upload(alice, 'users/alice/a.txt', 'hello')
    assert.match((await urlOf(bobby, fileID))?.tempFileURL ?? '', /^http/)
    await settings.saveRules(
      '{ // the recipe\n "read": "auth != null && resource.openid == auth.openid", "write": true }',
    )
    assert.equal((await urlOf(bobby, fileID))?.code, 'STORAGE_EXCEED_AUTHORITY')
    assert.match((await urlOf(alice, fileID))?.tempFileURL ?? '', /sign=/)
    await settings.reset('storage.acl')
    assert.doesNotMatch((await urlOf(bobby, fileID))?.tempFileURL ?? 'sign=', /sign=/)
  })

  test('the lifetime of temporary URLs, and the size of files', async () => {
    const alice = await phoneOf('alice')
    await settings.save('storage.acl', 'PRIVATE')
    await settings.save(MAX_AGE, 77)
    const { fileID = '' } = await upload(alice, 'users/alice/b.txt', 'hello')
    const url = new URL((await urlOf(alice, fileID))?.tempFileURL ?? '')
    const life = Number(url.searchParams.get('t')) - Date.now() / 1000
    assert.ok(life > 60 && life <= 78, String(life))
    await settings.save('storage.maxFileSize', '4B')
    assert.ok((await upload(alice, 'users/alice/c.txt', 'hello')).code !== undefined)
    assert.ok((await upload(alice, 'users/alice/c.txt', 'hell')).fileID !== undefined)
    for (const name of ['storage.acl', MAX_AGE, 'storage.maxFileSize']) await settings.reset(name)
  })

  test('a collection exists with its permissions, and its index works', async () => {
    const alice = await phoneOf('alice')
    const notes = alice.app.database().collection('notes')
    assert.equal((await notes.add({ n: 1 })).code, 'DATABASE_COLLECTION_NOT_EXIST')
    await settings.save('database.collections.notes.acl', 'PRIVATE')
    await settings.save('database.collections.notes.indexes', [{ fields: { n: 1 }, unique: true }])
    assert.equal((await notes.add({ n: 1 })).code, undefined)
    assert.equal((await notes.add({ n: 1 })).code, 'DATABASE_DUPLICATE_WRITE')
    const bobby = (await phoneOf('bobby')).app.database().collection('notes')
    assert.equal((await bobby.count()).total, 0)
    await settings.saveRules('"READONLY"', 'notes')
    assert.equal((await bobby.count()).total, 1)
  })

  test('a collection created by a call becomes a declared one', async () => {
    await adminDatabase(server, key).createCollection('made')
    const { source, text } = await settings.api.call('GET', '/rules?collection=made')
    assert.deepEqual([source, text], ['default', '"PRIVATE"'])
    await settings.saveRules('"ADMINWRITE"', 'made')
    assert.equal((await settings.setting('database.collections.made.acl')).source, 'console')
    const missing = await settings.api.ask('GET', '/rules?collection=nowhere')
    assert.deepEqual([missing.status, missing.body.code], [404, 'DATABASE_COLLECTION_NOT_EXIST'])
  })

  test('anonymous logins', async () => {
    await settings.save('auth.anonymous', false)
    const stranger = createPhone(server)
    phones.push(stranger)
    await assert.rejects(loginAnonymously(stranger))
    await settings.reset('auth.anonymous')
    await loginAnonymously(stranger)
  })
})

describe('the file and the Console', () => {
  let server: RunningServer
  let settings: SettingsApi
  before(async () => {
    server = await startServer()
    settings = settingsApi(server, await server.apiKey())
  })
  after(() => server.stop())

  /** Writes the configuration and waits until the setting has the expected source. */
  async function edited(config: object | string, key: string, source: string): Promise<void> {
    await server.writeConfig(config)
    await eventually(
      `${key} comes from ${source}`,
      async () => (await settings.setting(key)).source === source,
      RELOAD_MS,
    )
  }

  test('the file locks its settings; saved values are kept, and apply again afterwards', async () => {
    await settings.save(MAX_AGE, 60)
    await edited({ storage: { tempUrlMaxAge: 30 } }, MAX_AGE, 'file')
    const { locked, value, kept } = await settings.setting(MAX_AGE)
    assert.deepEqual([locked, value, kept], [true, 30, '60'])
    const { version } = await settings.api.call('GET', '/settings')
    const refused = await settings.api.ask('PUT', `/settings/${MAX_AGE}`, { value: 90, version })
    assert.deepEqual([refused.status, refused.body.code], [409, 'CONSOLE_SETTING_LOCKED'])
    await edited({}, MAX_AGE, 'console')
    assert.equal((await settings.setting(MAX_AGE)).value, 60)
  })

  test('rules of the file are shown as written', async () => {
    const acl = '{ "read": true /* all */, "write": "auth != null" }'
    await edited(`{"storage":{"acl":${acl}}}`, 'storage.acl', 'file')
    const { text, locked, version, file } = await settings.api.call('GET', '/rules')
    assert.deepEqual([text, locked], [acl, true])
    assert.match(file, /cloudstead\.config\.json$/)
    const refused = await settings.api.ask('PUT', '/rules', { text: '"PRIVATE"', version })
    assert.equal(refused.body.code, 'CONSOLE_SETTING_LOCKED')
    await edited({}, 'storage.acl', 'default')
  })

  test('an invalid edit of the file is reported, with its text', async () => {
    await server.writeConfig('{"storage":{"tempUrlMaxAeg":1}}')
    const told = async () => (await settings.api.call('GET', '/settings')).file
    await eventually('the refusal is reported', async () => (await told()).refused !== undefined, RELOAD_MS)
    const { text, refused, exists, path } = await told()
    assert.equal(text, '{"storage":{"tempUrlMaxAeg":1}}')
    assert.match(refused.en, /did you mean tempUrlMaxAge\?/)
    assert.match(refused.zh, /是否想写 tempUrlMaxAge？/)
    assert.equal(exists, true)
    assert.match(path, /cloudstead\.config\.json$/)
    await server.writeConfig({})
    await eventually('it is no longer reported', async () => (await told()).refused === undefined, RELOAD_MS)
  })

  test('the history has both, newest first, and can be limited to one key', async () => {
    await settings.save('auth.anonymous', false)
    await edited({ auth: { anonymous: true } }, 'auth.anonymous', 'file')
    await edited({}, 'auth.anonymous', 'console')
    const { items } = await settings.api.call('GET', '/settings/history?key=auth.anonymous')
    const rows = (items as Listed[]).map(({ by, before: was, after: is }) => [by === 'file' ? by : 'key', was, is])
    assert.deepEqual(rows, [
      ['file', 'true', null],
      ['file', null, 'true'],
      ['key', null, 'false'],
    ])
    const whole = await settings.api.call('GET', '/settings/history?limit=2')
    const rest = await settings.api.call('GET', `/settings/history?limit=1000&after=${whole.next}`)
    const ids = [...whole.items, ...rest.items].map(({ id }: { id: string }) => id)
    assert.deepEqual(ids, ids.toSorted().reverse())
    assert.equal(new Set(ids).size, ids.length)
  })

  test('an outdated version is refused, and errors are explained', async () => {
    const { version } = await settings.api.call('GET', '/settings')
    await settings.save(MAX_AGE, 61)
    const late = await settings.api.ask('PUT', `/settings/${MAX_AGE}`, { value: 62, version })
    assert.deepEqual([late.status, late.body.code], [409, 'CONSOLE_CONFLICT'])
    assert.match(late.body.advice.zh, /[\u4e00-\u9fff]/)
    const now = (await settings.api.call('GET', '/settings')).version
    const wrong = await settings.api.ask('PUT', `/settings/${MAX_AGE}`, { value: 0, version: now })
    assert.deepEqual([wrong.status, wrong.body.code], [400, 'INVALID_PARAM'])
    assert.match(wrong.body.message, /storage\.tempUrlMaxAge must be >= 1/)
    const rules = await settings.api.call('GET', '/rules')
    const text = '{"read": "auth.uid = 1"}'
    const bad = await settings.api.ask('PUT', '/rules', { text, version: rules.version })
    assert.match(bad.body.message, /line 1, column 20: read: /)
  })
})

describe('saved settings survive', () => {
  let scratch: string
  let server: RunningServer
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cloudstead-settings-'))
  })
  after(async () => {
    await server.stop()
    await rm(scratch, { recursive: true, force: true })
  })

  test('stops, kills at any moment, and edits of the file in between', async () => {
    const dataDir = join(scratch, 'data')
    server = await startServer({ dataDir })
    const key = await server.apiKey()
    let settings = settingsApi(server, key)
    const reopen = async (config: object = {}) => {
      server = await startServer({ dataDir, config })
      settings = settingsApi(server, key)
    }
    await settings.saveRules('{"read": true} // as written')
    await server.stop()
    await reopen()
    assert.equal((await settings.api.call('GET', '/rules')).text, '{"read": true} // as written')

    for (let round = 1; round <= 3; round += 1) {
      let acknowledged = 0
      let killed = false
      const saving = (async () => {
        for (let n = 1; !killed; n += 1) {
          await settings.save(MAX_AGE, round * 1000 + n)
          acknowledged = round * 1000 + n
        }
      })().catch(() => {})
      await eventually('some saves are done', () => acknowledged >= round * 1000 + 3)
      await server.kill()
      killed = true
      await saving
      await reopen()
      const value = Number((await settings.setting(MAX_AGE)).value)
      assert.ok(value === acknowledged || value === acknowledged + 1, `${value} after ${acknowledged}`)
      const { items } = await settings.api.call('GET', `/settings/history?key=${MAX_AGE}&limit=1`)
      assert.equal((items as Listed[])[0]?.after, String(value), 'value and history are consistent')
    }

    await server.stop()
    await reopen({ storage: { tempUrlMaxAge: 30 } })
    assert.equal((await settings.setting(MAX_AGE)).value, 30)
    const { items } = await settings.api.call('GET', `/settings/history?key=${MAX_AGE}&limit=1`)
    const [newest] = items as Listed[]
    assert.deepEqual([newest?.by, newest?.before, newest?.after], ['file', null, '30'])
  })
})

describe('the AppSecret', () => {
  let wechat: FakeWechat
  let server: RunningServer
  before(async () => {
    wechat = await startFakeWechat()
    server = await startServer({ config: { auth: { wechat: { apiBase: wechat.apiBase } } } })
  })
  after(async () => {
    await server.stop()
    await wechat.close()
  })

  test('is never sent to an address that was set in the Console: only the file sets it', async () => {
    const own = await startServer()
    try {
      const { api, setting } = settingsApi(own, await own.apiKey())
      const { version } = await api.call('GET', '/settings')
      const { status, body } = await api.ask('PUT', '/settings/auth.wechat.apiBase', { value: wechat.apiBase, version })
      assert.deepEqual([status, body.code], [409, 'CONSOLE_SETTING_LOCKED'])
      const { locked, source, value } = await setting('auth.wechat.apiBase')
      assert.deepEqual([locked, source, value], [true, 'default', 'https://api.weixin.qq.com'])
    } finally {
      await own.stop()
    }
  })

  test('is used for WeChat logins, and is in no answer, no log and no history', async () => {
    const settings = settingsApi(server, await server.apiKey())
    const heard: string[] = []
    const ask = async (method: string, path: string, body?: unknown) => {
      const { text, status } = await settings.api.ask(method, path, body)
      heard.push(text)
      return { status, body: JSON.parse(text) }
    }
    const appid = 'wx0123456789abcdef'
    await settings.save('auth.wechat.appid', appid)
    const { body } = await ask('GET', '/settings')
    const saved = await ask('PUT', `/settings/${SECRET}`, { value: 'saved-secret', version: body.version })
    assert.equal(saved.status, 200)
    const phone = createPhone(server, { loginCode: 'alice', wx: { appid } })
    try {
      const { error } = await phone.auth.signInWithOpenId({ useWxCloud: false })
      assert.equal(error ?? null, null)
    } finally {
      phone.dispose()
    }
    assert.equal(wechat.asked.at(-1)?.get('secret'), 'saved-secret')
    assert.equal(wechat.asked.at(-1)?.get('js_code'), 'alice')

    await ask('PUT', `/settings/${SECRET}`, { value: 'saved-secret', version: 'old' })
    await ask('PUT', `/settings/${SECRET}`, { value: ['saved-secret'], version: saved.body.version })
    await server.writeConfig('{"auth":{"wechat":{"secret":"file-secret","secret":"typo-secret"}}}')
    const refused = async () => (await ask('GET', '/settings')).body.file.refused !== undefined
    await eventually('the invalid edit is reported', refused, RELOAD_MS)
    await server.writeConfig({ auth: { wechat: { secret: 'file-secret' } } })
    await eventually('the file wins', async () => (await settings.setting(SECRET)).source === 'file', RELOAD_MS)
    for (const path of ['/settings', '/settings/history', '/rules', `/settings/history?key=${SECRET}`]) {
      await ask('GET', path)
    }
    for (const text of [...heard, server.log()]) assert.doesNotMatch(text, /(?:saved|file|typo)-secret/)
    assert.deepEqual((await settings.setting(SECRET)).set, true)
  })
})
