import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReadiness, type ReadinessOptions } from './readiness.ts'

const well: ReadinessOptions = {
  records: async () => [],
  blobs: async () => {},
  clockIsRight: () => true,
  isDraining: () => false,
}
const fails = () => Promise.reject(new Error('away'))
const never = () => new Promise<never>(() => {})

for (const [what, own, expected] of [
  ['all is well', {}, { status: 'ok', isReady: true, problems: [] }],
  ['the store of the files is away', { blobs: fails }, { status: 'degraded', isReady: true, problems: ['blobs'] }],
  ['the clock is wrong', { clockIsRight: () => false }, { status: 'degraded', isReady: true, problems: ['clock'] }],
  ['the records are away', { records: fails }, { status: 'failing', isReady: false, problems: ['records'] }],
  [
    'the records do not answer',
    { records: never, blobs: never },
    { status: 'failing', isReady: false, problems: ['records', 'blobs'] },
  ],
  [
    'it is about to stop',
    { isDraining: () => true, records: never },
    { status: 'draining', isReady: false, problems: [] },
  ],
] as const) {
  test(what, async () => {
    // Keeps the process alive: the time limit does not.
    const alive = setInterval(() => {}, 1000)
    assert.deepEqual(await createReadiness({ ...well, ...own })(), expected)
    clearInterval(alive)
  })
}

test('many who ask at once cost the engines one question', async () => {
  let asked = 0
  const records = async () => {
    asked += 1
  }
  const ready = createReadiness({ ...well, records })
  await Promise.all(Array.from({ length: 100 }, ready))
  assert.equal(asked, 1)
})
