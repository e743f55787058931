import type { DocumentObject } from '@cloudstead/protocol'
import { entryCursor, idCursor } from '../engines/records/cursor.ts'
import type { FindRequest, Records } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import { compareValues } from './compare.ts'
import type { UsableIndex } from './indexes.ts'
import { STEP_BYTES, STEP_DOCUMENTS } from './memory-limits.ts'
import { nearOrderOf } from './near-order.ts'
import { readPageCursor, type SortPosition, writePageCursor } from './page-cursor.ts'
import { PageWindow } from './page-window.ts'
import { type Plan, planQuery } from './planner.ts'
import { type Found, match, type Selection, walkSelection } from './selection.ts'
import type { OrderPart } from './sort.ts'
import { MAX_SORT_KEY_BYTES, type SortKey, sortKey, sortKeyOf } from './sort-key.ts'

/** Pages that continue from a position in the sort order, never by skipping a number of documents. */

/** Documents of a page when the request has no limit. */
const DEFAULT_PAGE = 100
/** Bytes of the documents of a page. The last document may exceed it. */
const PAGE_BYTES = STEP_BYTES

export interface BrowseRequest {
  /** Absent: by id, or by distance for a query with `$nearSphere`. */
  readonly order?: OrderPart | undefined
  /** The `next` of the previous page. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
  /** Cancels the search, which then rejects. */
  readonly signal?: AbortSignal | undefined
}

export interface FoundPage {
  readonly found: readonly Found[]
  /** Absent on the last page only. */
  readonly next?: string
}

/** A document with its sort key. */
interface Positioned {
  readonly found: Found
  readonly key: SortKey
}

interface PageSearch {
  readonly records: Records
  readonly selection: Selection
  readonly keyOf: (document: DocumentObject) => SortKey
  /** Negative when the first position comes before the second. */
  readonly compare: (a: SortPosition, b: SortPosition) => number
  /** Where the page begins: after this position. */
  readonly position: SortPosition | undefined
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

interface Page {
  readonly items: readonly Positioned[]
  readonly more: boolean
}

/**
 * One page of the documents of a selection. A document that keeps its position in the order comes exactly once, whatever
 * is inserted, changed or deleted between two pages. Values sort as in every query; keys that are equal in their first
 * 1000 bytes are ordered by document id.
 *
 * @throws CloudsteadError INVALID_PARAM when `after` is not the `next` of such a page
 */
export async function browse(records: Records, selection: Selection, request: BrowseRequest): Promise<FoundPage> {
  const { order = BY_ID, limit = DEFAULT_PAGE, signal } = request
  const near = request.order === undefined ? nearOrderOf(selection.query, selection.budget) : undefined
  const keyOf =
    near === undefined
      ? sortKeyOf(order, selection.budget)
      : (document: DocumentObject) => sortKey(near.distance(document))
  const asked = JSON.stringify([
    selection.collection.name,
    order.path,
    order.direction,
    near === undefined ? null : { path: near.path, operand: near.operand },
  ])
  const position = request.after === undefined ? undefined : readPageCursor(request.after, asked)
  const plan = planQuery(selection.query, [order], lastFirst(selection.collection.usable, order.path))
  const walked = near === undefined ? walkOf(plan, selection.collection.usable, order) : undefined
  const ties = position?.ties ?? (walked === undefined ? order.direction : walked.reverse ? -1 : 1)
  const compare = (a: SortPosition, b: SortPosition) =>
    Buffer.compare(a.key, b.key) * order.direction || compareValues(a.id, b.id) * ties
  const search: PageSearch = { records, selection, keyOf, compare, position, limit, signal }
  // A truncated key is not a position in an index.
  const isWhole = position === undefined || position.key.length < MAX_SORT_KEY_BYTES
  const canWalk = walked !== undefined && isWhole && (walked.reverse ? -1 : 1) === ties
  const page = (canWalk ? await walkPage(search, walked) : undefined) ?? (await windowPage(search, plan))
  const found = page.items.map((item) => item.found)
  const last = page.items.at(-1)
  return { found, ...(page.more && last && { next: writePageCursor({ ...positionOf(last), ties }, asked) }) }
}

const BY_ID: OrderPart = { path: '_id', direction: 1 }

/** Puts the indexes that can give the order first: of two that serve a query equally well the planner takes the first. */
function lastFirst(indexes: readonly UsableIndex[], path: string): readonly UsableIndex[] {
  const fits = (index: UsableIndex) => index.fields.at(-1)?.path === path
  return [...indexes.filter(fits), ...indexes.filter((index) => !fits(index))]
}

/** An engine walk in the order of the pages. It can start at any position. */
interface Walk {
  readonly request: Pick<FindRequest, 'index' | 'ranges'>
  readonly reverse: boolean
  readonly after: (position: SortPosition) => string
}

/**
 * The walk of a plan, if it has exactly the order of the pages: by id, or over an index whose last field is the path.
 * With more fields, documents with the same value would not be ordered by id.
 */
function walkOf(plan: Plan, indexes: readonly UsableIndex[], { path }: OrderPart): Walk | undefined {
  if (!plan.ordered || plan.kind === 'ids') return undefined
  if (plan.kind === 'scan') return { request: {}, reverse: plan.reverse, after: idCursor }
  const fields = indexes.find(({ id }) => id === plan.index)?.fields ?? []
  const field = fields.at(-1)
  if (field?.path !== path || fields.filter((other) => other.path === path).length > 1) return undefined
  const { index, ranges, prefix, reverse } = plan
  return {
    request: { index, ranges },
    reverse,
    after: ({ key, id }) => {
      const component = field.direction === 1 ? key : key.map((byte) => ~byte)
      return entryCursor({ range: 0, key: Buffer.concat([prefix, component]), id })
    },
  }
}

function positionOf({ found, key }: Positioned): SortPosition {
  return { key: key.bytes, id: found.record.id }
}

/** The page by a walk in its order; undefined when a key on the way is truncated, so that no page could continue there. */
async function walkPage(search: PageSearch, walked: Walk): Promise<Page | undefined> {
  const { records, selection, keyOf, compare, position, limit, signal } = search
  const items: Positioned[] = []
  // A document with several entries is found at each of them. The first one is its position.
  const seen = new Set<string>()
  let bytes = 0
  const pages = walkPages(records, {
    ...walked.request,
    space: selection.collection.space,
    reverse: walked.reverse,
    limit: STEP_DOCUMENTS,
    // One more than the limit shows whether there is another page. Often all candidates match.
    firstLimit: Math.min(limit + 1, STEP_DOCUMENTS),
    maxBytes: STEP_BYTES,
    signal,
    after: position && walked.after(position),
  })
  for await (const page of pages) {
    for (const record of page) {
      if (selection.budget.nextStep()) await selection.budget.pause()
      const found = match(selection, record)
      if (found === undefined || seen.has(found.record.id)) continue
      const positioned = { found, key: keyOf(found.document) }
      if (positioned.key.cut) return undefined
      if (position !== undefined && compare(positionOf(positioned), position) <= 0) continue
      if (items.length === limit || (bytes >= PAGE_BYTES && items.length > 0)) return { items, more: true }
      seen.add(found.record.id)
      items.push(positioned)
      bytes += Buffer.byteLength(found.record.value)
    }
  }
  return { items, more: false }
}

/** The page by a walk in any order. Only the documents of the page are kept in memory. */
async function windowPage(
  { records, selection, keyOf, compare, position, limit, signal }: PageSearch,
  plan: Plan,
): Promise<Page> {
  const window = new PageWindow<Positioned>((a, b) => compare(positionOf(a), positionOf(b)), limit, PAGE_BYTES)
  for await (const page of walkSelection(records, selection, plan, (found) => found)) {
    signal?.throwIfAborted()
    for (const found of page) {
      if (selection.budget.nextStep()) await selection.budget.pause()
      const positioned = { found, key: keyOf(found.document) }
      const isAfter = position === undefined || compare(positionOf(positioned), position) > 0
      if (isAfter) window.add(positioned, Buffer.byteLength(found.record.value))
    }
  }
  const { items, more } = window.page()
  // A document that was changed during the walk may have been found twice.
  const seen = new Set<string>()
  return { items: items.filter(({ found: { record } }) => !seen.has(record.id) && seen.add(record.id)), more }
}
