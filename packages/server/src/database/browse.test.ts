import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CloudsteadError, type DocumentObject, type DocumentValue } from '@cloudstead/protocol'
import fc from 'fast-check'
import type { BrowseRequest } from './browse.ts'
import { compareValues } from './compare.ts'
import { ADMIN, index, openDatabase } from './database.fixture.ts'
import type { Database } from './database.ts'
import { RequestBudget } from './request-budget.ts'
import { type OrderPart, sortKeys } from './sort.ts'
import { MAX_SORT_KEY_BYTES } from './sort-key.ts'

const PLAIN = { acl: 'PRIVATE', indexes: [] }
const INDEXED = { acl: 'PRIVATE', indexes: [index([['k', 1]])] }
const DOWNWARDS = { acl: 'PRIVATE', indexes: [index([['k', -1]])] }
const COMPOUND = {
  acl: 'PRIVATE',
  indexes: [
    index([
      ['k', 1],
      ['g', 1],
    ]),
    index([
      ['g', 1],
      ['k', -1],
    ]),
  ],
}
const COLLECTIONS = { plain: PLAIN, indexed: INDEXED, downwards: DOWNWARDS, compound: COMPOUND }

const LONG = 'x'.repeat(MAX_SORT_KEY_BYTES + 50)
const keys: fc.Arbitrary<DocumentValue> = fc.oneof(
  fc.constantFrom<DocumentValue>(null, true, false, 0, -0, 1, 2, Number.NaN, 'a', 'b', '中', '', {}, { a: 1 }),
  fc.constantFrom<DocumentValue>(new Date(0), new Date(5), /a/, [], [1, 'b'], [2], ['a', null], LONG, `${LONG}y`),
  fc.integer({ min: -3, max: 3 }),
)
const ids = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.string({ minLength: 1, maxLength: 3 })).filter(isGoodId)
const documents = fc
  .uniqueArray(fc.tuple(ids, fc.option(keys, { nil: undefined }), fc.integer({ min: 0, max: 1 })), {
    selector: ([id]) => JSON.stringify(id),
    maxLength: 25,
  })
  .map((all) => all.map(([_id, k, g]): DocumentObject => ({ _id, ...(k !== undefined && { k }), g })))

function isGoodId(id: string | number): boolean {
  return typeof id === 'number' || (id.isWellFormed() && !id.includes('\0'))
}

/** Reads all pages and calls a function between two of them. */
async function pagesOf(
  database: Database,
  collection: string,
  request: BrowseRequest & { readonly query?: DocumentObject },
  between: (page: number) => Promise<void> = async () => {},
): Promise<readonly DocumentObject[]> {
  const found: DocumentObject[] = []
  let after: string | undefined
  let count = 0
  do {
    const page = await database.administer(ADMIN).page({ collection, ...request, after })
    if (page.next !== undefined) assert.ok(page.documents.length > 0, 'a page before the last one has documents')
    found.push(...page.documents.map(({ document }) => document))
    after = page.next
    count += 1
    await between(count)
  } while (after !== undefined)
  return found
}

/** The order of values. Values with the same first bytes are equal. */
function naiveKeys(order: OrderPart): (document: DocumentObject) => DocumentValue {
  const of = sortKeys([order], new RequestBudget())
  return (document) => {
    const [key = null] = of(document)
    return typeof key === 'string' ? key.slice(0, MAX_SORT_KEY_BYTES - 1) : key
  }
}

function assertOrder(found: readonly DocumentObject[], order: OrderPart): void {
  const keyOf = naiveKeys(order)
  for (const [at, document] of found.entries()) {
    const next = found[at + 1]
    if (next === undefined) continue
    const byKey = compareValues(keyOf(document), keyOf(next)) * order.direction
    assert.ok(byKey <= 0, `${JSON.stringify(document)} before ${JSON.stringify(next)}`)
  }
}

const idsOf = (found: readonly DocumentObject[]) => found.map(({ _id }) => JSON.stringify(_id))

describe('pages of documents', () => {
  it('together have all documents once, in order, for any page size and indexes', async (t) => {
    const { database } = await openDatabase(t, COLLECTIONS)
    for (const name of Object.keys(COLLECTIONS)) await database.count(ADMIN, { collection: name })
    await database.settled()
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.constantFrom(...Object.keys(COLLECTIONS)),
        fc.constantFrom('_id', 'k', 'g', 'k.a', 'missing'),
        fc.constantFrom<1 | -1>(1, -1),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom<DocumentObject>(
          {},
          { g: 1 },
          { k: { $gte: 0 } },
          { g: { $in: [0, 1] } },
          { k: { $exists: true } },
        ),
        async (all, name, path, direction, limit, query) => {
          await database.remove(ADMIN, { collection: name, multi: true })
          await database.insert(ADMIN, name, all)
          const order = { path, direction }
          const found = await pagesOf(database, name, { query, order, limit })
          const expected = await database.find(ADMIN, { collection: name, query, limit: 1000 })
          assert.deepEqual(idsOf(found).sort(), idsOf(expected).sort())
          assertOrder(found, order)
          const whole = await pagesOf(database, name, { query, order, limit: 1000 })
          assert.deepEqual(idsOf(found), idsOf(whole), 'the order of ties is the same on pages of any size')
        },
      ),
      { numRuns: 150 },
    )
  })

  it('have an unchanged document once, whatever is inserted and deleted between two pages', async (t) => {
    const { database } = await openDatabase(t, COLLECTIONS)
    const changes = fc.array(fc.tuple(fc.boolean(), ids, keys), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(
        documents,
        changes,
        fc.constantFrom(...Object.keys(COLLECTIONS)),
        fc.constantFrom('_id', 'k'),
        fc.constantFrom<1 | -1>(1, -1),
        fc.integer({ min: 1, max: 4 }),
        async (all, steps, name, path, direction, limit) => {
          await database.remove(ADMIN, { collection: name, multi: true })
          await database.insert(ADMIN, name, all)
          const touched = new Set<string>()
          const order = { path, direction }
          const found = await pagesOf(database, name, { order, limit }, async (page) => {
            for (const [isNew, _id, k] of steps.slice(page * 3 - 3, page * 3)) {
              touched.add(JSON.stringify(_id))
              await database.remove(ADMIN, { collection: name, query: { _id }, multi: false })
              if (isNew) await database.insert(ADMIN, name, [{ _id, k, g: 0 }])
            }
          })
          const stayed = (list: readonly DocumentObject[]) =>
            list.filter(({ _id }) => !touched.has(JSON.stringify(_id)))
          assertOrder(stayed(found), order)
          assert.deepEqual(idsOf(stayed(found)).sort(), idsOf(stayed(all)).sort())
        },
      ),
      { numRuns: 100 },
    )
  })

  it('are read from an index if there is one, without reading the other documents', async (t) => {
    const { database, records } = await openDatabase(t, { indexed: INDEXED })
    await database.insert(ADMIN, 'indexed', [])
    await database.settled()
    const many = Array.from({ length: 1000 }, (_, at) => ({ _id: `d${at}`, k: (at * 7919) % 1000 }))
    await database.insert(ADMIN, 'indexed', many)
    let read = 0
    const find = records.find.bind(records)
    records.find = async (request) => {
      const result = await find(request)
      read += result.records.length
      return result
    }
    for (const direction of [1, -1] as const) {
      const order = { path: 'k', direction }
      const admin = database.administer(ADMIN)
      const first = await admin.page({ collection: 'indexed', order, limit: 10 })
      read = 0
      const second = await admin.page({ collection: 'indexed', order, limit: 10, after: first.next })
      const expected = Array.from({ length: 10 }, (_, at) => (direction === 1 ? 10 + at : 989 - at))
      assert.deepEqual(
        second.documents.map(({ document }) => document.k),
        expected,
      )
      assert.ok(read <= 11, `${read} documents were read`)
    }
  })

  it('end early when the documents are large, and continue', async (t) => {
    const { database } = await openDatabase(t, { plain: PLAIN })
    const text = 'x'.repeat(5 * 1024 * 1024)
    for (let at = 0; at < 5; at += 1) await database.insert(ADMIN, 'plain', [{ _id: at, k: 5 - at, text }])
    const admin = database.administer(ADMIN)
    for (const order of [undefined, { path: 'k', direction: 1 } as const]) {
      const page = await admin.page({ collection: 'plain', order, limit: 1000 })
      assert.ok(page.documents.length < 5 && page.documents.length > 0)
      const found = await pagesOf(database, 'plain', { order, limit: 1000 })
      const order4 = [0, 1, 2, 3, 4]
      assert.deepEqual(
        found.map(({ _id }) => _id),
        order === undefined ? order4 : order4.toReversed(),
      )
    }
  })

  it('are ordered by distance for a query with $nearSphere', async (t) => {
    const { database } = await openDatabase(t, { plain: PLAIN })
    const at = (lng: number) => ({ _id: `p${lng}`, place: { type: 'Point', coordinates: [lng, 0] } })
    await database.insert(ADMIN, 'plain', [9, 3, 7, 1, 5].map(at))
    const query = { place: { $nearSphere: { $geometry: { type: 'Point', coordinates: [4.9, 0] } } } }
    const found = await pagesOf(database, 'plain', { query, limit: 2 })
    assert.deepEqual(
      found.map(({ _id }) => _id),
      ['p5', 'p3', 'p7', 'p1', 'p9'],
    )
  })

  it('continue from a cursor of the same query and order only', async (t) => {
    const { database } = await openDatabase(t, { plain: PLAIN, other: PLAIN })
    await database.insert(ADMIN, 'plain', [{ _id: 'a' }, { _id: 'b' }])
    const admin = database.administer(ADMIN)
    const { next = '' } = await admin.page({ collection: 'plain', limit: 1 })
    const order = { path: 'k', direction: 1 } as const
    const refused = [
      { collection: 'other', after: next },
      { collection: 'plain', order, after: next },
      { collection: 'plain', after: '' },
      { collection: 'plain', after: 'x' },
      { collection: 'plain', after: `${next}=` },
      { collection: 'plain', after: `${next.slice(0, -3)}\u4e2d` },
      { collection: 'plain', after: Buffer.alloc(40).toString('base64url') },
      {
        collection: 'plain',
        after: Buffer.concat([Buffer.from(next, 'base64url').subarray(0, 12)]).toString('base64url'),
      },
      {
        collection: 'plain',
        after: Buffer.concat([Buffer.from(next, 'base64url').subarray(0, 12), Buffer.of(0xff)]).toString('base64url'),
      },
    ]
    for (const request of refused) {
      await assert.rejects(
        admin.page(request),
        (error) => error instanceof CloudsteadError && error.code === 'INVALID_PARAM',
        JSON.stringify(request),
      )
    }
  })

  it('are cancelled by a signal', async (t) => {
    const { database } = await openDatabase(t, { plain: PLAIN })
    await database.insert(ADMIN, 'plain', [{ _id: 'a' }])
    for (const order of [undefined, { path: 'k', direction: 1 } as const]) {
      const signal = AbortSignal.abort()
      await assert.rejects(database.administer(ADMIN).page({ collection: 'plain', order, signal }), {
        name: 'AbortError',
      })
    }
  })
})
