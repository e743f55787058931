import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUsage } from './usage.ts'

interface Counted {
  readonly files: number
  readonly bytes: number
}

function setUp(steps: () => AsyncIterable<Counted>) {
  let time = 1000
  let counts = 0
  const errors: unknown[] = []
  const usage = createUsage({
    storage: () => {
      counts += 1
      return steps()
    },
    collections: async () => [{ documents: 2 }, { documents: 5 }],
    users: async () => 3,
    now: () => time,
    failed: (error) => errors.push(error),
  })
  return { usage, errors, counts: () => counts, pass: (ms: number) => (time += ms) }
}

const REST = { collections: 2, documents: 7, users: 3 }

test('a fast count is reused for a second; then one new count serves all callers', async () => {
  let files = 1
  const { usage, counts, pass } = setUp(async function* () {
    yield { files, bytes: 10 * files }
  })
  const first = { files: 1, bytes: 10, ...REST, asOf: 1000 }
  assert.deepEqual(await usage(), first)
  files = 2
  pass(999)
  assert.deepEqual(await usage(), first)
  assert.equal(counts(), 1)
  pass(1)
  const second = { files: 2, bytes: 20, ...REST, asOf: 2000 }
  assert.deepEqual(await Promise.all([usage(), usage()]), [second, second])
  assert.equal(counts(), 2)
})

test('a count is reused for 20 times the time it took, for 30 seconds at most', async () => {
  let took = 1000
  const { usage, counts, pass } = setUp(async function* () {
    pass(took)
    yield { files: 1, bytes: 1 }
  })
  await usage()
  pass(19_999)
  await usage()
  assert.equal(counts(), 1)
  pass(1)
  took = 60_000
  await usage()
  assert.equal(counts(), 2)
  pass(29_999)
  await usage()
  assert.equal(counts(), 2)
  pass(1)
  await usage()
  assert.equal(counts(), 3)
})

test('the first caller gets the numbers so far when counting takes long', async () => {
  const goOn = Promise.withResolvers<void>()
  const { usage, counts } = setUp(async function* () {
    yield { files: 500, bytes: 1 }
    await goOn.promise
    yield { files: 600, bytes: 2 }
  })
  // The timer of the first caller is unref'ed and does not keep the process alive.
  const alive = setInterval(() => {}, 1000)
  assert.deepEqual(await usage(), { files: 500, bytes: 1, ...REST, asOf: 1000, counting: true })
  clearInterval(alive)
  const next = usage()
  goOn.resolve()
  assert.deepEqual(await next, { files: 600, bytes: 2, ...REST, asOf: 1000 })
  assert.equal(counts(), 1)
})

test('a failed count is reported, and the next call tries again', async () => {
  let broken = true
  const { usage, errors } = setUp(async function* () {
    if (broken) throw new Error('the disk is gone')
    yield { files: 1, bytes: 1 }
  })
  assert.equal((await usage()).counting, true)
  assert.equal(errors.length, 1)
  broken = false
  assert.equal((await usage()).files, 1)
})
