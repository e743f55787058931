import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { failed, kitError } from './errors.ts'
import { persist, retryDelay } from './retry.ts'

test('the delay doubles, is spread over its upper half, and is bounded', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((tries) => retryDelay(tries, 1000, 1)),
    [1000, 2000, 4000, 8000],
  )
  assert.equal(retryDelay(1, 1000, 0), 500)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 60_000 }), (tries, first) => {
      const delay = retryDelay(tries, first)
      assert.ok(delay >= 0 && delay <= 30_000)
    }),
  )
})

test('a small call is tried three times after transient errors, once after others', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const outcomes = async (...codes: ('NETWORK_ERROR' | 'INVALID_PARAM' | 'ok')[]) => {
    let calls = 0
    const done = persist(async () => {
      const code = codes[calls] ?? 'ok'
      calls += 1
      return code === 'ok' ? { ok: true as const } : failed(kitError(code, 'm'))
    })
    for (let turn = 0; turn < 50; turn += 1) {
      await Promise.resolve()
      t.mock.timers.tick(1000)
    }
    return [(await done).ok, calls]
  }
  assert.deepEqual(await outcomes('NETWORK_ERROR', 'ok'), [true, 2])
  assert.deepEqual(await outcomes('NETWORK_ERROR', 'NETWORK_ERROR', 'NETWORK_ERROR'), [false, 3])
  assert.deepEqual(await outcomes('INVALID_PARAM'), [false, 1])
})
