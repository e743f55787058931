import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { axisTicks, clockIndexes } from './chart-scale.ts'

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

test('the labels of a time axis are round times at equal distances', () => {
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
