import { setImmediate } from 'node:timers/promises'
import type { DocumentObject } from '@cloudstead/protocol'
import type { Records, StoredRecord } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import type { Collection } from './collections.ts'
import { compileQuery, type Matcher } from './matcher.ts'
import { STEP_BYTES, STEP_DOCUMENTS } from './memory-limits.ts'
import type { Plan } from './planner.ts'
import { readsWithin } from './reads-within.ts'
import type { RequestBudget } from './request-budget.ts'
import { inScope, type Scope } from './scope.ts'
import { unpackDocument } from './stored-document.ts'

/** A checked query within a scope, ready to run. */
export interface Selection {
  readonly collection: Collection
  readonly scope: Scope
  /** The conditions for the planner, including those of the scope. */
  readonly query: DocumentObject
  readonly matcher: Matcher
  /** Of the request. */
  readonly budget: RequestBudget
}

/** A document with the record that it was read from. */
export interface Found {
  readonly record: StoredRecord
  readonly document: DocumentObject
}

/** Binds a checked query to a scope. Documents outside the scope are not found, whatever the query says. */
export function select(collection: Collection, scope: Scope, query: DocumentObject, budget: RequestBudget): Selection {
  const scoped: DocumentObject = scope.kind === 'own' ? { $and: [query, { _openid: { $in: scope.ids } }] } : query
  return { collection, scope, query: scoped, matcher: compileQuery(query, budget), budget }
}

/**
 * The document of a record that belongs to the selection.
 *
 * @throws CloudsteadError DATABASE_REQUEST_FAILED when the request has become too costly
 */
export function match({ scope, matcher, budget }: Selection, record: StoredRecord): Found | undefined {
  const document = unpackDocument(record.value)
  if (scope.kind === 'rule') budget.spend(scope.cost)
  return inScope(scope, document) && (matcher.matchesAll || matcher.test(document)) ? { record, document } : undefined
}

/**
 * Walks the documents of a selection in the order of the plan. A page may be empty. Only the results of `pick` are kept,
 * so that a walk that needs no documents holds none. The event loop gets turns.
 *
 * @param wanted after how many documents the caller will end the walk, if known; a whole number from 1
 */
export async function* walkSelection<T>(
  records: Records,
  selection: Selection,
  plan: Plan,
  pick: (found: Found) => T,
  wanted = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly T[]> {
  const { budget } = selection
  /** The candidates so far, where one may come more than once. */
  const seen = plan.kind === 'index' && plan.repeats ? new Set<string>() : undefined
  for await (const page of candidates(readsWithin(records, budget), selection.collection.space, plan, wanted)) {
    const picked: T[] = []
    for (const record of page) {
      if (seen?.has(record.id)) continue
      seen?.add(record.id)
      if (budget.nextStep()) await budget.pause()
      const found = match(selection, record)
      if (found !== undefined) picked.push(pick(found))
    }
    yield picked
    budget.suspend()
  }
}

type Reads = Pick<Records, 'find' | 'get'>

/**
 * The candidates of a plan, page by page; a record can come again in a walk that repeats them. The first page has at most as many records as are wanted,
 * since often all of them match.
 */
function candidates(records: Reads, space: string, plan: Plan, wanted: number): AsyncIterable<readonly StoredRecord[]> {
  const firstLimit = Math.min(wanted, STEP_DOCUMENTS)
  if (plan.kind === 'ids') return byIds(records, space, plan.ids, firstLimit)
  const request = { space, reverse: plan.reverse, limit: STEP_DOCUMENTS, firstLimit, maxBytes: STEP_BYTES }
  if (plan.kind === 'scan') return walkPages(records, request)
  return walkPages(records, { ...request, index: plan.index, ranges: plan.ranges })
}

async function* byIds(
  records: Reads,
  space: string,
  ids: readonly string[],
  firstLimit: number,
): AsyncGenerator<readonly StoredRecord[]> {
  let start = 0
  while (start < ids.length) {
    if (start > 0) await setImmediate()
    const limit = start === 0 ? firstLimit : STEP_DOCUMENTS
    const keys = ids.slice(start, start + limit).map((id) => ({ space, id }))
    const page = await records.get(keys, STEP_BYTES)
    start += page.length
    yield page.filter((record) => record !== undefined)
  }
}
