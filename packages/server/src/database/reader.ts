import { setImmediate } from 'node:timers/promises'
import type { DocumentObject, DocumentValue } from '@cloudstead/protocol'
import type { Records, StoredRecord } from '../engines/records/records.ts'
import { inScope, type Scope } from './authorize.ts'
import { checkAnswerSize, STEP_BYTES, STEP_DOCUMENTS } from './bounds.ts'
import type { Collection } from './collections.ts'
import { sizeOf } from './document-size.ts'
import { compileQuery, type Matcher } from './matcher.ts'
import { nearOrderOf } from './near-order.ts'
import { type Plan, planQuery } from './planner.ts'
import type { Projection } from './projection.ts'
import { type OrderPart, SortWindow, sortKeys } from './sort.ts'
import { unpackDocument } from './stored-document.ts'
import { Turns } from './turns.ts'

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
  const scoped: DocumentObject = scope.kind === 'own' ? { $and: [query, { _openid: { $in: scope.ids } }] } : query
  const costly = scope.kind === 'rule' && scope.costly
  return { collection, scope, query: scoped, matcher: compileQuery(query, costly) }
}

/** Whether a record is of the selection, and its document if so. Call it within `matcher.run`. */
export function match({ scope, matcher }: Selection, record: StoredRecord): Found | undefined {
  const document = unpackDocument(record.value)
  return inScope(scope, document) && (matcher.matchesAll || matcher.test(document)) ? { record, document } : undefined
}

/**
 * Walks the candidates of a plan, page by page, each record once. Between two pages others have their turn. The first
 * page has no more records than are wanted: often all of them match.
 */
async function* candidates(
  records: Records,
  space: string,
  plan: Plan,
  wanted: number,
): AsyncGenerator<readonly StoredRecord[]> {
  let limit = Math.min(wanted, STEP_DOCUMENTS)
  if (plan.kind === 'ids') {
    let start = 0
    while (start < plan.ids.length) {
      if (start > 0) await setImmediate()
      const keys = plan.ids.slice(start, start + limit).map((id) => ({ space, id }))
      const page = await records.get(keys, STEP_BYTES)
      start += page.length
      limit = STEP_DOCUMENTS
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
      limit,
      maxBytes: STEP_BYTES,
      ...(after !== undefined && { after }),
    })
    limit = STEP_DOCUMENTS
    yield seen === undefined
      ? page.records
      : page.records.filter(({ id }) => !seen.has(id) && seen.add(id) !== undefined)
    after = page.next
  } while (after !== undefined)
}

/**
 * Walks what a selection finds, in the order of the plan; a page may be empty. Only what `pick` makes of a document is
 * kept, so that a walk that needs no documents holds none.
 *
 * @param wanted after how many the caller will end the walk, if it knows; a whole number from 1
 */
export async function* walk<T>(
  records: Records,
  selection: Selection,
  plan: Plan,
  pick: (found: Found) => T,
  wanted = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly T[]> {
  for await (const page of candidates(records, selection.collection.space, plan, wanted)) {
    yield selection.matcher.run(() => {
      const picked: T[] = []
      for (const record of page) {
        const found = match(selection, record)
        if (found !== undefined) picked.push(pick(found))
      }
      return picked
    })
  }
}

/** Which of the documents that are found, in which order, and what of them. */
export interface Window {
  readonly order: readonly OrderPart[]
  readonly offset: number
  readonly limit: number
  /** Absent: whole documents. */
  readonly project?: Projection | undefined
}

/** A document as it is answered, and about how many bytes it has. */
interface Result {
  readonly document: DocumentObject
  readonly bytes: number
}

/** Characters of a document that is not measured for its projection: no answer of such documents is large. */
const SMALL = 1024

function resultOf({ record, document }: Found, project: Projection | undefined): Result {
  if (project === undefined) return { document, bytes: Buffer.byteLength(record.value) }
  const projected = project(document)
  return { document: projected, bytes: record.value.length <= SMALL ? record.value.length : sizeOf(projected) }
}

const whole = (found: Found): Found => found

/**
 * The documents of a selection in order, from `offset` on, at most `limit`.
 *
 * @throws CloudsteadError EXCEED_MAX_RESPONSE_SIZE when they are too large for one answer, or for a sort in memory;
 *   DATABASE_REQUEST_FAILED when a sort in memory would reach too far
 */
export async function findDocuments(
  records: Records,
  selection: Selection,
  window: Window,
): Promise<readonly DocumentObject[]> {
  const { order, offset, limit, project } = window
  const near = order.length === 0 ? nearOrderOf(selection.query) : undefined
  const plan = planQuery(selection.query, order, selection.collection.usable)
  if (near !== undefined) {
    const distance = ({ document }: Found) => [near.distance(document)]
    return findSorted(walk(records, selection, plan, whole), window, distance, [1])
  }
  if (!plan.ordered) {
    const keysOf = sortKeys(order)
    const directions = order.map(({ direction }) => direction)
    return findSorted(walk(records, selection, plan, whole), window, ({ document }) => keysOf(document), directions)
  }
  const results: DocumentObject[] = []
  const turns = new Turns()
  let position = 0
  let size = 0
  for await (const page of walk(records, selection, plan, whole, offset + limit)) {
    for (const found of page) {
      position += 1
      if (position <= offset) continue
      if (project !== undefined) await turns.next()
      const { document, bytes } = resultOf(found, project)
      size += bytes
      checkAnswerSize(size)
      results.push(document)
      if (results.length === limit) return results
    }
  }
  return results
}

/** Sorts in memory, which holds what is answered and what is skipped before it. */
async function findSorted(
  walked: AsyncIterable<readonly Found[]>,
  { offset, limit, project }: Window,
  keysOf: (found: Found) => readonly DocumentValue[],
  directions: readonly (1 | -1)[],
): Promise<readonly DocumentObject[]> {
  const window = new SortWindow<DocumentObject>(offset + limit, directions)
  const turns = new Turns()
  for await (const page of walked) {
    for (const found of page) {
      const keys = keysOf(found)
      if (!window.accepts(keys)) continue
      if (project !== undefined) await turns.next()
      const { document, bytes } = resultOf(found, project)
      // Keys are parts of a whole document, but not of a projected one.
      window.add(document, keys, project === undefined ? bytes : bytes + sizeOf(keys))
    }
  }
  return window.inOrder().slice(offset)
}

/** How many documents a selection has. */
export async function countDocuments(records: Records, selection: Selection): Promise<number> {
  const { matcher, scope, collection, query } = selection
  if (matcher.matchesAll && scope.kind === 'all') return records.count(collection.space)
  const plan = planQuery(query, [], collection.usable)
  let count = 0
  for await (const page of walk(records, selection, plan, () => true)) count += page.length
  return count
}
