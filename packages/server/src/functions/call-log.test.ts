import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallRecord, LogLine } from './call.ts'
import { createCallLog, type LogEvent } from './call-log.ts'

function callOf(n: number, changes: Partial<CallRecord> = {}): CallRecord {
  return {
    requestId: `request-${n}`,
    function: 'fn',
    trigger: 'sdk',
    caller: 'mia',
    startedAt: n,
    durationMs: 1,
    status: 'ok',
    cold: false,
    memoryMB: 40,
    lines: [],
    ...changes,
  }
}

test('the newest 1,000 calls are kept, and all are counted', () => {
  const log = createCallLog()
  for (let n = 0; n < 1500; n++)
    log.add(callOf(n, { status: n % 3 === 0 ? 'FUNCTIONS_EXECUTE_FAIL' : 'ok', cold: n === 0 }))
  const all = log.list({ limit: 5000 })
  assert.equal(all.length, 1000)
  assert.deepEqual([all[0]?.startedAt, all.at(-1)?.startedAt], [1499, 500])
  assert.deepEqual(log.counts('fn'), { calls: 1500, errors: 500, coldStarts: 1 })
  assert.deepEqual(log.counts('__proto__'), { calls: 0, errors: 0, coldStarts: 0 })
})

test('calls are found by function, outcome, request and text', () => {
  const log = createCallLog()
  log.add(callOf(1, { lines: [{ time: 1, stream: 'stdout', text: 'Paid 12' }] }))
  log.add(
    callOf(2, { function: 'other', status: 'FUNCTIONS_EXECUTE_FAIL', error: { name: 'Error', message: 'no stock' } }),
  )
  const ids = (query: Parameters<typeof log.list>[0]) => log.list(query).map(({ startedAt }) => startedAt)
  assert.deepEqual(ids({ limit: 10 }), [2, 1])
  assert.deepEqual(ids({ limit: 1 }), [2])
  assert.deepEqual(ids({ limit: 10, function: 'fn' }), [1])
  assert.deepEqual(ids({ limit: 10, failed: true }), [2])
  assert.deepEqual(ids({ limit: 10, requestId: 'request-1' }), [1])
  assert.deepEqual(ids({ limit: 10, search: 'paid' }), [1])
  assert.deepEqual(ids({ limit: 10, search: 'STOCK' }), [2])
})

test('the lines of the oldest calls are forgotten when there are too many', () => {
  const log = createCallLog()
  for (let n = 0; n < 40; n++) {
    const line = { time: n, stream: 'stdout', text: 'x'.repeat(1024 * 1024) } as const
    log.publish({ type: 'line', function: 'fn', requestId: `request-${n}`, line })
    log.add(callOf(n, { lines: [line] }))
  }
  const kept = log.list({ limit: 100 }).filter(({ lines }) => lines.length > 0)
  assert.ok(kept.length >= 12 && kept.length <= 17, String(kept.length))
  assert.equal(kept[0]?.startedAt, 39)
})

test('lines that a call gets after its end count, and those of no call do not stay counted', () => {
  const log = createCallLog()
  const text = 'x'.repeat(1024 * 1024)
  const line = { time: 1, stream: 'stdout', text } as const
  for (let n = 0; n < 40; n++) {
    const lines: LogLine[] = []
    log.add(callOf(n, { lines }))
    lines.push(line)
    log.publish({ type: 'line', function: 'fn', requestId: `request-${n}`, line })
  }
  const kept = () => log.list({ limit: 100 }).filter(({ lines }) => lines.length > 0).length
  assert.ok(kept() <= 17, String(kept()))
  for (let n = 0; n < 40; n++) log.publish({ type: 'line', function: 'fn', requestId: undefined, line })
  assert.ok(kept() >= 12, String(kept()))
})

test('followers are told of lines and calls until they stop', () => {
  const log = createCallLog()
  const told: LogEvent['type'][] = []
  const stop = log.follow(({ type }) => told.push(type))
  log.publish({ type: 'line', function: 'fn', requestId: undefined, line: { time: 1, stream: 'stderr', text: 'a' } })
  log.add(callOf(1))
  stop()
  log.add(callOf(2))
  assert.deepEqual(told, ['line', 'call'])
})
