import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTraffic } from './traffic.ts'

const MINUTE = 60_000
/** A multiple of every step length. */
const START = 1_800_000_000_000

function clocked() {
  let now = START
  const traffic = createTraffic(() => now)
  return { traffic, at: (minutes: number) => (now = START + minutes * MINUTE) }
}

test('denials are counted by the minute; minutes without any are included', () => {
  const { traffic, at } = clocked()
  traffic.denied(2)
  at(0.99)
  traffic.denied(1)
  at(3)
  traffic.denied(5)
  const { stepSeconds, since, points } = traffic.series(5)
  assert.deepEqual([stepSeconds, since], [60, START])
  assert.deepEqual(
    points.map(({ at: time, denied }) => [(time - START) / MINUTE, denied]),
    [
      [-1, 0],
      [0, 3],
      [1, 0],
      [2, 0],
      [3, 5],
    ],
  )
})

test('counts older than a day are dropped', () => {
  const { traffic, at } = clocked()
  traffic.denied(1)
  at(24 * 60)
  assert.equal(
    traffic.series(1440).points.reduce((sum, { denied }) => sum + denied, 0),
    0,
  )
  traffic.denied(7)
  at(24 * 60 + 1)
  const { stepSeconds, points } = traffic.series(1440)
  assert.equal(stepSeconds, 600)
  assert.ok(points.length <= 180 && points.length >= 140)
  assert.deepEqual([points.at(-1)?.denied, points.reduce((sum, { denied }) => sum + denied, 0)], [7, 7])
  for (const [index, { at: time }] of points.entries()) assert.equal(time, (points[0]?.at ?? 0) + index * 600_000)
})

test('longer series have longer steps and the same sums', () => {
  const { traffic, at } = clocked()
  for (let minute = 0; minute < 600; minute += 1) {
    at(minute)
    traffic.denied(1)
  }
  for (const minutes of [5, 60, 180, 181, 400, 599]) {
    const { stepSeconds, points } = traffic.series(minutes)
    const sum = points.reduce((total, { denied }) => total + denied, 0)
    const span = (points.length * stepSeconds) / 60
    assert.ok(span >= minutes && span < minutes + stepSeconds / 60, `${minutes}: ${span}`)
    // The last step is not over yet.
    assert.ok(sum <= span && sum > span - stepSeconds / 60, `${minutes}: ${sum}`)
  }
})
