import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { CONFLICT, retryOnConflict } from './retry.ts'

const exhausted = () => new Error('too many writers')

describe('the optimistic loop', () => {
  test('ends with the first result that is no conflict, whatever it is', async () => {
    for (const result of ['done', undefined, false, null, 0]) {
      const attempt = mock.fn(async () => (attempt.mock.callCount() < 3 ? CONFLICT : result))
      assert.equal(await retryOnConflict(attempt, { exhausted }), result)
      assert.equal(attempt.mock.callCount(), 4)
    }
  })

  test('knows the type of the result', async () => {
    const text: string = await retryOnConflict(async () => (Math.random() < 2 ? 'text' : CONFLICT), { exhausted })
    assert.equal(text, 'text')
    const nothing: undefined = await retryOnConflict(async () => (Math.random() > 2 ? CONFLICT : undefined), {
      exhausted,
    })
    assert.equal(nothing, undefined)
  })

  test('gives up after as many attempts as it may make, with the error of the caller', async () => {
    const attempt = mock.fn(async () => CONFLICT)
    await assert.rejects(retryOnConflict(attempt, { exhausted, attempts: 3 }), /too many writers/)
    assert.equal(attempt.mock.callCount(), 3)
    await assert.rejects(retryOnConflict(attempt, { exhausted }), /too many writers/)
    assert.equal(attempt.mock.callCount(), 3 + 64)
  })

  test('rejects at once with what an attempt throws', async () => {
    const attempt = mock.fn(async () => {
      throw new TypeError('no right to write')
    })
    await assert.rejects(retryOnConflict(attempt, { exhausted }), TypeError)
    assert.equal(attempt.mock.callCount(), 1)
  })

  test('never runs two attempts at once, and lets others run between them', async () => {
    let running = 0
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 0)
    await retryOnConflict(
      async () => {
        running += 1
        assert.equal(running, 1)
        await Promise.resolve()
        running -= 1
        return turns > 2 ? undefined : CONFLICT
      },
      { exhausted },
    )
    clearInterval(timer)
  })
})
