import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedReads } from './shared-reads.ts'
import type { Statement } from './statements.ts'

const statement = (n: number): Statement => ({ text: 'SELECT $1 AS n', values: [n] })
const answerOf = ({ values }: Statement) => [{ n: values?.[0] }]

test('the reads of one turn are sent together, and each gets its own rows', async () => {
  const sent: number[] = []
  const read = sharedReads(async (statements) => {
    sent.push(statements.length)
    return statements.map(answerOf)
  })
  const numbers = Array.from({ length: 20 }, (_, n) => n)
  const results = await Promise.all(numbers.map((n) => read(statement(n))))
  assert.deepEqual(
    results,
    numbers.map((n) => [{ n }]),
  )
  assert.deepEqual(sent, [16, 4])
  await read(statement(20))
  assert.deepEqual(sent, [16, 4, 1])
})

test('an error rejects the reads that were sent with it, and no others', async () => {
  const read = sharedReads(async (statements) => {
    if (statements.length < 16) throw new Error('broken')
    return statements.map(answerOf)
  })
  const results = await Promise.allSettled(Array.from({ length: 18 }, (_, n) => read(statement(n))))
  assert.deepEqual(
    results.map(({ status }) => status),
    [...Array(16).fill('fulfilled'), 'rejected', 'rejected'],
  )
})
