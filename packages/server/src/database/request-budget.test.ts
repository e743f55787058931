import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import { RequestBudget } from './request-budget.ts'

/** A clock of the processor, in ms. */
function processor(t: { after(done: () => void): void }) {
  const clock = { now: 0 }
  mock.method(process, 'threadCpuUsage', (since?: NodeJS.CpuUsage) => ({
    user: clock.now * 1000 - (since?.user ?? 0),
    system: 0,
  }))
  t.after(() => mock.restoreAll())
  return clock
}

const failed = (message: RegExp) => (error: unknown) =>
  error instanceof CloudsteadError && error.code === 'DATABASE_REQUEST_FAILED' && message.test(error.message)

describe('a request budget', () => {
  it('ends a request that has used the processor for too long in all', async (t) => {
    const clock = processor(t)
    const budget = new RequestBudget()
    await budget.pause()
    for (let round = 0; round < 19; round += 1) {
      clock.now += 1000
      await budget.pause()
    }
    clock.now += 1001
    await assert.rejects(budget.pause(), failed(/takes too long/))
  })

  it('does not count what others do', async (t) => {
    const clock = processor(t)
    const budget = new RequestBudget()
    await budget.pause()
    for (let round = 0; round < 100; round += 1) {
      clock.now += 100
      budget.suspend()
      clock.now += 5000
      budget.resume()
      await budget.pause()
    }
  })

  it('ends a request after a time by the clock, unless it is not timed', async (t) => {
    processor(t)
    let now = performance.now()
    mock.method(performance, 'now', () => now)
    const [timed, streaming] = [new RequestBudget(), new RequestBudget({ timed: false })]
    now += 59_000
    await timed.pause()
    now += 2000
    await assert.rejects(timed.pause(), failed(/takes too long/))
    await streaming.pause()
  })

  it('ends a step that takes the processor longer than its cost says', (t) => {
    const clock = processor(t)
    const budget = new RequestBudget()
    budget.spend(300_000)
    clock.now += 140
    budget.spend(300_000)
    clock.now += 20
    assert.throws(() => budget.spend(300_000), failed(/too costly/))
    budget.nextStep()
    budget.spend(300_000)
  })
})
