/** However a server ends, calls that run may end when there is time, and no process and no directory of its functions is left. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { callFunction, resultOf } from './support/call-function.ts'
import { functionProject } from './support/function-project.ts'
import { descendantsOf, isRunning } from './support/processes.ts'
import { startServer } from './support/server.ts'
import { eventually } from './support/until.ts'

/** Nothing of a server that was killed may be left after this time. */
const LEFT_MS = 2000
const CALL_MS = 700

const project = await functionProject({
  'cloudfunctions/pid/index.js': 'exports.main = () => process.pid',
  'cloudfunctions/waits/index.js': `exports.main = async () => { console.log('waits'); await new Promise((done) => setTimeout(done, ${CALL_MS})); return 1 }`,
  'cloudfunctions/slow/index.js': `exports.main = async () => { console.log('begun'); await new Promise((done) => setTimeout(done, ${CALL_MS})); return process.pid }`,
  'cloudfunctions/loops/index.js': 'exports.main = () => { console.log("begun"); for (;;); }',
  'cloudfunctions/starts/index.js': `exports.main = () => {
    const { spawn } = require('child_process')
    return [spawn('sleep', ['300'], { stdio: 'inherit' }).pid, spawn('sh', ['-c', 'sleep 300 & wait']).pid]
  }`,
  'cloudfunctions/leaves/index.js': `exports.main = () => {
    const child = require('child_process').spawn('sleep', ['20'], { stdio: 'inherit', detached: true })
    child.unref()
    return child.pid
  }`,
  'cloudfunctions/writes/index.js':
    'exports.main = async () => { const cloud = require("@cloudbase/node-sdk").init({ env: process.env.TCB_ENV }); console.log("begun"); await new Promise((done) => setTimeout(done, 500)); const { id } = await cloud.database().collection("orders").add({ a: 1 }); return typeof id }',
})
symlinkSync(join(import.meta.dirname, '../node_modules'), join(dirname(project.root), 'node_modules'))

const functions = {
  rules: { '*': { invoke: true } },
  defaults: { timeout: 10 },
  http: { '/slow': 'slow' },
  settings: {
    starts: { allow: ['child-process'] },
    leaves: { allow: ['child-process'] },
    slow: { triggers: [{ name: 'often', type: 'timer', config: '* * * * * * *' }] },
  },
}
const config = { functions, database: { collections: { orders: { acl: 'PRIVATE' } } } }

/** A server whose temporary directories are in one of its own. */
async function begin(t: TestContext, args: readonly string[] = []) {
  const temporary = mkdtempSync(join(tmpdir(), 'cloudstead-stop-'))
  after(() => rmSync(temporary, { recursive: true, force: true }))
  const server = await startServer({
    config,
    args: ['--functions', project.root, '--log-level', 'debug', ...args],
    variables: { TMPDIR: temporary },
  })
  t.after(() => server.kill())
  return { server, left: () => readdirSync(temporary) }
}

test('SIGTERM lets calls by SDKs, by HTTP and by timers end, with what they ask of the server', async (t) => {
  const { server, left } = await begin(t)
  const begun = () => server.log().split('"begun"').length - 1
  await eventually('a timer has begun', () => begun() >= 1)
  const asked = [callFunction(server, 'writes'), callFunction(server, 'slow'), fetch(`${server.url}/fn/slow`)] as const
  await eventually('all have begun', () => begun() >= 4)
  const processes = descendantsOf(server.pid)
  assert.equal(await server.stop(), 0)
  const [written, called, fetched] = await Promise.all(asked)
  assert.deepEqual(written, { result: 'string' })
  assert.ok('result' in called)
  assert.equal(fetched.status, 200)
  const timers = server
    .log()
    .split('\n')
    .filter((line) => line.includes('"trigger":"timer"'))
  assert.ok(timers.length > 0 && timers.every((line) => line.includes('"status":"ok"')), timers.join('\n'))
  assert.deepEqual(processes.filter(isRunning), [])
  assert.deepEqual(left(), [])
})

test('a signal to all processes of a service, as Ctrl-C and service managers send it, ends none of them early', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { server, left } = await begin(t)
    const called = callFunction(server, 'waits')
    await eventually('it has begun', () => server.log().includes('"waits"}'))
    const processes = descendantsOf(server.pid)
    for (const pid of [...processes, server.pid]) process.kill(pid, signal)
    assert.ok('result' in (await called))
    await eventually('all have ended', () => ![...processes, server.pid].some(isRunning))
    assert.deepEqual(left(), [])
  }
})

test('after a kill, instances that idle, that loop, and what they have started end within two seconds', async (t) => {
  const { server, left } = await begin(t)
  const pids = [await resultOf(server, 'pid'), ...((await resultOf(server, 'starts')) as number[])] as number[]
  callFunction(server, 'loops').catch(() => {})
  await eventually('it loops', () => server.log().includes('"begun"'))
  const processes = [...new Set([...descendantsOf(server.pid), ...pids])]
  assert.ok(processes.length >= 5, String(processes))
  await server.kill()
  await eventually('none is left', () => !processes.some(isRunning) && left().length === 0, LEFT_MS)
})

test('what an instance has started ends with it, and what has left it does not keep the server', async (t) => {
  const { server, left } = await begin(t)
  const pids = (await resultOf(server, 'starts')) as number[]
  const leaver = (await resultOf(server, 'leaves')) as number
  t.after(() => process.kill(leaver, 'SIGKILL'))
  assert.deepEqual(pids.map(isRunning), [true, true])
  assert.equal(await server.stop(), 0)
  assert.deepEqual(pids.map(isRunning), [false, false])
  assert.deepEqual(left(), [])
})

test('workers have functions of their own, whose requests come back to them; none outlives them', async (t) => {
  const { server, left } = await begin(t, ['--workers', '2'])
  const pids = new Set(await Promise.all(Array.from({ length: 12 }, () => resultOf(server, 'pid'))))
  assert.ok([...pids].every(Number.isInteger), [...pids].join(' '))
  const written = await Promise.all(Array.from({ length: 6 }, () => resultOf(server, 'writes')))
  assert.deepEqual(new Set(written), new Set(['string']))
  const first = descendantsOf(server.pid)
  const worker = first.find((pid) => descendantsOf(pid).length > 0) ?? 0
  const below = descendantsOf(worker)
  process.kill(worker, 'SIGKILL')
  await eventually('nothing of the worker is left', () => !below.some(isRunning), LEFT_MS)
  await eventually('it is replaced', async () => Number.isInteger(await resultOf(server, 'pid').catch(() => undefined)))
  await delay(100)
  const processes = descendantsOf(server.pid)
  await server.kill()
  await eventually('none is left', () => !processes.some(isRunning) && left().length === 0, LEFT_MS)
})
