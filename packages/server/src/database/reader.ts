import { setImmediate } from 'node:timers/promises'
import { CloudsteadError, type DocumentObject, type DocumentValue } from '@cloudstead/protocol'
import type { Records, StoredRecord } from '../engines/records/records.ts'
import { inScope, type Scope } from './authorize.ts'
import type { Collection } from './collections.ts'
import { compileQuery, type Matcher } from './matcher.ts'
import { type Plan, planQuery } from './planner.ts'
import { nearDistance } from './query-operators.ts'
import { type OrderPart, SortWindow, sortKeys } from './sort.ts'
import { unpackDocument } from './stored-document.ts'

/** Records that one step of a walk reads; between two steps other requests have their turn. */
const PAGE = 200
/** Characters of stored text that one answer, or one sort in memory, may hold. */
const MAX_RESULT_SIZE = 64 * 1024 * 1024

/** A checked query within a scope, ready to run. */
export interface Selection {
  readonly collection: Collection
  readonly scope: Scope
  /** Everything that must hold, the scope included: what the planner sees. */
  readonly query: DocumentObject
  readonly matcher: Matcher
}

/** A document as it was read. */
export interface Found {
  readonly record: StoredRecord
  readonly document: DocumentObject
}

/** Binds a checked query to a scope: documents outside it are not found, whatever the query says. */
export function select(collection: Collection, scope: Scope, query: DocumentObject): Selection {
  const scoped: DocumentObject = scope.kind === 'all' ? query : { $and: [query, { _openid: { $in: scope.ids } }] }
  return { collection, scope, query: scoped, matcher: compileQuery(query) }
}

/** Whether a record is of the selection, and its document if so. Call it within `matcher.run`. */
export function match({ scope, matcher }: Selection, record: StoredRecord): Found | undefined {
  const document = unpackDocument(record.value)
  return inScope(scope, document) && (matcher.matchesAll || matcher.test(document)) ? { record, document } : undefined
}

/** Walks the candidates of a plan, page by page, each record once. */
async function* candidates(records: Records, space: string, plan: Plan): AsyncGenerator<readonly StoredRecord[]> {
  if (plan.kind === 'ids') {
    for (let start = 0; start < plan.ids.length; start += PAGE) {
      if (start > 0) await setImmediate()
      const page = await records.get(plan.ids.slice(start, start + PAGE).map((id) => ({ space, id })))
      yield page.filter((record) => record !== undefined)
    }
    return
  }
  if (plan.kind === 'index' && plan.ranges.length === 0) return
  const seen = plan.kind === 'index' && plan.repeats ? new Set<string>() : undefined
  const walk = plan.kind === 'index' ? { index: plan.index, ranges: plan.ranges } : {}
  let after: string | undefined
  do {
    if (after !== undefined) await setImmediate()
    const page = await records.find({
      space,
      ...walk,
      reverse: plan.reverse,
      limit: PAGE,
      ...(after !== undefined && { after }),
    })
    yield seen === undefined
      ? page.records
      : page.records.filter(({ id }) => !seen.has(id) && seen.add(id) !== undefined)
    after = page.next
  } while (after !== undefined)
}

/** Walks what a selection finds, in the order of the plan; a page of matches may be empty. */
export async function* walk(records: Records, selection: Selection, plan: Plan): AsyncGenerator<readonly Found[]> {
  for await (const page of candidates(records, selection.collection.space, plan)) {
    yield selection.matcher.run(() =>
      page.map((record) => match(selection, record)).filter((found) => found !== undefined),
    )
  }
}

/** The `$nearSphere` of a query, which asks for the order by distance. */
function nearOf(query: DocumentObject): { readonly path: string; readonly operand: DocumentValue } | undefined {
  for (const [path, condition] of Object.entries(query)) {
    if (path === '$and') {
      const near = (condition as readonly DocumentObject[]).map(nearOf).find((inner) => inner !== undefined)
      if (near !== undefined) return near
    } else if (typeof condition === 'object' && condition !== null && '$nearSphere' in condition) {
      return { path, operand: (condition as DocumentObject).$nearSphere ?? null }
    }
  }
  return undefined
}

function checkSize(size: number): void {
  if (size > MAX_RESULT_SIZE) {
    throw new CloudsteadError('DATABASE_REQUEST_FAILED', 'the result is too large: ask for fewer documents')
  }
}

/**
 * The documents of a selection in order, from `offset` on, at most `limit`.
 *
 * @throws CloudsteadError DATABASE_REQUEST_FAILED when the result or a sort in memory grows too large
 */
export async function findDocuments(
  records: Records,
  selection: Selection,
  order: readonly OrderPart[],
  offset: number,
  limit: number,
): Promise<readonly Found[]> {
  const near = order.length === 0 ? nearOf(selection.query) : undefined
  const plan = planQuery(selection.query, order, selection.collection.usable)
  const end = offset + limit
  if (near !== undefined || !plan.ordered) {
    const window = new SortWindow<Found>(end, near ? [1] : order.map(({ direction }) => direction))
    const keysOf = sortKeys(order)
    for await (const page of walk(records, selection, plan)) {
      for (const found of page) {
        const keys = near ? [nearDistance(found.document, near.path, near.operand)] : keysOf(found.document)
        window.add(found, keys, found.record.value.length)
      }
      checkSize(window.weight)
    }
    return window.inOrder().slice(offset)
  }
  const results: Found[] = []
  let position = 0
  let size = 0
  for await (const page of walk(records, selection, plan)) {
    for (const found of page) {
      position += 1
      if (position <= offset) continue
      results.push(found)
      size += found.record.value.length
      if (results.length === limit) return results
    }
    checkSize(size)
  }
  return results
}

/** How many documents a selection has. */
export async function countDocuments(records: Records, selection: Selection): Promise<number> {
  const { matcher, scope, collection, query } = selection
  if (matcher.matchesAll && scope.kind === 'all') return records.count(collection.space)
  let count = 0
  for await (const page of walk(records, selection, planQuery(query, [], collection.usable))) count += page.length
  return count
}
