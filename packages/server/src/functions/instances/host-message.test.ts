import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostMessageOf } from './host-message.ts'

const ENDED = { call: 1, files: [], marked: false }

test('messages of the host pass', () => {
  const error = { name: 'TypeError', message: 'no', stack: 'at x' }
  for (const message of [
    { type: 'loaded', files: ['/a/index.js'] },
    { type: 'not-loaded', error },
    { type: 'uncaught', error: { name: 'Error', message: '' } },
    { type: 'memory', bytes: 5 },
    { type: 'left', call: 3 },
    { type: 'result', result: '{}', ...ENDED },
    { type: 'thrown', error, ...ENDED },
    { type: 'too-large', bytes: 7, ...ENDED },
    { type: 'bad-event', ...ENDED, files: ['/a/b.js'], marked: true },
  ]) {
    assert.deepEqual(hostMessageOf(message), message)
  }
})

test('whatever else a function may write is none, or is made harmless', () => {
  for (const value of [
    null,
    1,
    'result',
    [],
    {},
    { type: 'x' },
    { type: ['loaded'] },
    { type: 'result', result: 7, ...ENDED },
    { type: 'result', result: '{}' },
    { type: 'result', result: '{}', call: '1' },
    { type: 'memory', bytes: '9' },
    { type: 'too-large', ...ENDED },
    { cmd: 'NODE_HANDLE_ACK' },
  ]) {
    assert.equal(hostMessageOf(value), undefined, JSON.stringify(value))
  }
  assert.deepEqual(hostMessageOf({ type: 'loaded', files: null }), { type: 'loaded', files: [] })
  assert.deepEqual(hostMessageOf({ type: 'loaded', files: [1, 'a\0', '/b'] }), { type: 'loaded', files: ['/b'] })
  assert.deepEqual(hostMessageOf({ type: 'uncaught', error: { name: 1, message: [], stack: {} } }), {
    type: 'uncaught',
    error: { name: 'Error', message: '' },
  })
  const long = hostMessageOf({ type: 'uncaught', error: { message: 'x'.repeat(1_000_000) } })
  assert.ok(long?.type === 'uncaught' && long.error.message.length < 20_000)
})
