/** Functions that are hostile or clumsy: each fails alone, is called again, and leaves the server as it was. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { callFunction, resultOf } from './support/call-function.ts'
import { consoleApi } from './support/console-api.ts'
import { functionProject } from './support/function-project.ts'
import { serverForFile } from './support/server.ts'
import { eventually } from './support/until.ts'
import { actionBody, send } from './support/wire.ts'

const FAIL = 'FUNCTIONS_EXECUTE_FAIL'
const PAUSE = 'await new Promise((done) => setTimeout(done, 20))'

/** What a call of each results in. Those that are no list of code and result are tests of their own. */
const CLUMSY: Readonly<Record<string, readonly [code: string, result: unknown]>> = {
  doesNotLoad: ['throw new Error("at load")', FAIL],
  doesNotParse: ['exports.main = (', FAIL],
  exportsNothing: ['module.exports = null', FAIL],
  requiresNothing: ['require("no-such-package")', FAIL],
  exits: ['exports.main = () => process.exit(0)', FAIL],
  exitsAtLoad: ['process.exit(0)', FAIL],
  aborts: ['exports.main = () => process.abort()', FAIL],
  signals: ['exports.main = () => process.kill(process.pid, "SIGKILL")', FAIL],
  bigint: ['exports.main = () => 1n', FAIL],
  cycle: ['exports.main = () => { const a = {}; a.a = a; return a }', FAIL],
  toJson: ['exports.main = () => ({ toJSON() { throw new Error("no") } })', FAIL],
  getter: ['exports.main = () => ({ get a() { throw new Error("no") } })', FAIL],
  proxy: ['exports.main = () => new Proxy({}, { get() { throw new Error("no") } })', FAIL],
  deep: ['exports.main = () => { let a = []; for (let n = 0; n < 100_000; n++) a = [a]; return a }', FAIL],
  throwsProxy: ['exports.main = () => { throw new Proxy({}, { get() { throw 1 } }) }', FAIL],
  throwsNothing: ['exports.main = () => { throw undefined }', FAIL],
  throwsLongText: ['exports.main = () => { throw "x".repeat(20e6) }', FAIL],
  returnsFunction: ['exports.main = () => () => 1', null],
  thenable: ['exports.main = () => ({ then(done) { done(7) } })', 7],
  callsBackTwice: ['exports.main = (e, c, done) => { done(null, 1); done(null, 2); done(new Error("x")) }', 1],
  tooLarge: ['exports.main = () => "x".repeat(6 * 1024 * 1024)', 'EXCEED_MAX_RESPONSE_SIZE'],
  large: ['exports.main = () => "x".repeat(6 * 1024 * 1024 - 2)', 'x'.repeat(6 * 1024 * 1024 - 2)],
  heap: ['exports.main = () => { const a = []; for (;;) a.push(new Array(1e5).fill(a.length)) }', 'MEMORY'],
  buffers: [
    `exports.main = async () => { const a = []; for (;;) { a.push(Buffer.alloc(2e7, 1)); ${PAUSE} } }`,
    'MEMORY',
  ],
  ownStringify: ['JSON.stringify = JSON.parse = () => ({}); exports.main = () => 1', 1],
  ownExit: ['process.exit = process.on = process.emit = () => {}; exports.main = () => 1', 1],
  ownConsole: ['console = undefined; process.stdout.write = () => { throw 1 }; exports.main = () => 1', 1],
  ownPrototype: ['Object.prototype.type = Object.prototype.call = "x"; exports.main = () => ({})', {}],
  frozenEnvironment: ['process.env = Object.freeze({}); exports.main = () => 1', FAIL],
  noListeners: ['exports.main = () => { process.removeAllListeners(); return 1 }', 1],
  closesOutputs: ['exports.main = () => { require("fs").closeSync(1); require("fs").closeSync(2); return 1 }', 'ANY'],
  closesAll: [
    'exports.main = () => { for (let n = 0; n < 50; n++) try { require("fs").closeSync(n) } catch {} }',
    FAIL,
  ],
  writesAll: [
    `exports.main = async () => { for (let n = 3; n < 50; n++) try { require("fs").writeSync(n, "null\\n") } catch {} ${PAUSE} }`,
    FAIL,
  ],
  channel: [
    `exports.main = async () => {
       const frame = (value) => { const text = JSON.stringify(value); const all = Buffer.alloc(4 + text.length); all.writeUInt32BE(text.length); all.write(text, 4); return all }
       for (const value of [null, [], { type: 'result' }, { type: 'result', call: 1, result: 7, files: null }, { type: 'loaded', files: [1] }, { type: 'memory', bytes: 'x' }, { cmd: 'NODE_HANDLE_ACK' }])
         require('fs').writeSync(3, frame(value))
       return 'own'
     }`,
    'own',
  ],
  processMessages: [
    'exports.main = () => { process.send?.(null); process._send?.({ cmd: "NODE_HANDLE_ACK" }); process.disconnect?.(); return process.connected === true }',
    false,
  ],
  floods: [
    'exports.main = () => { const a = Buffer.alloc(1e6, 0xfe); for (let n = 0; n < 100; n++) { process.stdout.write(a); process.stderr.write(a) } return 1 }',
    1,
  ],
  floodsWithLines: [
    'exports.main = () => { const a = "\\n".repeat(1e6); for (let n = 0; n < 50; n++) { process.stdout.write(a) } return 1 }',
    1,
  ],
  killsServer: ['exports.main = () => process.kill(process.ppid, "SIGKILL")', FAIL],
  killsAll: ['exports.main = () => process.kill(-1, "SIGKILL")', FAIL],
  killsGroup: ['exports.main = () => { process.kill(0, "SIGKILL"); return 1 }', FAIL],
  writesBeside: ['exports.main = () => require("fs").writeFileSync(__dirname + "/index.js", "")', FAIL],
  lockedScratch: [
    'exports.main = () => { const fs = require("fs"); const a = process.env.TMPDIR + "/a"; fs.mkdirSync(a); fs.writeFileSync(a + "/b", ""); fs.chmodSync(a, 0); process.exit(1) }',
    FAIL,
  ],
}

const SPECIAL: Readonly<Record<string, string>> = {
  ok: 'let calls = 0; exports.main = (event) => ({ calls: ++calls, pid: process.pid, event })',
  count: 'exports.main = ({ list = [], text = "" }) => list.length + text.length',
  loops: 'exports.main = () => { for (;;); }',
  loopsAtExit:
    'exports.main = () => { process.on("exit", () => { for (;;); }); setTimeout(() => { throw 1 }, 1); return 1 }',
  grows: 'const kept = []; exports.main = () => { kept.push(Buffer.alloc(3e7, 1)); return process.pid }',
  rejectsLate:
    'exports.main = ({ n }) => { if (n % 2) setTimeout(() => Promise.reject(new Error("late")), n % 5); return n }',
  exitsLate: 'exports.main = ({ n }) => { if (n % 2) setTimeout(() => process.exit(0), n % 5); return n }',
  writes:
    'exports.main = () => { console.log("\\u001b[2Jout"); const error = new Error("bad\\u001b[2J"); throw error }',
}

const CODE = { ...Object.fromEntries(Object.entries(CLUMSY).map(([name, [code]]) => [name, code])), ...SPECIAL }
const FILES = Object.entries(CODE).map(([name, code]) => [`cloudfunctions/${name}/index.js`, code])
const project = await functionProject(Object.fromEntries(FILES))
const config = {
  functions: {
    rules: { '*': { invoke: true } },
    defaults: { timeout: 5, memorySize: 64 },
    settings: { loops: { timeout: 1 } },
  },
}
const server = await serverForFile({ args: ['--functions', project.root], config })
const api = consoleApi(server, await server.apiKey())

for (const [name, [, expected]] of Object.entries(CLUMSY)) {
  test(`${name}: twice the same, and the server goes on`, async () => {
    for (let n = 0; n < 2; n++) {
      const outcome = await callFunction(server, name)
      if (expected === 'MEMORY') {
        assert.ok('code' in outcome && outcome.code === 'FUNCTIONS_MEMORY_LIMIT_EXCEEDED', JSON.stringify(outcome))
      } else if (expected !== 'ANY') assert.deepEqual('code' in outcome ? outcome.code : outcome.result, expected)
      if ('message' in outcome) assert.doesNotMatch(outcome.message, /[\\/]|Error|\n/)
    }
    assert.equal((await send(`${server.url}/health`)).status, 200)
  })
}

test('what was written is in the log up to 1 MB, and the server keeps little of a flood', async () => {
  for (const name of ['floods', 'floodsWithLines']) {
    const { items } = await api.call('GET', `/functions/${name}/logs?limit=1`)
    const { lines } = items[0]
    assert.match(lines.at(-1).text, /more output than 1 MB/)
    assert.ok(lines.length < 20_000)
    assert.ok(lines.reduce((sum: number, { text }: { text: string }) => sum + text.length, 0) < 2e6)
  }
  if (process.platform !== 'linux') return
  const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024
  assert.ok(resident < 700, `${resident} MB`)
})

test('an endless loop ends at the limit of time, and others are called meanwhile', async () => {
  const looping = callFunction(server, 'loops')
  const first = await callFunction(server, 'ok')
  assert.ok('result' in first)
  const outcome = await looping
  assert.ok('code' in outcome && outcome.code === 'FUNCTIONS_TIME_LIMIT_EXCEEDED')
})

test('one that fills its memory little by little over calls gets a new process, and no caller of it is let down twice', async () => {
  const pids = new Set<unknown>()
  for (let n = 0; n < 12; n++) pids.add(await resultOf(server, 'grows'))
  assert.ok([...pids].filter(Number.isInteger).length >= 3, [...pids].join(' '))
})

test('what goes wrong after the answer does not fail the calls that come next', async () => {
  for (const name of ['rejectsLate', 'exitsLate']) {
    const numbers = Array.from({ length: 40 }, (_, n) => n)
    const results: unknown[] = []
    // One after the other, so that each may meet the end of the process.
    for (const n of numbers) results.push(await resultOf(server, name, { n: n % 2 === 0 ? n : 1 }))
    const failed = results.filter((result) => typeof result === 'string')
    // A call that has begun ends with its process; one that has not is made elsewhere.
    assert.ok(failed.length <= 20, `${name}: ${failed.length} failed`)
    assert.ok(results.filter((result) => result === 1).length >= 10, `${name}: ${results.join(' ')}`)
  }
  assert.equal(await resultOf(server, 'loopsAtExit'), 1)
  await eventually('a process that does not end is ended', async () => {
    const { instances } = await api.call('GET', '/functions/loopsAtExit')
    return instances.length === 0
  })
})

test('a function that leaves its folder alone is as it was', async () => {
  assert.equal(readFileSync(`${project.root}/writesBeside/index.js`, 'utf8'), CLUMSY.writesBeside?.[0])
})

test('names that are none, and very long ones', async () => {
  for (const name of [
    '__proto__',
    'constructor',
    'toString',
    '../ok',
    'ok/../ok',
    'OK',
    'ok ',
    'x'.repeat(10_000),
    '云',
  ]) {
    assert.equal(await resultOf(server, name), 'FUNCTION_NOT_FOUND', name.slice(0, 20))
    const { status } = await send(`${server.url}/v1/functions/${encodeURIComponent(name)}`, {
      method: 'POST',
      body: '{}',
    })
    assert.ok(status === 404 || status === 400 || status === 414, `${name.slice(0, 20)} ${status}`)
  }
})

test('large, long and deep data', async () => {
  assert.equal(await resultOf(server, 'count', { list: new Array(1_000_000).fill(1) }), 1_000_000)
  assert.equal(await resultOf(server, 'count', { text: 'x'.repeat(6 * 1024 * 1024 - 100) }), 6 * 1024 * 1024 - 100)
  assert.equal(await resultOf(server, 'count', { text: 'x'.repeat(10e6) }), 'EXCEED_REQUEST_SIZE_LIMIT')
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  for (const request_data of [deep, `{"a":${deep}}`, '{', 'nope', '{"a":1}x']) {
    const body = actionBody(server, undefined, 'functions.invokeFunction', { function_name: 'ok', request_data })
    const { status, text } = await send(`${server.url}/web?env=${server.env}`, { method: 'POST', body })
    const { code } = JSON.parse(text)
    assert.equal(status, 200)
    assert.ok(
      code === undefined || ['INVALID_PARAM', FAIL, 'EXCEED_REQUEST_SIZE_LIMIT'].includes(code),
      `${request_data.slice(0, 9)} ${code}`,
    )
    const direct = await send(`${server.url}/v1/functions/ok`, { method: 'POST', body: request_data })
    assert.ok(direct.status < 500 || direct.text.includes('FUNCTION'), `${direct.status} ${direct.text}`)
  }
  assert.ok('result' in (await callFunction(server, 'ok')))
})

test('the log has no control characters and no fault of the server', () => {
  assert.equal(server.log().includes('\u001b'), false)
  const faults = server
    .log()
    .split('\n')
    .filter((line) => /"level":(?:50|60)|SYS_ERR|uncaught/.test(line))
  assert.deepEqual(faults, [])
})
