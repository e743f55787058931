import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { type BackgroundOptions, startBackground } from './background.ts'

describe('the periodic work', () => {
  let done: string[]
  let lines: string[]
  let clockIsRight: boolean

  beforeEach(() => {
    done = []
    lines = []
    clockIsRight = true
    mock.timers.enable({ apis: ['setTimeout'] })
  })
  afterEach(() => mock.timers.reset())

  function start(own: Partial<BackgroundOptions> = {}) {
    const chore = (name: string) => async () => {
      done.push(name)
      return 0
    }
    const quiet = (name: string) => async () => void done.push(name)
    const log = pino({ base: null }, { write: (line: string) => void lines.push(line) })
    return startBackground({
      storage: {
        settle: quiet('index'),
        removeUnfinished: quiet('unfinished'),
        sweep: chore('orphans'),
        emptyTrash: chore('trash'),
      },
      auth: { sweep: chore('sessions'), users: { settle: quiet('users') } } as unknown as BackgroundOptions['auth'],
      access: { sweep: chore('console') },
      nodes: { sweep: chore('nodes'), clockIsRight: () => clockIsRight },
      leases: { run: (_name, signal, work) => work(signal) },
      log,
      ...own,
    })
  }

  async function pass(ms: number): Promise<void> {
    for (let turns = 0; turns < 20; turns += 1) await turn()
    mock.timers.tick(ms)
    for (let turns = 0; turns < 20; turns += 1) await turn()
  }

  test('is done at once, the trash every few seconds, and the rest every hour', async () => {
    const background = start()
    await pass(0)
    assert.deepEqual(done.toSorted(), [
      ...['console', 'index', 'nodes', 'orphans', 'sessions', 'trash', 'unfinished', 'users'],
    ])
    done = []
    await pass(5_000)
    assert.deepEqual(done, ['trash'])
    await pass(60 * 60_000)
    assert.equal(done.filter((name) => name === 'sessions').length, 1)
    await background.stop()
  })

  test('goes on when a part of it fails again and again, which is logged once', async () => {
    const fails = () => Promise.reject(new Error('not allowed'))
    const background = start({
      storage: { settle: async () => {}, removeUnfinished: fails, sweep: fails, emptyTrash: async () => 2 },
    })
    await pass(0)
    await pass(60 * 60_000)
    assert.ok(done.includes('sessions') && done.includes('console') && done.includes('nodes'))
    assert.equal(lines.filter((line) => line.includes('removing unfinished uploads failed')).length, 1)
    assert.ok(
      lines.some((line) => line.includes('removing the bytes of deleted files') && line.includes('"removed":2')),
    )
    await background.stop()
  })

  test('removes no bytes while the clock is wrong', async () => {
    clockIsRight = false
    const background = start()
    await pass(0)
    assert.ok(!done.includes('trash') && !done.includes('orphans') && done.includes('sessions'))
    clockIsRight = true
    await pass(5_000)
    assert.ok(done.includes('trash'))
    await background.stop()
  })
})
