import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DocumentObject, DocumentValue } from '@cloudstead/protocol'
import fc from 'fast-check'
import { compareValues } from './compare.ts'
import { ADMIN, index, openDatabase } from './database.fixture.ts'
import { definitionOf, OWNER_INDEX, type UsableIndex } from './indexes.ts'
import { compileQuery } from './matcher.ts'
import { planQuery } from './planner.ts'
import { checkQuery } from './query-check.ts'
import { RequestBudget } from './request-budget.ts'
import { compareKeys, type OrderPart, sortKeys } from './sort.ts'

const byStatus = index([['status', 1]])
const byStatusAndTime = index([
  ['status', 1],
  ['time', -1],
])
const usable = (...indexes: readonly ReturnType<typeof index>[]): UsableIndex[] => [
  OWNER_INDEX,
  ...indexes.map((settings) => ({ ...definitionOf(settings), multikey: false })),
]

describe('plans', () => {
  it('reads by _id when the query fixes it', () => {
    for (const query of [{ _id: 'a' }, { _id: { $eq: 'a' } }, { $and: [{ x: 1 }, { _id: { $in: ['a', 'a'] } }] }]) {
      assert.deepEqual(planQuery(query, [], usable()), { kind: 'ids', ids: ['sa'], ordered: true })
    }
    assert.equal(planQuery({ _id: { $in: [1, '1'] } }, [], []).kind, 'ids')
    assert.equal(planQuery({ $or: [{ _id: 'a' }, { x: 1 }] }, [], []).kind, 'scan')
    assert.equal(planQuery({ _id: { $ne: 'a' } }, [], []).kind, 'scan')
  })

  it('walks the index that narrows most, in its order', () => {
    const plan = planQuery({ status: 'paid' }, [{ path: 'time', direction: -1 }], usable(byStatus, byStatusAndTime))
    assert.ok(plan.kind === 'index')
    assert.deepEqual([plan.index, plan.ordered, plan.reverse], [definitionOf(byStatusAndTime).id, true, false])
    assert.ok(!plan.ties, 'the walk has equal documents by id in the other direction')
    const back = planQuery({ status: 'paid' }, [{ path: 'time', direction: 1 }], usable(byStatusAndTime))
    assert.ok(back.kind === 'index' && back.ordered && back.reverse && !back.ties)
    const first = planQuery({}, [{ path: 'status', direction: 1 }], usable(byStatusAndTime))
    assert.ok(first.kind === 'index' && first.ordered && !first.ties, 'the walk has equal documents by time')
    const exact = planQuery({}, [{ path: 'status', direction: -1 }], usable(byStatusAndTime, byStatus))
    assert.deepEqual(exact.kind === 'index' && [exact.index, exact.reverse, exact.ties], [
      definitionOf(byStatus).id,
      true,
      true,
    ])
    const own = planQuery({ $and: [{ x: 1 }, { _openid: { $in: ['o', 'u'] } }] }, [], usable())
    assert.ok(own.kind === 'index' && own.index === OWNER_INDEX.id && own.ranges.length === 2)
  })

  it('walks the collection backwards for the newest ids', () => {
    assert.deepEqual(planQuery({}, [{ path: '_id', direction: -1 }], usable(byStatus)), {
      kind: 'scan',
      reverse: true,
      ordered: true,
    })
  })

  it('uses only one bound when two elements of an array may meet one each', () => {
    const range = { time: { $gt: 1, $lt: 5 } }
    const single = { ...definitionOf(index([['time', 1]])), multikey: false }
    const plan = (multikey: boolean) => planQuery(range, [], [{ ...single, multikey }])
    const ends = [plan(false), plan(true)].map((found) => found.kind === 'index' && found.ranges[0]?.to?.key.length)
    assert.equal(ends[0], 9, 'up to the number 5')
    assert.equal(ends[1], 1, 'up to the end of the numbers')
  })
})

const scalar: fc.Arbitrary<DocumentValue> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom<DocumentValue>('a', 'b', null, true, new Date(1), 'ä', Number.NaN) },
)
const value = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 3, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ d: scalar }, { requiredKeys: [], noNullPrototype: true }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ d: scalar }, { requiredKeys: [], noNullPrototype: true }), { maxLength: 2 }),
  },
)
const document = fc.record({ a: value, b: value, c: value }, { requiredKeys: [], noNullPrototype: true })
const path = fc.constantFrom('a', 'a', 'b', 'c', 'a.d', 'c.d', 'a.0')
const condition: fc.Arbitrary<DocumentValue> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }).map(($in) => ({ $in })),
  fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$ne'), scalar).map(([op, v]) => ({ [op]: v })),
  fc.tuple(scalar, scalar).map(([$gte, $lt]) => ({ $gte, $lt })),
  fc.constant({ $gt: 0, $lt: 3 }),
  fc.boolean().map(($exists) => ({ $exists })),
)
const conditions = fc.dictionary(path, condition, { maxKeys: 3, noNullPrototype: true })
const query: fc.Arbitrary<DocumentObject> = fc.oneof(
  conditions,
  fc.array(conditions, { minLength: 1, maxLength: 2 }).map(($and) => ({ $and })),
  fc.tuple(conditions, conditions).map(([one, other]) => ({ ...one, $or: [other, { a: 1 }] })),
)
const order = fc.uniqueArray(fc.record({ path, direction: fc.constantFrom<1 | -1>(1, -1) }), {
  selector: (part) => part.path,
  maxLength: 2,
})

describe('planned queries', () => {
  it('sort an array by its smallest element, also when the query fixes another one', async (t) => {
    const { database } = await openDatabase(t, { c: { acl: 'ADMINONLY', indexes: [index([['a', 1]])] } })
    await database.insert(ADMIN, 'c', [
      { _id: 1, a: 5 },
      { _id: 2, a: [1, 5] },
      { _id: 3, a: [5, 0] },
    ])
    await database.settled()
    const request = { collection: 'c', query: { a: 5 }, order: [{ path: 'a', direction: 1 as const }] }
    const found = await database.find(ADMIN, request)
    assert.deepEqual(
      found.map(({ _id }) => _id),
      [3, 2, 1],
    )
  })

  it('sort empty arrays before null and missing, and equal keys by id, with and without an index', async (t) => {
    const collections = {
      plain: { acl: 'ADMINONLY', indexes: [] },
      indexed: { acl: 'ADMINONLY', indexes: [index([['a', 1]])] },
    }
    const { database } = await openDatabase(t, collections)
    const documents = [
      { _id: 1, a: null },
      { _id: 2, a: [] },
      { _id: 3 },
      { _id: 4, a: 0 },
      { _id: 5, a: [] },
      { _id: 6, a: 0 },
    ]
    const expected = { 1: [2, 5, 1, 3, 4, 6], '-1': [6, 4, 3, 1, 5, 2] }
    for (const collection of Object.keys(collections)) {
      await database.insert(ADMIN, collection, documents.toReversed())
      await database.settled()
      for (const direction of [1, -1] as const) {
        const found = await database.find(ADMIN, { collection, order: [{ path: 'a', direction }] })
        assert.deepEqual(
          found.map(({ _id }) => _id),
          expected[direction],
        )
        const pages = await database.administer(ADMIN).page({ collection, order: { path: 'a', direction } })
        assert.deepEqual(
          pages.documents.map(({ id }) => id),
          expected[direction],
        )
      }
      assert.equal(await database.count(ADMIN, { collection, query: { a: null } }), 2)
    }
  })

  it('sort many equal documents by id, also over an index in another direction or with more fields', async (t) => {
    for (const fields of [
      [['a', -1]],
      [
        ['a', 1],
        ['b', -1],
      ],
    ] as const) {
      const { database } = await openDatabase(t, { c: { acl: 'ADMINONLY', indexes: [index(fields)] } })
      const documents = Array.from({ length: 900 }, (_, at) => ({ _id: at, a: at < 450 ? 1 : 2, b: (at * 7) % 50 }))
      await database.insert(ADMIN, 'c', documents)
      await database.settled()
      const ids = async (direction: 1 | -1, offset: number, limit = 3) => {
        const order = [{ path: 'a', direction }]
        return (await database.find(ADMIN, { collection: 'c', order, offset, limit })).map(({ _id }) => _id)
      }
      assert.deepEqual(await ids(1, 0), [0, 1, 2])
      assert.deepEqual(await ids(1, 449), [449, 450, 451])
      assert.deepEqual(await ids(-1, 0), [899, 898, 897])
      assert.deepEqual(await ids(-1, 449), [450, 449, 448])
      assert.deepEqual(await ids(-1, 899), [0])
      assert.deepEqual(await ids(1, 900), [])
      assert.deepEqual(
        await ids(1, 0, 1000),
        documents.map(({ _id }) => _id),
      )
    }
  })

  it('find what a full scan finds, in the wanted order, also where documents are equal in it', async (t) => {
    const indexes = [
      index([['a', 1]]),
      index([['b', -1]]),
      index([
        ['a', -1],
        ['c', 1],
      ]),
      index([['a.d', -1]]),
      index([
        ['b', 1],
        ['c', -1],
      ]),
      index([
        ['c', 1],
        ['a', 1],
        ['b', 1],
      ]),
    ]
    let round = 0
    const { database, declare } = await openDatabase(t, {})
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { minLength: 4, maxLength: 12 }),
        fc.array(fc.tuple(query, order), { minLength: 25, maxLength: 25 }),
        async (documents, asked) => {
          round += 1
          const collection = `c${round}`
          declare({ [collection]: { acl: 'ADMINONLY', indexes } })
          const all = documents.map((fields, at): DocumentObject => ({ _id: at, ...fields }))
          await database.insert(ADMIN, collection, all.slice(0, 6))
          await database.settled()
          await database.insert(ADMIN, collection, all.slice(6))
          for (const [where, by] of asked) {
            const matcher = compileQuery(checkQuery(where, ADMIN), new RequestBudget())
            const expected = all.filter((one) => matcher.test(one))
            const found = await database.find(ADMIN, { collection, query: where, order: by, limit: 1000 })
            assert.deepEqual(sorted(found), sorted(expected))
            if (by.length > 0) assert.deepEqual(found, inOrder(expected, by))
            assert.equal(await database.count(ADMIN, { collection, query: where }), expected.length)
            const page = await database.find(ADMIN, { collection, query: where, order: by, offset: 1, limit: 2 })
            assert.deepEqual(page, found.slice(1, 3))
          }
        },
      ),
      { numRuns: 40 },
    )
  })
})

function sorted(documents: readonly DocumentObject[]): readonly DocumentObject[] {
  return documents.toSorted((a, b) => compareValues(a._id, b._id))
}

/** In the order of a query: equal documents by id, in the direction of its first part. */
function inOrder(documents: readonly DocumentObject[], by: readonly OrderPart[]): readonly DocumentObject[] {
  const budget = new RequestBudget()
  const full: readonly OrderPart[] = [...by, { path: '_id', direction: by[0]?.direction ?? 1 }]
  const keysOf = sortKeys(full, budget)
  const keyed = documents.map((document) => ({ document, keys: keysOf(document) }))
  keyed.sort((a, b) => {
    const steps = full.map(({ direction }, part) => compareKeys(a.keys[part], b.keys[part], budget) * direction)
    return steps.find((step) => step !== 0) ?? 0
  })
  return keyed.map(({ document }) => document)
}
