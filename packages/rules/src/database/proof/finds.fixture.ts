import type { DocumentData } from '../context.ts'

/** Whether a query matches a document, as in MongoDB. A slow and simple reference for the proofs. */
export function finds(query: DocumentData, document: DocumentData): boolean {
  return Object.entries(query).every(([name, condition]) => {
    if (name === '$and') return (condition as DocumentData[]).every((part) => finds(part, document))
    if (name === '$or') return (condition as DocumentData[]).some((part) => finds(part, document))
    const values = valuesAt(document, name.split('.'))
    const isPlain = !isObject(condition) || !Object.keys(condition).some((key) => key.startsWith('$'))
    if (isPlain) return equals(values, condition)
    return Object.entries(condition).every(([operator, operand]) => satisfies(values, operator, operand))
  })
}

function isObject(value: unknown): value is DocumentData {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** The value at a path, and its items if it is an array; undefined when there is none. */
function valuesAt(value: unknown, [name, ...rest]: readonly string[]): readonly unknown[] {
  if (name === undefined) return Array.isArray(value) ? [value, ...value] : [value]
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [undefined]
  return valuesAt((value as DocumentData)[name], rest)
}

function satisfies(values: readonly unknown[], operator: string, operand: unknown): boolean {
  switch (operator) {
    case '$eq':
      return equals(values, operand)
    case '$ne':
      return !equals(values, operand)
    case '$in':
      return (operand as unknown[]).some((one) => equals(values, one))
    case '$nin':
      return !(operand as unknown[]).some((one) => equals(values, one))
    case '$all':
      return (operand as unknown[]).length > 0 && (operand as unknown[]).every((one) => equals(values, one))
    case '$exists':
      return (values[0] !== undefined) === operand
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return values.some((value) => compares(value, operator, operand))
    default:
      throw new Error(operator)
  }
}

function equals(values: readonly unknown[], operand: unknown): boolean {
  return values.some((value) => same(value, operand))
}

function same(value: unknown, operand: unknown): boolean {
  if (value === undefined || value === null) return operand === null
  if (value instanceof Date || operand instanceof Date) {
    return value instanceof Date && operand instanceof Date && value.getTime() === operand.getTime()
  }
  if (typeof value === 'object') return JSON.stringify(value) === JSON.stringify(operand)
  return value === operand
}

/** Compares only values of the same type. null equals null. */
function compares(value: unknown, operator: string, operand: unknown): boolean {
  if (same(value, operand) && operator.endsWith('e')) return true
  const types = [value, operand].map((side) => (side instanceof Date ? 'date' : typeof side))
  if (types[0] !== types[1] || !['number', 'string', 'boolean', 'date'].includes(types[0] ?? '')) return false
  const [a, b] = [value as number, operand as number]
  return operator.startsWith('$gt') ? a > b : a < b
}
