import { type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { conjuncts, fixedValue } from '@cloudstead/rules'
import type { DocumentId } from './document-id.ts'

/** Reads the conditions of a query without evaluating it. */

/** Operators that combine queries. */
export const LOGICAL_OPERATORS: ReadonlySet<string> = new Set(['$and', '$or', '$nor'])

export function isOperator(name: string): boolean {
  return name.startsWith('$')
}

/** Whether a condition has operators, such as `{ $gt: 5 }`. Otherwise it is a value, to which the field must be equal. */
export function hasOperators(condition: DocumentValue): boolean {
  return isDocumentObject(condition) && Object.keys(condition).some(isOperator)
}

/** Whether an object consists of operators on one value, rather than being a query on fields. */
export function isOperatorsOnly(condition: DocumentObject): boolean {
  const names = Object.keys(condition)
  return names.length > 0 && names.every((name) => isOperator(name) && !LOGICAL_OPERATORS.has(name))
}

/** Whether a value is a placeholder for ids of the caller. */
export function isPlaceholder(value: DocumentValue | undefined): value is '{openid}' | '{uid}' {
  return value === '{openid}' || value === '{uid}'
}

/** The conditions on paths that every match meets, including those within `$and`. */
export function pathConditions(query: DocumentObject): readonly (readonly [path: string, condition: DocumentValue])[] {
  return conjuncts(query).filter(([name]) => !isOperator(name))
}

/** The fields that must be equal to one value, with the value. */
export function fixedFields(query: DocumentObject): readonly (readonly [path: string, value: DocumentValue])[] {
  return pathConditions(query).flatMap(([path, condition]) => {
    const value = fixedValue(condition)
    return value === undefined ? [] : [[path, value] as const]
  })
}

/** Whether a query has conditions on `_id` only. */
export function isOnlyId(query: DocumentObject): boolean {
  const names = Object.keys(query)
  return names.length === 1 && names[0] === '_id'
}

/** The `_id` of an unchecked query that has no other condition than to be equal to it. */
export function plainId(query: DocumentObject): DocumentId | undefined {
  if (!isOnlyId(query)) return undefined
  const { _id: condition = null } = query
  if (isDocumentObject(condition) && Object.keys(condition).length > 1) return undefined
  const value = fixedValue(condition)
  const isId = (typeof value === 'string' && !isPlaceholder(value)) || typeof value === 'number'
  return isId ? value : undefined
}
