/** Rules of functions: in the admin API, in the file while the server runs, and on the command line. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type ConsoleApi, consoleApi } from './support/console-api.ts'
import { cloudstead, ENV, type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'

/** An edited configuration takes effect within this time. */
const RELOAD_MS = 2000

const GUEST = { uid: 'u1', loginType: 'ANONYMOUS' }
const ALICE = { uid: 'u2', customUserId: 'alice', loginType: 'CUSTOM' }
const NAMED = '{\n  "*": { "invoke": "auth != null && auth.loginType != \'ANONYMOUS\'" }, // no guests\n}'

describe('the admin API', () => {
  let server: RunningServer
  let api: ConsoleApi
  before(async () => {
    server = await startServer({ config: {} })
    api = consoleApi(server, await server.apiKey())
  })
  after(() => server.stop())

  const invoke = (as: object | null, text?: string) =>
    api.call('POST', '/rules/simulate', { functions: true, action: 'invoke', name: 'pay', as, text })
  const rules = () => api.call('GET', '/rules?functions=true')

  test('saves them, with a version and a history, and decides by them at once', async () => {
    const before = await rules()
    assert.deepEqual(
      [before.functions, before.source, before.text],
      [true, 'default', '{"*":{"invoke":"auth != null"}}'],
    )
    assert.deepEqual([(await invoke(GUEST)).allowed, (await invoke(null)).allowed], [true, false])
    const saved = await api.call('PUT', '/rules', { functions: true, text: NAMED, version: before.version })
    assert.deepEqual([saved.text, saved.source, saved.findings], [NAMED, 'console', []])
    assert.deepEqual([(await invoke(GUEST)).allowed, (await invoke(ALICE)).allowed], [false, true])
    const again = await api.ask('PUT', '/rules', { functions: true, text: NAMED, version: before.version })
    assert.equal(again.body.code, 'CONSOLE_CONFLICT')
    const { items } = await api.call('GET', '/settings/history?key=functions.rules')
    assert.deepEqual(
      items.map(({ before, after }: { before: unknown; after: unknown }) => [before, after]),
      [[null, NAMED]],
    )
  })

  test('checks and simulates edited rules, and decides a recorded case again', async () => {
    const text = '{ "*": { "invoke": "resource.openid == auth.uid" }, "pay": { "invoke": true } }'
    const { valid, findings } = await api.call('POST', '/rules/check', { functions: true, text })
    assert.deepEqual(
      findings.map(({ code, key, from, to }: Record<string, number & string>) => [code, key, text.slice(from, to)]),
      [
        ['unknown-variable', '*.invoke', 'resource'],
        ['everyone-invokes', 'pay.invoke', 'true'],
      ],
    )
    assert.equal(valid, true)
    const { allowed, case: recorded } = await invoke(GUEST, '{ "*": { "invoke": false } }')
    assert.deepEqual([allowed, recorded], [false, { as: GUEST, invoke: 'pay', expect: 'denied' }])
    const replayed = await api.call('POST', '/rules/replay', { functions: true, text, case: recorded })
    assert.equal(replayed.allowed, true)
    const mixed = await api.ask('POST', '/rules/replay', { collection: 'orders', text: '"PRIVATE"', case: recorded })
    assert.equal(mixed.body.code, 'INVALID_PARAM')
    const { items } = await api.call('GET', '/denials?about=functions')
    assert.deepEqual(items, [])
  })

  test('refuses whatever else there is to functions: only the file sets it', async () => {
    const { version, values } = await api.call('GET', '/settings')
    const keys = values.map(({ key }: { key: string }) => key).filter((key: string) => key.startsWith('functions'))
    assert.deepEqual(keys, ['functions.rules'])
    for (const [key, value] of [
      ['functions.root', '/tmp'],
      ['functions.sandbox', false],
      ['functions.env', { NODE_OPTIONS: '--require=/tmp/x.js' }],
    ] as const) {
      const { body } = await api.ask('PUT', `/settings/${key}`, { value, version })
      assert.equal(body.code, 'INVALID_PARAM', key)
    }
  })

  test('the file wins, within two seconds, and a bad edit changes nothing', async () => {
    await server.writeConfig({ functions: { rules: { '*': { invoke: true } } } })
    await eventually('nobody may', async () => (await invoke(null)).allowed, RELOAD_MS)
    const { locked, source, kept } = await rules()
    assert.deepEqual([locked, source, kept], [true, 'file', NAMED])
    await server.writeConfig({ functions: { rules: { pay: { invoke: false } } } })
    const refused = async () => (await api.call('GET', '/settings')).file.refused !== undefined
    await eventually('the file is refused', refused, RELOAD_MS)
    assert.equal((await invoke(null)).allowed, true)
    await server.writeConfig({})
    await eventually('the saved rules are back', async () => !(await invoke(GUEST)).allowed, RELOAD_MS)
  })
})

describe('the command line', () => {
  let scratch: string
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cloudstead-function-rules-'))
  })
  after(() => rm(scratch, { recursive: true, force: true }))

  test('checks and tests rules of functions', async () => {
    const config = join(scratch, 'cloudstead.config.json')
    await writeFile(config, `{ "functions": { "rules": ${NAMED} } }`)
    const checked = await cloudstead('rules', 'check', config)
    assert.deepEqual([checked.code, checked.stdout], [0, `${config}: 0 errors, 0 warnings, 0 notes\n`])
    const cases = join(scratch, 'cases.json')
    const listed = [
      { as: GUEST, invoke: 'pay', expect: 'denied' },
      { as: ALICE, invoke: 'pay', expect: 'allowed' },
      { as: null, invoke: 'pay', expect: 'denied' },
    ]
    await writeFile(cases, JSON.stringify({ cases: listed }))
    const tested = await cloudstead('rules', 'test', cases)
    assert.equal(tested.code, 0, tested.stdout + tested.stderr)
    assert.match(tested.stdout, /3 cases, 3 as expected.*\ncoverage: 100% \(4 of 4/)
  })

  test('does not start with a directory of functions that does not exist', async () => {
    const data = join(scratch, 'data')
    const { code, stderr } = await cloudstead(
      'start',
      '--env',
      ENV,
      '--port',
      '0',
      '--data-dir',
      data,
      '--functions',
      'none',
    )
    assert.deepEqual([code, stderr], [1, 'cloudstead: --functions none is not a directory\n'])
  })
})
