/** Timers: on the second, one run at a time, changed while the server runs, and of all processes on one data directory only one runs them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { consoleApi } from './support/console-api.ts'
import { functionProject } from './support/function-project.ts'
import { serverForFile, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'

const MINUTE_MS = 60_000
/** Most runs begin so soon in their second, also on a busy machine. */
const SOON_MS = 500
const timer = (name: string, config: string) => ({ name, type: 'timer', config })
const EVERY_SECOND = '* * * * * * *'
const NEVER = '0 0 0 1 1 * 2098'

const MANY = Array.from({ length: 1000 }, (_, n) => `many${n}`)
const project = await functionProject({
  'cloudfunctions/tick/index.js':
    'exports.main = ({ Type, TriggerName, Time }) => ({ Type, TriggerName, Time, at: Date.now(), log: console.log("at " + Date.now()) })',
  'cloudfunctions/tick/config.json': JSON.stringify({ triggers: [timer('seconds', EVERY_SECOND)] }),
  'cloudfunctions/slow/index.js': 'exports.main = () => new Promise((done) => setTimeout(done, 2500))',
  'cloudfunctions/slow/config.json': JSON.stringify({ triggers: [timer('slow', EVERY_SECOND)] }),
  'cloudfunctions/loops/index.js': 'exports.main = () => { for (;;); }',
  'cloudfunctions/daily/index.js': 'exports.main = () => 1',
  'cloudfunctions/daily/config.json': JSON.stringify({ triggers: [timer('daily', '0 30 9 * * * *')] }),
  ...Object.fromEntries(
    MANY.flatMap((name) => [
      [`cloudfunctions/${name}/index.js`, 'exports.main = () => 1'],
      [`cloudfunctions/${name}/config.json`, JSON.stringify({ triggers: [timer('never', NEVER)] })],
    ]),
  ),
})
const functions = { root: project.root, defaults: { timeout: 5 } }
const server = await serverForFile({ config: { functions } })
const api = consoleApi(server, await server.apiKey())

interface Call {
  readonly timer?: string
  readonly trigger: string
  readonly startedAt: number
  readonly durationMs: number
  readonly status: string
  readonly lines: readonly { readonly text: string }[]
}

const callsOf = async (name: string): Promise<readonly Call[]> =>
  (await api.call('GET', `/functions/${name}/logs?limit=100`)).items
const configure = (name: string, ...triggers: object[]) =>
  project.write(`cloudfunctions/${name}/config.json`, JSON.stringify({ triggers }))

test('a timer runs in the second that it names, each once', async () => {
  await eventually('it has run a few times', async () => (await callsOf('tick')).length >= 4)
  const calls = (await callsOf('tick')).toReversed()
  for (const { trigger, timer: name, status } of calls) {
    assert.deepEqual([trigger, name, status], ['timer', 'seconds', 'ok'])
  }
  const late = calls.map(({ startedAt }) => startedAt % 1000).toSorted((a, b) => a - b)
  assert.ok((late[Math.floor(late.length / 2)] ?? SOON_MS) < SOON_MS, late.join(' '))
  const seconds = calls.map(({ startedAt }) => Math.floor(startedAt / 1000))
  // A stall of the machine can move one run into the second of the next.
  assert.ok(new Set(seconds).size >= seconds.length - 1, seconds.join(' '))
})

test('a run that is still going lets the next ones be skipped, with a line in the log', async () => {
  await eventually('it has run twice', async () => (await callsOf('slow')).length >= 2)
  const [newest, former] = await callsOf('slow')
  assert.ok(newest !== undefined && former !== undefined && newest.startedAt >= former.startedAt + former.durationMs)
  assert.match(server.log(), /"function":"slow"[^\n]*a timer is skipped, because its last run has not ended/)
})

test('the next run is told in UTC+8, without daylight saving time', async () => {
  const { function: daily } = await api.call('GET', '/functions/daily')
  const next = new Date(daily.triggers[0].next)
  assert.deepEqual([next.getUTCHours(), next.getUTCMinutes(), next.getUTCSeconds()], [1, 30, 0])
})

test('a thousand timers cost next to nothing', { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
  await configure('slow')
  await configure('tick')
  await delay(1000)
  const before = processorMs(server.pid)
  await delay(2000)
  const used = (processorMs(server.pid) - before) / 2000
  assert.ok(used < 0.25, `${Math.round(used * 100)} % of a core`)
})

test('an edited timer is in effect, an invalid one is reported, and timers: false stops all', async () => {
  const count = async () => (await callsOf('tick')).length
  await configure('tick', timer('again', EVERY_SECOND))
  await eventually('the new one runs', async () => (await callsOf('tick'))[0]?.timer === 'again')
  await configure('tick', timer('again', 'every second'))
  await eventually('it is reported', () => /functions: tick: [^\n]*cron/.test(server.log()))
  const stopped = await count()
  await delay(1500)
  assert.ok((await count()) <= stopped + 1)
  await configure('tick', timer('again', EVERY_SECOND))
  const before = await count()
  await eventually('it runs again', async () => (await count()) > before)
  await server.writeConfig({ functions: { ...functions, timers: false } })
  await delay(1500)
  const off = await count()
  await delay(1500)
  assert.equal(await count(), off)
  await server.writeConfig({ functions })
  await eventually('it runs once more', async () => (await count()) > off)
})

test('a run that fails or takes too long is in the log, and the next one comes', async () => {
  await server.writeConfig({
    functions: { ...functions, settings: { loops: { timeout: 1, triggers: [timer('loops', EVERY_SECOND)] } } },
  })
  await eventually('it has failed twice', async () => (await callsOf('loops')).length >= 2)
  assert.ok((await callsOf('loops')).every(({ status }) => status === 'FUNCTIONS_TIME_LIMIT_EXCEEDED'))
  await server.writeConfig({ functions })
})

test('of several processes on one data directory, one runs the timers', async (t) => {
  const one = await functionProject({
    'cloudfunctions/tick/index.js': 'exports.main = () => 1',
    'cloudfunctions/tick/config.json': JSON.stringify({ triggers: [timer('seconds', EVERY_SECOND)] }),
  })
  const several = await startServer({
    config: {},
    args: ['--functions', one.root, '--workers', '2', '--log-level', 'debug'],
  })
  t.after(() => several.stop())
  const runs = () =>
    several
      .log()
      .split('\n')
      .filter((line) => line.includes('"trigger":"timer"'))
      .map((line) => JSON.parse(line) as { startedAt: number; pid?: number })
  await eventually('it has run four times', () => runs().length >= 4, MINUTE_MS)
  const seconds = runs().map(({ startedAt }) => Math.floor(startedAt / 1000))
  assert.ok(new Set(seconds).size >= seconds.length - 1, seconds.join(' '))
})

/** Time of the processor that a process has used. */
function processorMs(pid: number): number {
  const text = readFileSync(join('/proc', String(pid), 'stat'), 'latin1')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
