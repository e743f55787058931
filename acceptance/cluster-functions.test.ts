/** Functions of several servers on one database: timers run once, and a stopped server leaves them to another at once. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resultOf } from './support/call-function.ts'
import { startServers } from './support/cluster.ts'
import { projectForFile } from './support/functions.ts'
import { lacksPostgres } from './support/postgres.ts'
import type { RunningServer } from './support/server.ts'
import { eventually } from './support/until.ts'

const project = await projectForFile({
  'cloudfunctions/tick/index.js': 'exports.main = () => process.env.TCB_CONTEXT_CNFG',
  'cloudfunctions/tick/config.json': JSON.stringify({
    triggers: [{ name: 'seconds', type: 'timer', config: '* * * * * * *' }],
  }),
})

describe('functions of two servers', { skip: lacksPostgres() }, () => {
  test('each has its own, a timer runs on one, and on the other when that one stops', async (t) => {
    const cluster = await startServers({
      count: 2,
      config: { functions: { rules: { '*': { invoke: true } } } },
      args: ['--drain', '0', '--functions', project.root, '--log-level', 'debug'],
    })
    t.after(() => cluster.dispose())
    const [one, two] = cluster.nodes
    assert.ok(one && two)
    assert.notEqual(await resultOf(one, 'tick'), await resultOf(two, 'tick'))
    await eventually('the timer has run three times', () => runs(one).length + runs(two).length >= 3)
    const [holder, other] = runs(one).length > 0 ? [one, two] : [two, one]
    assert.deepEqual(runs(other), [])
    assert.equal(await holder.stop(), 0)
    await eventually('the other one goes on', () => runs(other).length >= 2)
    const seconds = [...runs(holder), ...runs(other)]
    // A stall of the machine can move one run into the second of the next.
    assert.ok(new Set(seconds).size >= seconds.length - 1, seconds.join(' '))
  })
})

/** The seconds in which a server has run the timer. */
function runs(server: RunningServer): readonly number[] {
  return server
    .log()
    .split('\n')
    .filter((line) => line.includes('"trigger":"timer"'))
    .map((line) => Math.floor((JSON.parse(line) as { startedAt: number }).startedAt / 1000))
}
