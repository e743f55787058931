import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedSync } from './shared-sync.ts'

test('a call during a sync waits for the next one, which serves all that came meanwhile', () => {
  const syncs: ((error: Error | null) => void)[] = []
  const call = sharedSync((done) => syncs.push(done))
  const served: string[] = []
  call(() => served.push('first'))
  call(() => served.push('second'))
  call(() => served.push('third'))
  assert.equal(syncs.length, 1)
  syncs[0]?.(null)
  assert.deepEqual(served, ['first'])
  assert.equal(syncs.length, 2)
  syncs[1]?.(null)
  assert.deepEqual(served, ['first', 'second', 'third'])
  assert.equal(syncs.length, 2)
})

test('an error reaches those that the sync served, and no others', () => {
  const syncs: ((error: Error | null) => void)[] = []
  const call = sharedSync((done) => syncs.push(done))
  const errors: (Error | null)[] = []
  call((error) => errors.push(error))
  call((error) => errors.push(error))
  const broken = new Error('the disk is full')
  syncs[0]?.(broken)
  syncs[1]?.(null)
  assert.deepEqual(errors, [broken, null])
})
