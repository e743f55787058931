import { type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { hasOperators } from './query-conditions.ts'

/** Conditions in the form that the SDKs have them in memory. In `$elemMatch` and `$pull` they send them like this. */

/** A chain such as `_.gt(1).and(_.lt(5))`: `{ operator: 'and', operands: [{ $gt: 1 }, { $lt: 5 }], fieldName }`. */
interface ConditionChain {
  readonly operator: '$and' | '$or' | '$nor' | '$not'
  readonly operands: readonly DocumentValue[]
}

const OPERATORS: ReadonlyMap<DocumentValue, ConditionChain['operator']> = new Map([
  ['and', '$and'],
  ['or', '$or'],
  ['nor', '$nor'],
  ['not', '$not'],
])

/** The chain that a value is, if it is one. */
export function chainOf(value: DocumentValue): ConditionChain | undefined {
  if (!isDocumentObject(value) || Object.keys(value).length !== 3 || !('fieldName' in value)) return undefined
  const operator = OPERATORS.get(value.operator ?? null)
  const operands = value.operands as readonly DocumentValue[] | undefined
  if (operator === undefined || !Array.isArray(operands) || operands.length === 0) return undefined
  return operands.every((item) => isDocumentObject(item) || item instanceof RegExp) ? { operator, operands } : undefined
}

/** Whether a value has conditions deeper in it, such as `{ q: { $gt: 1 } }`. Outside of arrays the SDKs send a dotted path. */
export function isNested(value: DocumentValue): value is DocumentObject {
  if (!isDocumentObject(value) || hasOperators(value) || chainOf(value) !== undefined) return false
  return Object.values(value).some((item) => hasOperators(item) || chainOf(item) !== undefined || isNested(item))
}
