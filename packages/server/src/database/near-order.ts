import { type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { distanceFrom, parseNear } from './geo.ts'
import { leaves, parsePath } from './paths.ts'
import { pathConditions } from './query-conditions.ts'

/** The order by distance that a query with `$nearSphere` asks for. */
export interface NearOrder {
  readonly path: string
  readonly operand: DocumentValue
  /** In metres; Infinity for a document without a point within the bounds. */
  readonly distance: (document: DocumentObject) => number
}

/** The `$nearSphere` of a checked query. */
export function nearOrderOf(query: DocumentObject): NearOrder | undefined {
  for (const [path, condition] of pathConditions(query)) {
    const operand = isDocumentObject(condition) ? condition.$nearSphere : undefined
    if (operand !== undefined) return nearOrder(path, operand)
  }
  return undefined
}

function nearOrder(path: string, operand: DocumentValue): NearOrder {
  const near = parseNear(path, operand)
  const parts = parsePath(path)
  const distance = (document: DocumentObject) =>
    Math.min(...leaves(document, parts).map((value) => distanceFrom(near, value)))
  return { path, operand, distance }
}
