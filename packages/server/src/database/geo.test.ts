import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DocumentValue } from '@cloudstead/protocol'
import { distance, intersects, shapeOf, within } from './geo.ts'

const point = (lng: number, lat: number) => ({ type: 'Point', coordinates: [lng, lat] })
const square = (from: number, to: number) => [
  [from, from],
  [to, from],
  [to, to],
  [from, to],
  [from, from],
]
const box = { type: 'Polygon', coordinates: [square(0, 10), square(4, 6)] }
const line = (...coordinates: readonly (readonly number[])[]) => ({ type: 'LineString', coordinates })

function both(holds: typeof within, a: DocumentValue, b: DocumentValue): boolean {
  const [left, right] = [shapeOf(a), shapeOf(b)]
  assert.ok(left && right)
  return holds(left, right)
}

describe('geometry', () => {
  it('measures great-circle distances in metres', () => {
    // Guangzhou to Beijing, some 1,890 km.
    const metres = distance([113.26, 23.13], [116.4, 39.9])
    assert.ok(Math.abs(metres - 1_890_000) < 10_000, String(metres))
    assert.equal(distance([1, 1], [1, 1]), 0)
  })

  it('finds what is within an area', () => {
    assert.equal(both(within, point(1, 1), box), true)
    assert.equal(both(within, point(0, 5), box), true, 'the border belongs to it')
    assert.equal(both(within, point(5, 5), box), false, 'a hole does not')
    assert.equal(both(within, point(4, 5), box), true, 'the border of the hole does')
    assert.equal(both(within, point(11, 5), box), false)
    assert.equal(both(within, line([1, 1], [2, 2]), box), true)
    assert.equal(both(within, line([1, 1], [20, 2]), box), false)
    const two = { type: 'MultiPolygon', coordinates: [[square(20, 30)], [square(0, 3)]] }
    assert.equal(both(within, point(25, 25), two), true)
    assert.equal(
      both(
        within,
        {
          type: 'MultiPoint',
          coordinates: [
            [1, 1],
            [25, 25],
          ],
        },
        two,
      ),
      true,
    )
  })

  it('finds what intersects', () => {
    assert.equal(both(intersects, line([-1, 1], [11, 1]), box), true, 'a line across')
    assert.equal(both(intersects, line([-5, -5], [-1, -1]), box), false)
    assert.equal(both(intersects, line([4.5, 5], [5.5, 5]), box), false, 'inside the hole')
    assert.equal(both(intersects, point(3, 3), line([0, 0], [5, 5])), true)
    assert.equal(both(intersects, point(3, 4), line([0, 0], [5, 5])), false)
    assert.equal(both(intersects, point(3, 4), point(3, 4)), true)
    assert.equal(both(intersects, { type: 'Polygon', coordinates: [square(1, 2)] }, box), true, 'contained')
    assert.equal(
      both(
        intersects,
        {
          type: 'MultiLineString',
          coordinates: [
            [
              [0, 0],
              [5, 5],
            ],
          ],
        },
        line([0, 5], [5, 0]),
      ),
      true,
    )
  })

  it('accepts only valid geometries', () => {
    const none: DocumentValue[] = [
      null,
      'x',
      {},
      { type: 'Point' },
      { type: 'Point', coordinates: [200, 0] },
      { type: 'Point', coordinates: ['1', 2] },
      { type: 'LineString', coordinates: [[1, 1]] },
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 1],
            [2, 2],
            [3, 3],
          ],
        ],
      },
      { type: 'Polygon', coordinates: [] },
      { type: 'MultiPolygon', coordinates: [] },
      { type: 'Circle', coordinates: [1, 1] },
    ]
    for (const value of none) assert.equal(shapeOf(value), undefined, JSON.stringify(value))
  })
})
