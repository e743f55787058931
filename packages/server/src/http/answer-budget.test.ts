import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toCloudsteadError } from '@cloudstead/protocol'
import { createAnswerBudget } from './answer-budget.ts'

const openBudget = () => createAnswerBudget({ totalBytes: 20, knownBytes: 10 })
const ignore = () => {}

/** The code of the error with which a wait ends; undefined when it ends with room. */
async function codeOf(wait: Promise<void> | undefined): Promise<string | undefined> {
  try {
    await wait
    return undefined
  } catch (error) {
    return toCloudsteadError(error).code
  }
}

describe('an answer budget', { concurrency: true }, () => {
  it('has room at once while it lasts, and for growing answers', () => {
    const budget = openBudget()
    const [one, two] = [budget.open(false, ignore), budget.open(false, ignore)]
    assert.deepEqual([one.hold(4), two.hold(4), one.hold(6), one.hold(5)], [undefined, undefined, undefined, undefined])
  })

  it('gives room that others release in order', async () => {
    const budget = openBudget()
    const holds = Array.from({ length: 4 }, () => budget.open(false, ignore))
    const order: number[] = []
    const waits = holds.map((hold, at) => hold.hold(8)?.then(() => order.push(at)))
    assert.equal(waits[0], undefined)
    assert.equal(budget.open(false, ignore).has(1), false, 'others wait')
    for (const at of [0, 1, 2]) {
      holds[at]?.release()
      await waits[at + 1]
    }
    assert.deepEqual(order, [1, 2, 3])
    const late = budget.open(false, ignore)
    assert.deepEqual([late.has(2), late.has(3)], [true, false])
  })

  it('keeps room for known callers', async () => {
    const budget = openBudget()
    const stranger = budget.open(false, ignore)
    assert.equal(stranger.hold(10), undefined)
    const waiting = budget.open(false, ignore).hold(1)
    assert.notEqual(waiting, undefined)
    assert.equal(budget.open(true, ignore).hold(10), undefined)
    stranger.release()
    assert.equal(await codeOf(waiting), undefined)
  })

  it('lets a single answer of a kind be larger than all', async () => {
    const budget = openBudget()
    assert.equal(budget.open(false, ignore).hold(50), undefined)
    assert.equal(budget.open(true, ignore).hold(50), undefined)
    assert.equal(await codeOf(budget.open(true, ignore).hold(1)), 'SERVER_BUSY')
  })

  it('refuses who would wait for others that wait', async () => {
    const budget = openBudget()
    const [one, two] = [budget.open(false, ignore), budget.open(false, ignore)]
    assert.deepEqual([one.hold(5), two.hold(5)], [undefined, undefined])
    const first = one.hold(8)
    assert.equal(await codeOf(two.hold(8)), 'SERVER_BUSY')
    two.release()
    assert.equal(await codeOf(first), undefined)
  })

  it('gives room first to those that have some', async () => {
    const budget = openBudget()
    const [one, two, late] = [budget.open(false, ignore), budget.open(false, ignore), budget.open(false, ignore)]
    assert.deepEqual([one.hold(4), two.hold(4)], [undefined, undefined])
    const order: string[] = []
    const waits = [late.hold(9)?.then(() => order.push('late')), one.hold(9)?.then(() => order.push('one'))]
    two.release()
    await waits[1]
    one.release()
    await waits[0]
    assert.deepEqual(order, ['one', 'late'])
  })

  it('refuses who waits too long, or has gone', async () => {
    const budget = openBudget()
    const slow = budget.open(false, ignore)
    assert.equal(slow.hold(10), undefined)
    const gone = budget.open(false, ignore)
    const waits = [gone.hold(1), budget.open(false, ignore).hold(1)]
    gone.abandon()
    assert.deepEqual(await Promise.all(waits.map(codeOf)), ['SERVER_BUSY', 'SERVER_BUSY'])
    assert.equal(await codeOf(gone.hold(1)), 'SERVER_BUSY')
    // It still counts: what it holds is in memory.
    slow.abandon()
    assert.equal(await codeOf(budget.open(false, ignore).hold(1)), 'SERVER_BUSY')
  })

  it('disconnects a client that does not read when another answer needs its room', async () => {
    const budget = openBudget()
    const disconnected: string[] = []
    const reading = budget.open(false, () => disconnected.push('reading'))
    const unread = budget.open(false, () => disconnected.push('unread'))
    const administrator = budget.open(true, () => disconnected.push('administrator'))
    for (const hold of [administrator, unread, reading]) {
      assert.equal(hold.hold(5), undefined)
      hold.send(5)
    }
    const timer = setInterval(reading.read, 100)
    assert.equal(await codeOf(budget.open(false, ignore).hold(5)), undefined)
    clearInterval(timer)
    assert.deepEqual(disconnected, ['unread'])
  })
})
