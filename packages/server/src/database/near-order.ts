import { type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { distanceFrom, parseNear } from './geo.ts'
import { leaves, parsePath } from './paths.ts'
import { pathConditions } from './query-conditions.ts'
import type { RequestBudget } from './request-budget.ts'

/** The order by distance that a query with `$nearSphere` asks for. */
export interface NearOrder {
  readonly path: string
  readonly operand: DocumentValue
  /** In metres; Infinity for a document without a point within the bounds. */
  readonly distance: (document: DocumentObject) => number
}

/** The `$nearSphere` of a checked query. */
export function nearOrderOf(query: DocumentObject, budget: RequestBudget): NearOrder | undefined {
  for (const [path, condition] of pathConditions(query)) {
    const operand = isDocumentObject(condition) ? condition.$nearSphere : undefined
    if (operand !== undefined) return nearOrder(path, operand, budget)
  }
  return undefined
}

function nearOrder(path: string, operand: DocumentValue, budget: RequestBudget): NearOrder {
  const near = parseNear(path, operand)
  const parts = parsePath(path)
  const distance = (document: DocumentObject) =>
    leaves(document, parts, budget).reduce<number>(
      (least, value) => Math.min(least, distanceFrom(near, value)),
      Number.POSITIVE_INFINITY,
    )
  return { path, operand, distance }
}
