import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import { ADMIN } from './database.fixture.ts'
import { compileProjection } from './projection.ts'
import { RequestBudget } from './request-budget.ts'

const document = { _id: 1, n: 1, s: 'x', o: { p: 1, q: 2 }, list: [{ k: 1, v: 1 }, { k: 2, v: 2 }, 5], a: [1, 2, 3, 4] }

describe('projections', () => {
  const cases: readonly (readonly [DocumentObject, DocumentObject])[] = [
    [{ n: 1 }, { _id: 1, n: 1 }],
    [{ n: true, _id: 0 }, { n: 1 }],
    [
      { n: 1, s: 0 },
      { _id: 1, n: 1 },
    ],
    [
      { n: 0, o: 0, list: 0, a: 0 },
      { _id: 1, s: 'x' },
    ],
    [
      { _id: 0, o: 0, list: 0, a: 0 },
      { n: 1, s: 'x' },
    ],
    [{ 'o.p': 1 }, { _id: 1, o: { p: 1 } }],
    [
      { 'o.p': 1, 'o.q': 1 },
      { _id: 1, o: { p: 1, q: 2 } },
    ],
    [
      { o: 1, 'o.p': 1 },
      { _id: 1, o: { p: 1, q: 2 } },
    ],
    [
      { 'o.p': 0, list: 0, a: 0 },
      { _id: 1, n: 1, s: 'x', o: { q: 2 } },
    ],
    [{ 'list.k': 1 }, { _id: 1, list: [{ k: 1 }, { k: 2 }] }],
    [
      { a: { $slice: 2 }, _id: 0, list: 0, o: 0 },
      { n: 1, s: 'x', a: [1, 2] },
    ],
    [
      { a: { $slice: -1 }, n: 1 },
      { _id: 1, n: 1, a: [4] },
    ],
    [
      { a: { $slice: [1, 2] }, n: 1 },
      { _id: 1, n: 1, a: [2, 3] },
    ],
    [{ list: { $elemMatch: { k: 2 } } }, { _id: 1, list: [{ k: 2, v: 2 }] }],
    [{ list: { $elemMatch: { k: 9 } } }, { _id: 1 }],
    [{ none: 1 }, { _id: 1 }],
    [{ constructor: 1 } as never, { _id: 1 }],
  ]
  for (const [projection, expected] of cases) {
    it(JSON.stringify(projection), () => {
      const before = structuredClone(document)
      assert.deepEqual(
        compileProjection(projection, { caller: ADMIN, budget: new RequestBudget() })?.(document),
        expected,
      )
      assert.deepEqual(document, before, 'the document itself is left alone')
    })
  }

  it('is undefined when it changes nothing', () => {
    assert.equal(compileProjection({}, { caller: ADMIN, budget: new RequestBudget() }), undefined)
  })

  it('refuses everything else', () => {
    const invalid: DocumentObject[] = [
      { a: 'x' },
      { a: { $slice: 'x' } },
      { a: { $slice: [1] } },
      { a: { $slice: [1, 0] } },
      { a: { $elemMatch: 1 } },
      { 'a.b': { $elemMatch: {} } },
      { a: { $meta: 'x' } },
      { a: null },
      { $a: 1 },
      { 'a.__proto__': 1 },
    ]
    for (const projection of invalid) {
      assert.throws(
        () => compileProjection(projection, { caller: ADMIN, budget: new RequestBudget() }),
        (error) => error instanceof CloudsteadError && error.code === 'INVALID_PARAM',
        JSON.stringify(projection),
      )
    }
  })
})
