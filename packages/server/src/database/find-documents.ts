import type { DocumentObject } from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { sizeOf } from './document-size.ts'
import { checkResponseSize } from './memory-limits.ts'
import { nearOrderOf } from './near-order.ts'
import { type Plan, planQuery } from './planner.ts'
import type { Projection } from './projection.ts'
import { type Found, type Selection, walkSelection } from './selection.ts'
import {
  checkSortWindow,
  compareKeys,
  MAX_SORT_WINDOW,
  type OrderPart,
  type SortKeyValue,
  SortWindow,
  sortKeys,
} from './sort.ts'

/** Which part of the documents found to return, in which order, and which fields. */
export interface Window {
  readonly order: readonly OrderPart[]
  readonly offset: number
  readonly limit: number
  /** Absent: whole documents. */
  readonly project?: Projection | undefined
}

/** A document to return, and about how many bytes it has. */
interface Result {
  readonly document: DocumentObject
  readonly bytes: number
}

/** Documents with up to this many characters count in full, whatever their projection: they make no response large. */
const SMALL = 1024

function resultOf({ record, document }: Found, project: Projection | undefined): Result {
  if (project === undefined) return { document, bytes: Buffer.byteLength(record.value) }
  const projected = project(document)
  return { document: projected, bytes: record.value.length <= SMALL ? record.value.length : sizeOf(projected) }
}

const whole = (found: Found): Found => found

/**
 * The documents of a selection in order: at most `limit`, from `offset` on.
 *
 * @throws CloudsteadError EXCEED_MAX_RESPONSE_SIZE when they are too large for one response or for a sort in memory;
 *   DATABASE_REQUEST_FAILED when a sort in memory would have to hold too many documents
 */
export async function findDocuments(
  records: Records,
  selection: Selection,
  window: Window,
): Promise<readonly DocumentObject[]> {
  const { order, offset, limit, project } = window
  const { budget } = selection
  const near = order.length === 0 ? nearOrderOf(selection.query, budget) : undefined
  const plan = planQuery(selection.query, order, selection.collection.usable)
  if (near !== undefined) {
    const distance = ({ document }: Found) => [near.distance(document), document._id]
    return findSorted(records, selection, plan, window, distance, [1, 1])
  }
  if (!plan.ordered) {
    const full = withTies(order)
    const keysOf = sortKeys(full, budget)
    const directions = full.map(({ direction }) => direction)
    return findSorted(records, selection, plan, window, ({ document }) => keysOf(document), directions)
  }
  if (plan.kind === 'index' && !plan.ties) return findInRuns(records, selection, plan, window)
  const results: DocumentObject[] = []
  let position = 0
  let size = 0
  for await (const page of walkSelection(records, selection, plan, whole, offset + limit)) {
    for (const found of page) {
      position += 1
      if (position <= offset) continue
      if (project !== undefined && budget.nextStep()) await budget.pause()
      const { document, bytes } = resultOf(found, project)
      size += bytes
      checkResponseSize(size)
      budget.keep(size)
      results.push(document)
      if (results.length === limit) return results
    }
  }
  return results
}

/** Documents with equal keys are ordered by id, in the direction of the first key: also in a walk over an index. */
function withTies(order: readonly OrderPart[]): readonly OrderPart[] {
  if (order.some(({ path }) => path === '_id')) return order
  return [...order, { path: '_id', direction: tieDirection(order) }]
}

function tieDirection(order: readonly OrderPart[]): 1 | -1 {
  return order[0]?.direction ?? 1
}

/** Documents with equal keys, of which the walk has found `count`. */
interface Run {
  readonly keys: readonly SortKeyValue[]
  readonly window: SortWindow<Result>
  count: number
}

/**
 * Walks an index that has equal documents in another order than that of their ids: because it has more fields than the
 * order, or another direction. Each run of equal documents is sorted by id, and the last one is read to its end.
 */
async function findInRuns(
  records: Records,
  selection: Selection,
  plan: Plan,
  { order, offset, limit, project }: Window,
): Promise<readonly DocumentObject[]> {
  const { budget } = selection
  const end = offset + limit
  const keysOf = sortKeys(order, budget)
  const directions = [tieDirection(order)]
  const results: DocumentObject[] = []
  let run: Run | undefined
  /** Of the first document of the run. */
  let position = 0
  let size = 0
  const finish = ({ window, count }: Run) => {
    for (const { document, bytes } of window.inOrder().slice(Math.max(0, offset - position))) {
      size += bytes
      results.push(document)
    }
    checkResponseSize(size)
    position += count
  }
  for await (const page of walkSelection(records, selection, plan, whole, end + 1)) {
    for (const found of page) {
      if (budget.nextStep()) await budget.pause()
      const keys = keysOf(found.document)
      if (run === undefined || keys.some((key, at) => compareKeys(key, run?.keys[at], budget) !== 0)) {
        if (run !== undefined) finish(run)
        if (position >= end) return results
        const held = Math.min(end - position, MAX_SORT_WINDOW)
        run = { keys, window: new SortWindow(held, directions, budget), count: 0 }
      }
      run.count += 1
      if (run.count > MAX_SORT_WINDOW) checkSortWindow(end - position)
      const ids = [found.document._id]
      if (!run.window.accepts(ids)) continue
      const result = resultOf(found, project)
      run.window.add(result, ids, result.bytes)
      budget.keep(size + run.window.bytes)
    }
  }
  if (run !== undefined) finish(run)
  return results
}

/** Sorts in memory. Holds the documents to return and those that are skipped before them. */
async function findSorted(
  records: Records,
  selection: Selection,
  plan: Plan,
  { offset, limit, project }: Window,
  keysOf: (found: Found) => readonly SortKeyValue[],
  directions: readonly (1 | -1)[],
): Promise<readonly DocumentObject[]> {
  const { budget } = selection
  const window = new SortWindow<DocumentObject>(offset + limit, directions, budget)
  for await (const page of walkSelection(records, selection, plan, whole)) {
    for (const found of page) {
      if (budget.nextStep()) await budget.pause()
      const keys = keysOf(found)
      if (!window.accepts(keys)) continue
      const { document, bytes } = resultOf(found, project)
      // The keys share memory with a whole document, but not with a projected one.
      window.add(document, keys, project === undefined ? bytes : bytes + sizeOf(keys.map((key) => key ?? null)))
      budget.keep(window.bytes)
    }
  }
  budget.nextStep()
  return window.inOrder().slice(offset)
}

/** The number of documents of a selection. */
export async function countDocuments(records: Records, selection: Selection): Promise<number> {
  const { matcher, scope, collection, query } = selection
  if (matcher.matchesAll && scope.kind === 'all') return records.count(collection.space)
  const plan = planQuery(query, [], collection.usable)
  let count = 0
  for await (const page of walkSelection(records, selection, plan, () => true)) count += page.length
  return count
}
