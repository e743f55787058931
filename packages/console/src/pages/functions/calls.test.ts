import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FunctionCall, FunctionLogLine } from '@cloudstead/admin-api'
import { addEvent, addListed, type CallFilter, MAX_CALLS, NO_CALLS } from './calls.ts'

const ALL: CallFilter = { failed: false, search: '' }
const line = (text: string, time = 1): FunctionLogLine => ({ time, stream: 'stdout', text })
const call = (requestId: string, startedAt: number, more: Partial<FunctionCall> = {}): FunctionCall => ({
  requestId,
  function: 'hello',
  trigger: 'sdk',
  caller: 'nobody',
  startedAt,
  durationMs: 1,
  status: 'ok',
  cold: false,
  memoryMB: 40,
  lines: [],
  ...more,
})
const written = (requestId: string, text: string) => ({ line: { function: 'hello', requestId, line: line(text) } })
const ids = (calls: ReturnType<typeof addListed>) => calls.ended.map(({ call: { requestId } }) => requestId)

test('calls are listed newest first, and each of them once', () => {
  const listed = addListed(NO_CALLS, [call('b', 2), call('a', 1)])
  const twice = addListed(listed, [call('c', 3), call('b', 2)])
  assert.deepEqual(ids(twice), ['c', 'b', 'a'])
  assert.equal(addListed(twice, [call('a', 1)]), twice)
  assert.deepEqual(ids(addListed(twice, [call('a', 9)])), ['a', 'c', 'b', 'a'], 'a client may use an id twice')
})

test('lines make a running call, which leaves when the call has ended', () => {
  const first = addEvent(NO_CALLS, written('a', 'one'), ALL)
  const second = addEvent(first, written('a', 'two'), ALL)
  assert.deepEqual(
    second.running.map(({ requestId, lines }) => [requestId, lines.map(({ text }) => text)]),
    [['a', ['one', 'two']]],
  )
  const ended = addEvent(second, { call: call('a', 1, { lines: [line('one'), line('two')] }) }, ALL)
  assert.deepEqual([ids(ended), ended.running], [['a'], []])
  const late = addEvent(ended, written('a', 'three'), ALL)
  assert.deepEqual(
    late.ended[0]?.call.lines.map(({ text }) => text),
    ['one', 'two', 'three'],
  )
  assert.equal(late.running.length, 0)
  assert.equal(addEvent(late, {}, ALL), late)
  assert.equal(addEvent(late, { line: { function: 'hello', line: line('of no call') } }, ALL), late)
})

test('a call that does not pass the filter is not listed', () => {
  const running = addEvent(NO_CALLS, written('a', 'one'), ALL)
  const filtered = addEvent(running, { call: call('a', 1) }, { failed: true, search: '' })
  assert.deepEqual([ids(filtered), filtered.running], [[], []])
  const failed = call('b', 2, { status: 'FUNCTIONS_EXECUTE_FAIL', error: { name: 'Error', message: 'No Money' } })
  const of = (search: string) => ids(addEvent(NO_CALLS, { call: failed }, { failed: true, search })).length
  assert.deepEqual(['money', 'execute', 'nobody', 'B', 'else'].map(of), [1, 1, 1, 1, 0])
})

test('the page keeps the last calls, and no more than some megabytes of lines', () => {
  const many = Array.from({ length: MAX_CALLS + 5 }, (_, n) => call(`c${n}`, 1_000 - n))
  assert.equal(addListed(NO_CALLS, many).ended.length, MAX_CALLS)
  const large = Array.from({ length: 10 }, (_, n) => call(`c${n}`, 1_000 - n, { lines: [line('x'.repeat(1_000_000))] }))
  assert.deepEqual(
    addListed(NO_CALLS, large).ended.map(({ call: { lines } }) => lines.length),
    [1, 1, 1, 1, 1, 1, 1, 1, 0, 0],
  )
})
