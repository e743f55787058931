import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Progress } from '@cloudstead/admin-api'
import { BATCH, inBatches } from './batches.ts'

const problem = { code: 'X', message: 'x', text: { en: 'x', zh: 'x' } }
const never = new AbortController().signal

test('several requests report progress as one', async () => {
  const items = Array.from({ length: BATCH * 2 + 1 }, (_, at) => at)
  const lines: Progress[] = []
  const sizes: number[] = []
  const last = await inBatches(
    items,
    items.length,
    async (batch, { onLine }) => {
      sizes.push(batch.length)
      onLine({ done: 1, total: batch.length })
      return { done: batch.length - 1, failed: 1, problems: [{ item: String(batch[0]), problem }], finished: true }
    },
    { signal: never, onLine: (line) => lines.push(line) },
  )
  assert.deepEqual(sizes, [BATCH, BATCH, 1])
  assert.deepEqual([last.done, last.failed, last.total, last.finished], [items.length - 3, 3, items.length, true])
  assert.deepEqual(
    last.problems?.map(({ item }) => item),
    ['0', String(BATCH), String(BATCH * 2)],
  )
  assert.deepEqual(
    lines.map(({ done, total }) => [done, total]),
    [
      [1, items.length],
      [BATCH, items.length],
      [2 * BATCH - 1, items.length],
    ],
  )
})

test('with a single request, the total comes from the server', async () => {
  const last = await inBatches(['a/'], undefined, async () => ({ done: 7, total: 7, finished: true }), {
    signal: never,
    onLine() {},
  })
  assert.deepEqual([last.done, last.total], [7, 7])
})

test('an abort between two requests ends the operation', async () => {
  const stop = new AbortController()
  let requests = 0
  const work = inBatches(
    Array.from({ length: BATCH * 3 }, () => 0),
    undefined,
    async () => {
      requests++
      stop.abort()
      return { done: 1, finished: true }
    },
    { signal: stop.signal, onLine() {} },
  )
  await assert.rejects(work, { name: 'AbortError' })
  assert.equal(requests, 1)
})
