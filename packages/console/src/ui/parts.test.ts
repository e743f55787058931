import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Explanation as RulesExplanation } from '@cloudstead/rules'
import fc from 'fast-check'
import { axisTicks, clockIndexes } from './chart-scale.ts'
import { type Entry, filesOfEntries } from './dropped-files.ts'
import { asExplanation, type Explanation } from './explanation.ts'
import { nextIndex } from './move-focus.ts'

test('the axis has few round steps and ends above the largest value', () => {
  assert.deepEqual(axisTicks(0), [0, 1])
  assert.deepEqual(axisTicks(3), [0, 1, 2, 3])
  assert.deepEqual(axisTicks(113), [0, 50, 100, 150])
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (largest) => {
      const ticks = axisTicks(largest)
      assert.ok((ticks.at(-1) ?? 0) >= largest && ticks.length >= 2 && ticks.length <= 6)
      assert.ok(ticks.every(Number.isInteger))
    }),
  )
})

test('labels of a time axis stand at round times, equally far apart', () => {
  const from = (hour: number, minute: number, count: number) =>
    Array.from({ length: count }, (_, index) => new Date(2026, 10, 22, hour, minute + index).getTime())
  const clock = (at: number | undefined) => new Date(at ?? 0).toTimeString().slice(0, 5)
  const labels = (times: readonly number[], wanted: number) =>
    clockIndexes(times, wanted).map((index) => clock(times[index]))
  assert.deepEqual(labels([], 4), [])
  assert.deepEqual(labels(from(18, 52, 60), 12).slice(0, 3), ['18:55', '19:00', '19:05'])
  assert.deepEqual(labels(from(18, 52, 60), 4), ['19:00', '19:15', '19:30', '19:45'])
  assert.deepEqual(labels(from(2, 0, 360), 3), ['02:00', '04:00', '06:00'])
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_439 }),
      fc.integer({ min: 1, max: 1_440 }),
      fc.integer({ min: 1, max: 14 }),
      (minute, count, wanted) => {
        const found = clockIndexes(from(0, minute, count), wanted)
        const gaps = new Set(found.slice(1).map((index, i) => index - (found[i] ?? 0)))
        assert.ok(found.length <= wanted && gaps.size <= 1)
      },
    ),
  )
})

test('arrows go round, and other keys go nowhere', () => {
  assert.deepEqual(
    ['ArrowDown', 'ArrowUp', 'Home', 'End', 'ArrowLeft'].map((key) => nextIndex(key, 2, 3, 'vertical')),
    [0, 1, 0, 2, undefined],
  )
  assert.equal(nextIndex('ArrowUp', -1, 3, 'vertical'), 2)
  assert.equal(nextIndex('ArrowRight', 0, 0, 'horizontal'), undefined)
})

test('folders that are dropped give every file with its path, however few entries a reader gives at once', async () => {
  const file = (name: string): Entry =>
    Object.assign(
      { isFile: true, isDirectory: false, name },
      { file: (done: (file: File) => void) => done(new File(['x'], name)) },
    )
  const folder = (name: string, batches: readonly (readonly Entry[])[]): Entry => {
    const createReader = () => {
      const left = [...batches]
      return { readEntries: (done: (entries: readonly Entry[]) => void) => done(left.shift() ?? []) }
    }
    return Object.assign({ isFile: false, isDirectory: true, name }, { createReader })
  }
  const found = await filesOfEntries([file('a'), folder('b', [[file('c'), folder('d', [[file('e')]])], [file('f')]])])
  assert.deepEqual(
    found.map(({ path }) => path),
    ['a', 'b/c', 'b/d/e', 'b/f'],
  )
})

test('an explanation is what the rules make, and nothing that only looks like one', () => {
  // The compiler says so when the rules change their shape.
  const own = (explanation: RulesExplanation): Explanation => explanation
  const reason = { en: 'no', zh: '否' }
  const made = own({ operation: 'read', acl: 'PRIVATE', target: 'a', allowed: false, reason })
  assert.equal(asExplanation(made), made)
  const leaf = { source: 'true', outcome: 'true', children: [] }
  assert.ok(asExplanation({ allowed: true, reason, tree: { ...leaf, children: [leaf] } }))
  for (const odd of [
    undefined,
    null,
    'x',
    {},
    { allowed: true },
    { allowed: true, reason, tree: { ...leaf, children: [5] } },
  ]) {
    assert.equal(asExplanation(odd), undefined)
  }
})
