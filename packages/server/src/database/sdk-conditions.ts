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
  const sent = value.operands as readonly DocumentValue[] | undefined
  if (operator === undefined || !Array.isArray(sent) || sent.length === 0) return undefined
  const operands = (sent as readonly DocumentValue[]).map((item) => comparisonOf(item) ?? item)
  return operands.every((item) => isDocumentObject(item) || item instanceof RegExp) ? { operator, operands } : undefined
}

/** Comparisons, and whether all their operands together are the operand of the operator. */
const COMPARISONS: ReadonlyMap<DocumentValue, boolean> = new Map([
  ...['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'exists', 'size', 'mod', 'elemMatch'].map(
    (name) => [name, false] as const,
  ),
  ...['in', 'nin', 'all'].map((name) => [name, true] as const),
])

/** The operators of a comparison in a chain. node-sdk sends `{ operator: 'gt', operands: [1], fieldName }`. */
function comparisonOf(value: DocumentValue): DocumentObject | undefined {
  if (!isDocumentObject(value) || Object.keys(value).length !== 3 || !('fieldName' in value)) return undefined
  const { operator = null, operands } = value
  const together = COMPARISONS.get(operator)
  if (together === undefined || !Array.isArray(operands)) return undefined
  const all = operands as readonly DocumentValue[]
  return { [`$${String(operator)}`]: together ? all : (all[0] ?? null) }
}

/** Whether a value has conditions deeper in it, such as `{ q: { $gt: 1 } }`. Outside of arrays the SDKs send a dotted path. */
export function isNested(value: DocumentValue): value is DocumentObject {
  if (!isDocumentObject(value) || hasOperators(value) || chainOf(value) !== undefined) return false
  return Object.values(value).some((item) => hasOperators(item) || chainOf(item) !== undefined || isNested(item))
}
