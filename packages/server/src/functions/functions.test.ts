import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Caller, NOBODY, type UserCaller } from '@cloudstead/protocol'
import { compileFunctionRules } from '@cloudstead/rules'
import { DeniedError } from '../decisions/denied-error.ts'
import type { Settings } from '../settings.ts'
import { type FunctionCall, FunctionError } from './call.ts'
import { createCallTokens } from './call-token.ts'
import type { FunctionDefinition } from './definition.ts'
import { createFunctions } from './functions.ts'
import { definitionOf, directoryWith } from './instances/function-files.fixture.ts'

const MIA: UserCaller = { kind: 'user', uid: 'u1', openid: 'o-mia', loginType: 'WECHAT_OPEN', sessionId: 's1' }
const ADMIN: Caller = { kind: 'admin', keyId: 'CS1' }

interface Given {
  readonly definition?: Partial<FunctionDefinition>
  readonly rules?: unknown
  readonly mode?: 'start' | 'dev'
}

/** Functions with these files: `a/index.js` is the function `a`. */
function open(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  { definition, rules, mode = 'start' }: Given = {},
) {
  const directory = directoryWith(t, files)
  const names = Object.keys(files).map((file) => file.split('/')[0] ?? '')
  const state = {
    root: directory,
    functions: new Map(names.map((name) => [name, definitionOf(directory, name, definition)])),
    routes: [],
    problems: [],
  }
  const settings = {
    functions: { rules: compileFunctionRules(rules) },
    auth: { wechat: { appid: 'wx1', apiBase: 'https://api.weixin.qq.com', madeUpIdentities: false } },
  } as unknown as Settings
  const tokens = createCallTokens()
  const logged: string[] = []
  const log = (_details: object, message: string) => void logged.push(message)
  const functions = createFunctions({
    env: 'demo-1abcde',
    mode,
    project: { current: () => state },
    settings: () => settings,
    key: { secretId: 'CSF1', secretKey: 'k' },
    tokens,
    searchPath: process.env.PATH ?? '',
    publicUrl: undefined,
    server: async () => 'http://127.0.0.1:1',
    now: Date.now,
    log: { debug: log, info: log, warn: log },
  })
  t.after(() => functions.close())
  const invoke = (name: string, changes: Partial<FunctionCall> = {}) =>
    functions.invoke({
      name,
      event: '',
      caller: MIA,
      trigger: 'sdk',
      requestId: 'r1',
      origin: 'http://localhost:8787',
      ...changes,
    })
  return { functions, invoke, tokens, logged }
}

test('a call sees who calls, and is in the log with its lines', async (t) => {
  const { functions, invoke } = open(t, {
    'who/index.js': `exports.main = async (event, context) => { console.log('called'); const e = process.env
      return { event, keys: e.TCB_CONTEXT_KEYS.split(',').includes('TCB_UUID'), uid: e.TCB_UUID, openid: e.WX_OPENID,
        appid: e.WX_APPID, ip: e.TCB_SOURCE_IP, id: context.request_id, env: e.SCF_NAMESPACE,
        inContext: JSON.parse(context.environment).WX_OPENID, url: JSON.parse(e.TCB_CONTEXT_CNFG).URL } }`,
  })
  const { result } = await invoke('who', { event: '{"n":1}', sourceIp: '10.0.0.7' })
  assert.deepEqual(JSON.parse(result), {
    event: { n: 1, userInfo: { openId: 'o-mia', appId: 'wx1' } },
    keys: true,
    uid: 'u1',
    openid: 'o-mia',
    appid: 'wx1',
    ip: '10.0.0.7',
    id: 'r1',
    env: 'demo-1abcde',
    inContext: 'o-mia',
    url: 'http://127.0.0.1:1/admin',
  })
  const [call] = functions.calls.list({ limit: 1 })
  assert.ok(call?.cold && call.memoryMB > 10)
  assert.deepEqual([call.function, call.caller, call.status, call.trigger], ['who', 'u1', 'ok', 'sdk'])
  assert.deepEqual(
    call.lines.map(({ text }) => text),
    ['called'],
  )
  // The next caller is nobody, in the same process.
  const next = await invoke('who', { caller: ADMIN, requestId: 'r2' })
  assert.deepEqual(Object.keys(JSON.parse(next.result)), ['event', 'keys', 'id', 'env', 'url'])
  assert.equal(functions.calls.list({ limit: 1 })[0]?.cold, false)
})

test('the rules decide about users and nobody, and about nobody else', async (t) => {
  const rules = { '*': { invoke: 'auth != null' }, open: { invoke: true }, closed: { invoke: false } }
  const code = 'exports.main = async () => 1'
  const { invoke } = open(t, { 'open/index.js': code, 'closed/index.js': code, 'usual/index.js': code }, { rules })
  const refused = (name: string, caller: Caller) =>
    assert.rejects(
      invoke(name, { caller }),
      (error) => error instanceof DeniedError && error.code === 'PERMISSION_DENIED',
    )
  await refused('usual', NOBODY)
  await refused('closed', MIA)
  // Nobody learns which functions there are.
  await refused('missing', NOBODY)
  await assert.rejects(invoke('missing'), { code: 'FUNCTION_NOT_FOUND' })
  for (const name of ['__proto__', 'constructor', 'toString'])
    await assert.rejects(invoke(name), { code: 'FUNCTION_NOT_FOUND' })
  assert.equal((await invoke('open', { caller: NOBODY })).result, '1')
  assert.equal((await invoke('usual')).result, '1')
  assert.equal((await invoke('closed', { caller: ADMIN })).result, '1')
  for (const trigger of ['http', 'timer', 'admin', 'cli'] as const) {
    assert.equal((await invoke('closed', { caller: NOBODY, trigger })).result, '1')
  }
})

test('what a function throws is for the operator; its caller sees a sentence', async (t) => {
  const files = { 'bad/index.js': `exports.main = async () => { throw new TypeError('at /secret/place') }` }
  const { functions, invoke } = open(t, files)
  const error = await invoke('bad').catch((thrown: unknown) => thrown)
  assert.ok(error instanceof FunctionError)
  assert.deepEqual([error.code, error.message], ['FUNCTIONS_EXECUTE_FAIL', 'The function failed.'])
  const [call] = functions.calls.list({ limit: 1 })
  assert.equal(call?.status, 'FUNCTIONS_EXECUTE_FAIL')
  assert.match(call?.error?.stack ?? '', /bad\/index\.js:1:36/)
  assert.deepEqual(functions.calls.counts('bad'), { calls: 1, errors: 1, coldStarts: 1 })
  const inDev = open(t, files, { mode: 'dev' })
  await assert.rejects(inDev.invoke('bad'), { message: 'TypeError: at /secret/place' })
  assert.match(
    inDev.logged.join('\n'),
    /\[bad\] FUNCTIONS_EXECUTE_FAIL\n\[bad\] TypeError: at \/secret\/place\n\[bad\] .*index\.js:1/,
  )
})

test('a call that fails in each way has its code, and the next one is served', async (t) => {
  const { invoke } = open(
    t,
    {
      'fn/index.js': `exports.main = async ({ how }) => { switch (how) {
        case 'loop': for (;;);
        case 'memory': return Buffer.alloc(500e6, 1).length
        case 'exit': process.exit()
        case 'big': return 'x'.repeat(7e6)
        case 'cycle': { const a = {}; a.a = a; return a }
        default: return 'fine' } }`,
    },
    { definition: { timeoutMs: 500, memoryMB: 64 } },
  )
  for (const [how, code] of [
    ['loop', 'FUNCTIONS_TIME_LIMIT_EXCEEDED'],
    ['memory', 'FUNCTIONS_MEMORY_LIMIT_EXCEEDED'],
    ['exit', 'FUNCTIONS_EXECUTE_FAIL'],
    ['big', 'EXCEED_MAX_RESPONSE_SIZE'],
    ['cycle', 'FUNCTIONS_EXECUTE_FAIL'],
  ]) {
    await assert.rejects(invoke('fn', { event: JSON.stringify({ how }) }), { code })
    assert.equal((await invoke('fn')).result, '"fine"')
  }
  const event = JSON.stringify({ text: 'x'.repeat(6 * 1024 * 1024) })
  await assert.rejects(invoke('fn', { event }), { code: 'EXCEED_REQUEST_SIZE_LIMIT' })
})

test('an event of any shape arrives, and what is no JSON is refused without a call', async (t) => {
  const { functions, invoke } = open(t, { 'fn/index.js': 'exports.main = async (event) => event' })
  const events = ['[1,"x",null]', '"text"', 'null', '3', `[${'1,'.repeat(500_000)}1]`, '{"__proto__":{"a":1},"a":2}']
  for (const event of events) assert.equal((await invoke('fn', { event, caller: ADMIN })).result, event)
  const count = functions.calls.counts('fn').calls
  for (const event of ['{', 'undefined', `{"a":${'['.repeat(100_000)}`]) {
    await assert.rejects(invoke('fn', { event }), { code: 'INVALID_PARAM' })
  }
  assert.equal(functions.calls.counts('fn').calls, count)
})

test('a function that does not load fails alone, with the reason in the log', async (t) => {
  const { functions, invoke } = open(t, {
    'broken/index.js': `require('nowhere')`,
    'fine/index.js': 'exports.main = async () => 1',
  })
  await assert.rejects(invoke('broken'), { code: 'FUNCTIONS_EXECUTE_FAIL', message: 'The function failed.' })
  assert.match(functions.calls.list({ limit: 1 })[0]?.error?.message ?? '', /Cannot find module 'nowhere'/)
  assert.equal((await invoke('fine')).result, '1')
})

test('a call from within another one is made for the same person, and not without end', async (t) => {
  const { invoke, tokens } = open(t, {
    'fn/index.js': `exports.main = async () => [process.env.TCB_UUID, process.env.TCB_SESSIONTOKEN]`,
  })
  let within: string | undefined
  for (let depth = 0; depth < 8; depth++) {
    const { result } = await invoke('fn', within === undefined ? {} : { caller: ADMIN, within })
    const [uid, token] = JSON.parse(result) as [string, string]
    assert.equal(uid, 'u1')
    const { person, requestId, ...context } = tokens.open(token) ?? assert.fail()
    assert.deepEqual(context, { function: 'fn', depth, origin: 'http://localhost:8787' })
    assert.deepEqual([person?.openid, requestId], ['o-mia', 'r1'])
    within = token
  }
  assert.ok(within !== undefined)
  await assert.rejects(invoke('fn', { caller: ADMIN, within }), { code: 'FUNCTIONS_EXECUTE_FAIL' })
})

test('closing lets the calls that run end, and leaves no process', async (t) => {
  const { functions, invoke } = open(t, {
    'slow/index.js': `exports.main = () => new Promise((done) => setTimeout(done, 300, process.pid))`,
  })
  const running = invoke('slow')
  while (!functions.instances('slow').some(({ busy }) => busy)) await new Promise(setImmediate)
  await functions.close()
  const pid = Number((await running).result)
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})
