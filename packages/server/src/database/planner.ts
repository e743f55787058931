import type { DocumentObject, DocumentValue } from '@cloudstead/protocol'
import { encodeKey } from '../engines/records/key-encoding.ts'
import { type Bounds, componentRange, keyPrefixRange } from '../engines/records/key-ranges.ts'
import type { KeyRange } from '../engines/records/records.ts'
import { recordId } from './document-id.ts'
import type { UsableIndex } from './indexes.ts'
import { hasOperators, pathConditions } from './query-conditions.ts'
import type { OrderPart } from './sort.ts'

/** How the candidates of a query are found. Every candidate has to be tested with the whole query. */
export type Plan =
  /** Read these records; no other can match. */
  | { readonly kind: 'ids'; readonly ids: readonly string[]; readonly ordered: boolean }
  /** Walk these ranges of an index. */
  | {
      readonly kind: 'index'
      readonly index: string
      readonly ranges: readonly KeyRange[]
      /** The bytes that all keys of the walk begin with, if there is one range. */
      readonly prefix: Uint8Array
      readonly reverse: boolean
      readonly ordered: boolean
      /** Whether documents that are equal in the order come by id, in the direction of its first part. */
      readonly ties: boolean
      /** Whether a record may come more than once. Only the first counts. */
      readonly repeats: boolean
    }
  /** Walk all records by id. */
  | { readonly kind: 'scan'; readonly reverse: boolean; readonly ordered: boolean }

/** The conditions of a query on one path that every match meets. */
interface Conditions {
  /** The path has one of these values. */
  oneOf?: readonly DocumentValue[]
  bounds: Bounds
}

/** Ranges of one plan. Longer lists of alternatives do not narrow the walk. */
const MAX_RANGES = 500

/** Whether an index key shows the equality and order of a value. */
function isKeyable(value: DocumentValue): boolean {
  return typeof value !== 'object' || value === null || value instanceof Date
}

function narrow(conditions: Conditions, values: readonly DocumentValue[]): void {
  if (!values.every(isKeyable)) return
  if (conditions.oneOf === undefined || values.length < conditions.oneOf.length) conditions.oneOf = values
}

const BOUNDS = { $gt: 'gt', $gte: 'gte', $lt: 'lt', $lte: 'lte' } as const

function collectField(conditions: Conditions, condition: DocumentValue): void {
  if (!hasOperators(condition)) {
    narrow(conditions, [condition])
    return
  }
  for (const [operator, operand] of Object.entries(condition as DocumentObject)) {
    if (operator === '$eq') narrow(conditions, [operand])
    else if (operator === '$in') narrow(conditions, operand as readonly DocumentValue[])
    else if (Object.hasOwn(BOUNDS, operator) && isKeyable(operand)) {
      const bound = BOUNDS[operator as keyof typeof BOUNDS]
      if (!(bound in conditions.bounds)) {
        conditions.bounds = { ...conditions.bounds, [bound]: operand as Exclude<typeof operand, DocumentObject> }
      }
    }
  }
}

function conditionsOf(query: DocumentObject): ReadonlyMap<string, Conditions> {
  const found = new Map<string, Conditions>()
  for (const [path, condition] of pathConditions(query)) {
    const conditions = found.get(path) ?? { bounds: {} }
    found.set(path, conditions)
    collectField(conditions, condition)
  }
  return found
}

/** Two elements of one array may meet one bound each, so a multikey index can use only one of them. */
function usableBounds(bounds: Bounds, multikey: boolean): Bounds | undefined {
  const entries = Object.entries(bounds)
  if (entries.length === 0) return undefined
  return multikey ? Object.fromEntries(entries.slice(0, 1)) : bounds
}

interface Candidate {
  readonly plan: Plan
  readonly score: number
}

function indexPlan(
  index: UsableIndex,
  conditions: ReadonlyMap<string, Conditions>,
  order: readonly OrderPart[],
): Candidate | undefined {
  let prefixes: DocumentValue[][] = [[]]
  let depth = 0
  for (const { path } of index.fields) {
    const values = conditions.get(path)?.oneOf
    if (values === undefined || prefixes.length * values.length > MAX_RANGES) break
    prefixes = prefixes.flatMap((head) => values.map((value) => [...head, value]))
    depth += 1
  }
  const next = index.fields[depth]
  const bounds = next && usableBounds(conditions.get(next.path)?.bounds ?? {}, index.multikey)
  const walk = orderOfWalk(index, depth, prefixes.length === 1, bounds !== undefined, order)
  if (depth === 0 && bounds === undefined && walk === undefined) return undefined
  const directions = index.fields.map(({ direction }) => direction)
  const ranges = prefixes.map((values) =>
    bounds === undefined
      ? keyPrefixRange(values as KeyValues, directions)
      : componentRange(values as KeyValues, bounds, directions),
  )
  return {
    plan: {
      kind: 'index',
      index: index.id,
      ranges: distinct(ranges),
      prefix: encodeKey((prefixes[0] ?? []) as KeyValues, directions),
      reverse: walk?.reverse ?? false,
      ordered: walk !== undefined || order.length === 0,
      ties: walk?.ties ?? true,
      repeats: index.multikey,
    },
    score: depth * 10 + (bounds === undefined ? 0 : 5) + (walk === undefined ? 0 : walk.ties ? 4 : 3),
  }
}

/** The values that `isKeyable` accepts. */
type KeyValues = Parameters<typeof keyPrefixRange>[0]

/** How the walk has the wanted order: in which direction, and whether in ties too; undefined when it does not have it. */
function orderOfWalk(
  index: UsableIndex,
  depth: number,
  oneRange: boolean,
  bounded: boolean,
  order: readonly OrderPart[],
): { readonly reverse: boolean; readonly ties: boolean } | undefined {
  const [first] = order
  if (first === undefined || !oneRange || (index.multikey && bounded)) return undefined
  // Fields that are equal in all results do not matter. But an array with the value may sort by another element.
  const constant = new Set(index.multikey ? [] : index.fields.slice(0, depth).map(({ path }) => path))
  const asked = order.filter(({ path }) => !constant.has(path))
  const fields = index.fields.slice(depth, depth + asked.length)
  if (fields.length < asked.length || !asked.every(({ path }, at) => fields[at]?.path === path)) return undefined
  const reversed = asked.map(({ direction }, at) => direction !== fields[at]?.direction)
  if (new Set(reversed).size > 1) return undefined
  const reverse = reversed[0] ?? first.direction === -1
  // Further fields of the index would come before the id, and the ids follow the direction of the walk.
  const byId = index.fields.length === depth + asked.length && reverse === (first.direction === -1)
  return { reverse, ties: byId || order.some(({ path }) => path === '_id') }
}

/** Each range once. Different ones do not overlap, because each begins with other values. */
function distinct(ranges: readonly KeyRange[]): readonly KeyRange[] {
  const byStart = new Map<string, KeyRange>()
  for (const range of ranges) byStart.set(range.from ? Buffer.from(range.from.key).toString('latin1') : '', range)
  return [...byStart.values()]
}

/**
 * Chooses how to find the candidates of a checked query: by `_id`, else by the index that narrows the walk most, else by
 * a walk over the collection. An index that has the wanted order avoids the sort.
 */
export function planQuery(query: DocumentObject, order: readonly OrderPart[], indexes: readonly UsableIndex[]): Plan {
  const conditions = conditionsOf(query)
  const ids = conditions.get('_id')?.oneOf
  if (ids !== undefined) {
    const named = ids.filter((id) => typeof id === 'string' || typeof id === 'number')
    return { kind: 'ids', ids: [...new Set(named.map(recordId))].sort(), ordered: order.length === 0 }
  }
  let best: Candidate | undefined
  for (const index of indexes) {
    const candidate = indexPlan(index, conditions, order)
    if (candidate !== undefined && candidate.score > (best?.score ?? 0)) best = candidate
  }
  if (best !== undefined) return best.plan
  // A walk by record id is in the order of _id (document-id.ts). Ids are unique, so further parts do not matter.
  const byId = order[0]?.path === '_id'
  return { kind: 'scan', reverse: byId && order[0]?.direction === -1, ordered: byId || order.length === 0 }
}
