import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cancelSource, type Signal } from './signal.ts'

test('calls every listener once, and replaces an AbortSignal', () => {
  const source = cancelSource()
  const told: string[] = []
  source.signal.addEventListener('abort', () => told.push('a'))
  source.signal.addEventListener('abort', () => told.push('b'))
  assert.equal(source.signal.aborted, false)
  source.cancel()
  source.cancel()
  assert.equal(source.signal.aborted, true)
  assert.deepEqual(told, ['a', 'b'])
  const real: Signal = new AbortController().signal
  assert.equal(real.aborted, false)
})
